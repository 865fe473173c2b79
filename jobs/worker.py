"""The worker process: an RQ loop that jumps at hints, and beside it the sweeper that needs no hint at all.

Redis may come and go: the loop connects again, and meanwhile the sweeper does the same work every few seconds.
"""

import random
import time
from collections.abc import Callable

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from core import audit, db, ids, logs, queue, settings
from jobs import retry_inbound, send_outbox, sweeper, tick

LONGEST_WAIT_SECONDS = 5.0
REDIS_TIMEOUT_SECONDS = 5.0

_log = logs.get("worker")

JOBS: dict[str, Callable[[], object]] = {
    "send": send_outbox.run,
    "inbound": retry_inbound.run,
    "tick": tick.tick,
}


class Loop(SimpleWorker):
    """RQ's worker, which remembers that it was asked to stop and never talks to Redis in a signal handler."""

    was_stopped = False
    max_connection_wait_time = LONGEST_WAIT_SECONDS

    def _shutdown(self) -> None:
        Loop.was_stopped = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        self._stop_requested = True


def perform(job: str) -> None:
    """Run one hinted job by name. The hint is taken first, so that a commit from now on hints again."""
    queue.taken(job)
    audit.act_as(audit.Actor(f"job:{job}"))
    JOBS[job]()
    sweeper.look_soon()


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    logs.configure()
    sweeper.start()
    try:
        _work_until_stopped()
    except StopRequested:
        _log.info("worker.stopping")
    finally:
        sweeper.stop()
        db.dispose()


def _work_until_stopped() -> None:
    wait = 0.2
    while not Loop.was_stopped:
        begun = time.monotonic()
        try:
            loop().work(logging_level="WARNING")
        except RedisError as error:
            _log.warning("worker.redis_lost", error=str(error))
        if Loop.was_stopped:
            return
        wait = 0.2 if time.monotonic() - begun > LONGEST_WAIT_SECONDS else min(wait * 2, LONGEST_WAIT_SECONDS)
        time.sleep(wait * random.uniform(0.5, 1.0))


def loop() -> Loop:
    """A worker on the one queue of this deployment, under a name of its own."""
    redis = Redis.from_url(
        settings.current().redis_url, socket_connect_timeout=REDIS_TIMEOUT_SECONDS, health_check_interval=30
    )
    own = Queue(queue.QUEUE_NAME, connection=redis, serializer=JSONSerializer)
    return Loop([own], name=f"bahi-{ids.new().hex}", connection=redis, serializer=JSONSerializer)

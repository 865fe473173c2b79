"""The scheduler process: rq-scheduler with one entry, a tick every minute. It decides nothing.

The entry is checked at every look, so a flushed or replaced Redis has it back within seconds; when Redis is away the
process waits for it. Two schedulers, or none, change nothing that anybody would see: the sweeper ticks as well.
"""

import signal
import time
from datetime import UTC, datetime
from typing import Any, NoReturn

from redis import Redis
from redis.exceptions import RedisError
from rq.job import Job
from rq.serializers import JSONSerializer
from rq_scheduler import Scheduler

from core import logs, queue, settings

TICK_ID = "bahi-tick"
TICK_SECONDS = 60
LOOK_SECONDS = 5
LONGEST_WAIT_SECONDS = 5.0
REDIS_TIMEOUT_SECONDS = 5.0

_log = logs.get("scheduler")


class JsonJob(Job):
    """A job whose arguments are JSON: rq-scheduler knows only pickles otherwise."""

    def __init__(self, id: str | None = None, connection: Redis | None = None, serializer: Any = None) -> None:
        super().__init__(id, connection, serializer=serializer or JSONSerializer)


class Ticker(Scheduler):
    """rq-scheduler that holds its one entry, whatever happens to Redis."""

    job_class = JsonJob
    was_stopped = False

    def enqueue_jobs(self) -> Any:
        self.assert_entry()
        return super().enqueue_jobs()

    def assert_entry(self) -> None:
        """Add the tick unless it is there: adding it again would put an overdue one off."""
        if TICK_ID in self and self.connection.exists(Job.key_for(TICK_ID)):
            return
        self.schedule(
            scheduled_time=datetime.now(UTC).replace(tzinfo=None),  # rq-scheduler wants naive UTC
            func=queue.PERFORM,
            args=["tick"],
            interval=TICK_SECONDS,
            id=TICK_ID,
            timeout=queue.NO_TIMEOUT,
            queue_name=queue.QUEUE_NAME,
        )

    def _install_signal_handlers(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)

    def _stop(self, _number: int, _frame: object) -> NoReturn:
        Ticker.was_stopped = True
        raise SystemExit(0)


def main() -> None:
    """Tick until SIGTERM or SIGINT."""
    logs.configure()
    wait = 0.2
    while not Ticker.was_stopped:
        begun = time.monotonic()
        try:
            ticker().run()
        except SystemExit:
            break
        except RedisError as error:
            _log.warning("scheduler.redis_lost", error=str(error))
        wait = 0.2 if time.monotonic() - begun > LONGEST_WAIT_SECONDS else min(wait * 2, LONGEST_WAIT_SECONDS)
        if not Ticker.was_stopped:
            time.sleep(wait)


def ticker() -> Ticker:
    """A scheduler on the one queue of this deployment."""
    redis = Redis.from_url(
        settings.current().redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
    return Ticker(queue_name=queue.QUEUE_NAME, connection=redis, interval=LOOK_SECONDS)

"""Wake-up hints for workers through Redis. A hint carries no work: what is to do stands in PostgreSQL.

Losing a hint costs at most the seconds until the next sweep. Many commits in a moment make one job: the key
`bahi:hint:<job>` says that one is on its way. The job deletes the key before it looks for work, so whatever is
committed later finds the key gone and hints again.
"""

import threading
import time
from functools import lru_cache
from os import getpid

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from core import ids, logs, metrics, settings

QUEUE_NAME = "bahi"
PERFORM = "jobs.worker.perform"  # named, not imported: the web process never loads what jobs need
JOBS = ("send", "inbound", "tick")

HINT_SECONDS = 5
FAILURE_SECONDS = 3600
TIMEOUT_SECONDS = 0.2
REST_SECONDS = 2.0  # after a failure Redis is left alone, or every webhook would wait for it
NO_TIMEOUT = -1  # an alarm in the middle of a commit does harm; our database and HTTP timeouts end a job

_resting_until = 0.0
_log = logs.get("queue")


def hint(job: str) -> bool:
    """Ask a worker to look for work soon; False when Redis does not take it. Never raises for Redis."""
    global _resting_until  # noqa: PLW0603  one breaker per process
    if job not in JOBS:
        raise ValueError(f"unknown job {job!r}")
    try:
        if not settings.current().redis_url or time.monotonic() < _resting_until:
            metrics.HINTS_LOST.inc()
            return False
        redis = connection(getpid())
        if redis.set(_key(job), 1, nx=True, ex=HINT_SECONDS):
            _enqueue(redis, job)
        return True
    except RedisError as error:
        _resting_until = time.monotonic() + REST_SECONDS
        metrics.HINTS_LOST.inc()
        _log.warning("hint.lost", job=job, error=str(error))
        return False


def taken(job: str) -> None:
    """The worker says, before it looks for work, that the next commit must hint again."""
    try:
        connection(getpid()).delete(_key(job))
    except RedisError as error:
        _log.warning("hint.kept", job=job, error=str(error))  # the key expires by itself


def hint_soon(job: str) -> None:
    """The same without waiting for Redis: a thread of this process sends it, and one hint serves many requests."""
    _Messenger.of(getpid()).wanted(job)


def is_up() -> bool:
    """Whether Redis answers now."""
    try:
        return bool(connection(getpid()).ping())
    except RedisError:
        return False


@lru_cache(maxsize=4)
def connection(_pid: int) -> Redis:
    """This process's Redis with short timeouts; a forked child gets its own."""
    return Redis.from_url(
        settings.current().redis_url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )


def forget() -> None:
    """Drop connections and end the rest after a failure; tests and a changed REDIS_URL call it."""
    global _resting_until  # noqa: PLW0603
    connection.cache_clear()
    _resting_until = 0.0


class _Messenger:
    """Sends hints from a thread of its own. What is wanted while it is busy is sent once, afterwards."""

    def __init__(self) -> None:
        self._jobs: set[str] = set()
        self._news = threading.Event()
        threading.Thread(target=self._work, name="hints", daemon=True).start()

    @staticmethod
    @lru_cache(maxsize=4)
    def of(_pid: int) -> "_Messenger":
        """This process's messenger; a forked child starts its own thread."""
        return _Messenger()

    def wanted(self, job: str) -> None:
        """Send this hint soon."""
        self._jobs.add(job)
        self._news.set()

    def _work(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()  # before looking: a hint that is wanted from now on wakes us again
            while self._jobs:
                hint(self._jobs.pop())


def _key(job: str) -> str:
    return f"bahi:hint:{job}"


def _enqueue(redis: Redis, job: str) -> None:
    Queue(QUEUE_NAME, connection=redis, serializer=JSONSerializer).enqueue(
        PERFORM,
        job,
        job_id=f"{job}-{ids.new()}",
        job_timeout=NO_TIMEOUT,
        result_ttl=0,
        failure_ttl=FAILURE_SECONDS,
    )

"""Hints wake workers, are never needed, and never slow anybody down."""

import json
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from cli.embedded.services import Endpoints
from core import metrics, queue, settings


@pytest.fixture
def redis(endpoints: Endpoints) -> Iterator[Redis]:
    client = Redis.from_url(endpoints.redis_url)
    client.flushdb()
    queue.forget()
    yield client
    client.flushdb()
    client.close()
    queue.connection(queue.getpid()).close()
    queue.forget()


def jobs(redis: Redis) -> list[list[str]]:
    """The arguments of what is queued."""
    found = Queue(queue.QUEUE_NAME, connection=redis, serializer=JSONSerializer)
    return [list(job.args) for job in found.get_jobs()]


def test_a_hint_is_one_json_job_that_names_what_to_look_for(redis: Redis) -> None:
    assert queue.hint("send")
    assert jobs(redis) == [["send"]]
    (key,) = redis.keys("rq:job:*")
    (job,) = Queue(queue.QUEUE_NAME, connection=redis, serializer=JSONSerializer).get_jobs()
    assert (job.func_name, job.timeout, job.result_ttl) == ("jobs.worker.perform", -1, 0)
    assert json.loads(job.data)[2] == ["send"]
    assert redis.ttl(key) == -1


def test_many_hints_in_a_moment_are_one_job_until_it_is_taken(redis: Redis) -> None:
    for _ in range(20):
        queue.hint("send")
    assert jobs(redis) == [["send"]]
    queue.taken("send")
    queue.hint("send")
    assert jobs(redis) == [["send"], ["send"]]


def test_different_jobs_are_hinted_side_by_side(redis: Redis) -> None:
    queue.hint("send")
    queue.hint("inbound")
    assert sorted(jobs(redis)) == [["inbound"], ["send"]]


def test_an_unknown_job_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="unknown job"):
        queue.hint("invoice")


@pytest.fixture
def no_redis(monkeypatch: pytest.MonkeyPatch, endpoints: Endpoints) -> Iterator[None]:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.current.cache_clear()
    queue.forget()
    yield
    monkeypatch.undo()
    settings.current.cache_clear()
    queue.forget()


@pytest.mark.usefixtures("no_redis")
def test_without_redis_a_hint_is_lost_counted_and_soon_not_even_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    monkeypatch.setattr(queue, "_enqueue", lambda *_: tries.append("enqueue"))
    before = metrics.HINTS_LOST._value.get()
    assert not queue.hint("send")
    connection = queue.connection
    monkeypatch.setattr(queue, "connection", lambda pid: tries.append("connection") or connection(pid))
    assert not any(queue.hint("send") for _ in range(100))
    assert tries == []
    assert metrics.HINTS_LOST._value.get() == before + 101

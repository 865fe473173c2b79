"""Real worker processes under kill -9 and without Redis: everything is sent, and sent once."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis

from core import db, queue, settings
from jobs import heartbeats
from tests.jobs.processes import redis_server, running, wait_for
from tests.twilio_stand_in import TwilioStandIn

Put = Callable[..., UUID]
Statement = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def _log_on_failure(tmp_path: Path) -> Iterator[None]:
    yield
    for log in sorted(tmp_path.glob("*.log")):
        print(log.name, log.read_text()[-3000:])  # noqa: T201  pytest shows it when the test failed


def test_a_worker_killed_while_fifty_messages_wait_loses_and_doubles_none(
    twilio: TwilioStandIn, put: Put, statement: Statement, tmp_path: Path
) -> None:
    twilio.delay_seconds = 0.03
    for number in range(50):
        put(body=f"message {number}", reply_to_id=uuid4())
    kills = 0
    for kills_after in (4, 25):
        with running("jobs.worker", tmp_path / f"killed-{kills_after}.log") as worker:
            wait_for(lambda wanted=kills_after: len(twilio.sent) >= wanted, "the first sends", 60)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            kills += 1
        time.sleep(0.3)  # what was on its way has arrived
        statement("UPDATE outbox_message SET lease_until = clock_timestamp() WHERE status = 'sending'")
    assert kills == 2
    with running("jobs.worker", tmp_path / "last.log"):
        hurry = "UPDATE outbox_message SET available_at = clock_timestamp(), lease_until = clock_timestamp() "
        left = "SELECT count(*) FROM outbox_message WHERE status NOT IN ('sent')"

        def all_sent() -> bool:
            statement(hurry + "WHERE status = 'unknown' AND posting_at < clock_timestamp() - interval '2 seconds'")
            return statement(left)[0][0] == 0

        wait_for(all_sent, "every message sent", 90)
    assert twilio.numbered() == {f"message {number}": 1 for number in range(50)}


def test_a_flushed_redis_loses_nothing(twilio: TwilioStandIn, put: Put, tmp_path: Path) -> None:
    redis = Redis.from_url(settings.current().redis_url)
    with running("jobs.worker", tmp_path / "worker.log"):
        for number in range(30):
            put(body=f"message {number}")
            queue.hint("send")
            redis.flushall()
        wait_for(lambda: len(twilio.sent) >= 30, "every message sent", 60)
        put(body="afterwards")
        time.sleep(0.2)
        queue.hint("send")
        wait_for(lambda: twilio.bodies()["afterwards"], "sending goes on", 20)
    redis.close()
    assert set(twilio.bodies().values()) == {1}


def test_without_redis_messages_go_out_within_seconds_and_hints_work_when_it_is_back(
    twilio: TwilioStandIn, put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server(tmp_path) as redis:
        url = redis("start")
        monkeypatch.setenv("REDIS_URL", url)
        settings.current.cache_clear()
        queue.forget()
        with running("jobs.worker", tmp_path / "worker.log") as worker:
            put(body="with")
            assert queue.hint("send")
            wait_for(lambda: twilio.bodies()["with"], "the first message", 60)
            redis("kill")
            put(body="without")
            assert not queue.hint("send")
            wait_for(lambda: twilio.bodies()["without"], "the sweep", 12)
            redis("start")
            queue.forget()
            client = Redis.from_url(url)
            put(body="again")
            assert queue.hint("send")  # it is queued: only a worker that is back takes it off, be it at once
            wait_for(lambda: client.llen("rq:queue:bahi") == 0, "the worker back on its queue", 20)
            client.close()
            wait_for(lambda: twilio.bodies()["again"], "the message after the outage", 10)
            assert worker.poll() is None
        redis("kill")
    assert set(twilio.bodies().values()) == {1}


def test_sigterm_ends_a_worker_in_good_order(twilio: TwilioStandIn, put: Put, tmp_path: Path) -> None:
    with running("jobs.worker", tmp_path / "worker.log") as worker:
        put(body="one")
        queue.hint("send")
        wait_for(lambda: twilio.sent, "a message", 60)
        worker.terminate()
        assert worker.wait(10) == 0


def test_the_sweeper_ticks_when_nobody_else_does(twilio: TwilioStandIn, database: str, tmp_path: Path) -> None:
    with db.transaction() as session:
        db.execute(session, "UPDATE heartbeat SET at = at - interval '1 hour'")
    assert heartbeats.seconds_since("tick") > 3000
    with running("jobs.worker", tmp_path / "worker.log"):
        wait_for(lambda: heartbeats.seconds_since("tick") < 60, "a tick", 60)
        wait_for(lambda: heartbeats.seconds_since("sweeper") < 60, "a sweep", 60)


def test_the_scheduler_hints_ticks_and_puts_its_entry_back_after_a_flush(database: str, tmp_path: Path) -> None:
    redis = Redis.from_url(settings.current().redis_url)
    redis.flushall()
    with running("jobs.scheduler", tmp_path / "scheduler.log") as scheduler:
        wait_for(lambda: redis.llen("rq:queue:bahi") == 1, "a tick on the queue", 60)
        wait_for(lambda: redis.zcard("rq:scheduler:scheduled_jobs") == 1, "the next tick planned", 5)
        redis.flushall()
        wait_for(lambda: redis.zcard("rq:scheduler:scheduled_jobs") == 1, "the entry back", 20)
        scheduler.terminate()
        assert scheduler.wait(10) == 0
    redis.flushall()
    redis.close()


def test_a_tick_that_the_scheduler_queued_runs_in_the_worker(
    twilio: TwilioStandIn, database: str, tmp_path: Path
) -> None:
    redis = Redis.from_url(settings.current().redis_url)
    redis.flushall()
    with running("jobs.worker", tmp_path / "worker.log"), running("jobs.scheduler", tmp_path / "scheduler.log"):
        wait_for(lambda: redis.zcard("rq:finished:bahi"), "the tick", 60)
        assert redis.zcard("rq:failed:bahi") == 0
    redis.flushall()
    redis.close()

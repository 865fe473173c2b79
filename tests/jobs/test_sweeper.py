"""The sweeper: every part of a round acts in the sweeper's name."""

import threading

import pytest

from core import audit
from jobs import repair_outbox, retry_inbound, send_outbox, sweeper


def test_no_part_of_a_round_acts_in_the_name_of_whoever_acted_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def work() -> None:
        seen.append(audit.actor().name)
        audit.act_as(audit.Actor("retailer:ret_of_another_organisation"))

    for part in (repair_outbox, send_outbox, retry_inbound):
        monkeypatch.setattr(part, "run", work)
    for _ in range(2):
        sweeper.sweep()
    assert seen == ["job:sweeper"] * 6


def test_each_message_tried_again_begins_without_the_person_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def retry(*_message: object) -> None:
        seen.append(audit.actor().name)
        audit.act_as(audit.Actor("retailer:ret_of_another_organisation"))

    audit.act_as(audit.Actor("job:inbound"))
    monkeypatch.setattr(retry_inbound, "_due", lambda: [(None, None)] * 2)
    monkeypatch.setattr(retry_inbound.retries, "retry", retry)
    assert retry_inbound.run() == 2
    assert seen == ["job:inbound"] * 2


def test_a_long_tick_holds_up_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking, over, swept = threading.Event(), threading.Event(), threading.Event()

    def tick() -> None:
        ticking.set()
        assert over.wait(30)

    def sweep() -> None:
        assert ticking.wait(30)
        swept.set()

    monkeypatch.setattr(sweeper, "_tick_if_late", tick)
    monkeypatch.setattr(sweeper, "sweep", sweep)
    monkeypatch.setattr(sweeper, "_rest", lambda: sweeper._stop.wait(30))
    monkeypatch.setattr(sweeper.heartbeats, "beat", lambda _name: None)
    sweeper.start()
    try:
        assert swept.wait(30)
    finally:
        over.set()
        sweeper.stop()

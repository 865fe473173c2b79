"""`bahi up` says where everything is as soon as it answers, however long that took."""

from pathlib import Path

import pytest

from cli import up
from cli.supervisor import Child, Supervisor

PLAN = up.Plan(port=8000, simulator_port=8001, demo=False, simulator=True)


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor([Child("web", ("true",))], folder=tmp_path)


def answering(monkeypatch: pytest.MonkeyPatch, supervisor: Supervisor, *ready: bool) -> None:
    """What each look finds; after the last one somebody presses Ctrl-C."""
    left = list(ready)

    def answers(_url: str) -> tuple[bool, str]:
        supervisor.stopping = len(left) == 1
        return left.pop(0), "Connection refused"

    monkeypatch.setattr(up, "_answers", answers)
    monkeypatch.setattr(up, "LOOK_SECONDS", 0)


def test_what_is_ready_late_is_announced_all_the_same(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, supervisor, False, False, False, True)
    monkeypatch.setattr(up, "READY_SECONDS", 0)
    up._wait_until_ready(PLAN, supervisor, ("sign in as somebody",))
    told = capsys.readouterr()
    assert supervisor.ready
    assert told.err == "bahi: not ready after 0 s, still trying: Connection refused\n"
    assert "Bahi is ready." in told.out
    assert "sign in as somebody" in told.out


def test_nothing_is_announced_that_never_answered(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, supervisor, False, False)
    up._wait_until_ready(PLAN, supervisor, ())
    told = capsys.readouterr()
    assert (supervisor.ready, told.out, told.err) == (False, "", "")

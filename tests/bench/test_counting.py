"""The counted cost of a turn, a quote, an order and a payment stays within its budget, on a machine however busy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import counting
from bench.counting import Counted

ROOT = Path(__file__).resolve().parents[2]


def test_no_operation_takes_more_than_its_budget() -> None:
    # A process of its own: what other tests imported, cached or patched would count.
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--counts"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert [line.split()[0] for line in run.stdout.splitlines()[1:]] == list(counting.budget())


@pytest.mark.parametrize("what", ["bytecodes", "statements", "round_trips"])
def test_what_is_more_than_five_in_a_hundred_above_its_budget_is_named(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED_UNDER", sys.version_info[:2])
    limits = Counted(bytecodes=1000, statements=100, round_trips=100)
    within = Counted(**{**vars(limits), what: int(getattr(limits, what) * 1.05)})
    above = Counted(**{**vars(limits), what: int(getattr(limits, what) * 1.05) + 1})
    assert counting.excess({"turn": within}, {"turn": limits}) == []
    (sentence,) = counting.excess({"turn": above}, {"turn": limits})
    assert what in sentence


def test_an_operation_without_a_budget_and_a_budget_without_its_operation_are_named() -> None:
    found = counting.excess({"turn": Counted(1, 1, 1)}, {"order": Counted(1, 1, 1)})
    assert len(found) == 2


def test_counting_bytecodes_leaves_no_tracer_behind() -> None:
    before = sys.gettrace()
    assert counting._bytecodes(lambda: None) > 0
    assert sys.gettrace() is before
    with pytest.raises(ZeroDivisionError):
        counting._bytecodes(lambda: 1 // 0)
    assert sys.gettrace() is before

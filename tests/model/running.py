"""Running lives: how many, how long, from which seed, and what must have happened in them."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass

import hypothesis
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.stateful import run_state_machine_as_test

from reports import doctor
from tests.model import machine, reading
from tests.model.document_rules import DocumentRules
from tests.model.paper_rules import PaperRules
from tests.model.reading import Reader
from tests.model.refund_rules import RefundRules
from tests.model.standing_rules import StandingRules
from tests.model.tally import Tally


class Lives(DocumentRules, PaperRules, RefundRules, StandingRules):
    """Everything that can happen to two shops, in any order."""


@dataclass(frozen=True)
class Size:
    """So many lives of so many steps, in shards that worker processes can share."""

    shards: int
    lives: int
    steps: int


class Unrelated(HypothesisProvider):
    """Hypothesis's own way of choosing, by the seed, but each life for itself.

    Usually it makes most examples from parts of earlier ones: lives that do one thing over and over.
    """


AVAILABLE_PROVIDERS["unrelated"] = Unrelated

SIZES = {"look": Size(2, 10, 30), "ci": Size(12, 25, 40), "deep": Size(120, 25, 80)}
DOORS = {"I14", "I34", "I36"}  # need conversations and a scheduler, which do not run here
ENOUGH = 5_000  # steps in one process from which on every rule must have taken effect
together = Tally()


def size() -> Size:
    """BAHI_MODEL names the size; without it a short look, or on a CI server the one for that."""
    on_server = os.environ.get("CI", "").lower() in ("1", "true", "yes")
    return SIZES[os.environ.get("BAHI_MODEL") or ("ci" if on_server else "look")]


def shards(half: int) -> list[int]:
    """The shards of one of the two test files: xdist gives whole files to its workers."""
    return list(range(half, size().shards, 2))


def run(shard: int, make_life: Callable[[Reader, Tally], Lives], note: Callable[[str, str], None]) -> None:
    """Live the lives of one shard, note how far it went, and see that nothing was left out."""
    asked, tally, seed = size(), Tally(), int(os.environ.get("BAHI_MODEL_SEED", "0")) + shard
    try:
        last = live(asked, seed, tally, make_life)
    finally:
        note("model", json.dumps({**tally.as_dict(), "seed": seed}))
    findings = [one for one in doctor.check(last.org, doctor.FULL) if one.status != doctor.HOLDS]
    assert [one for one in findings if one.id not in DOORS] == []
    together.add(tally.as_dict())
    idle = together.idle(machine.rules_of(Lives))
    assert together.steps < ENOUGH or idle == [], "these rules never took effect"


def live(
    asked: Size, seed: int, tally: Tally, make_life: Callable[[Reader, Tally], Lives], *, shrink: bool = True
) -> Lives:
    """So many lives; returns the last one. What goes wrong is raised, as short as Hypothesis can tell it."""
    lived: list[Lives] = []
    with reading.reader() as reader:

        def begin() -> Lives:
            lived[:] = [make_life(reader, tally)]
            return lived[0]

        run_state_machine_as_test(
            hypothesis.seed(seed)(begin),
            settings=hypothesis.settings(
                max_examples=asked.lives,
                stateful_step_count=asked.steps,
                deadline=None,
                database=None,
                backend="unrelated",
                derandomize=False,
                print_blob=True,
                report_multiple_bugs=False,
                phases=[hypothesis.Phase.generate, *([hypothesis.Phase.shrink] if shrink else [])],
                suppress_health_check=list(hypothesis.HealthCheck),
            ),
        )
    return lived[0]

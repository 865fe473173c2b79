"""The real services and the plain books agree, whatever happens in whatever order.

BAHI_MODEL=ci runs 300 lives of 40 steps, BAHI_MODEL=deep (`make model`) 3,000 of 80; otherwise it is a short look.
"""

import os
from collections.abc import Callable
from uuid import UUID

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from parties.tables import Retailer
from tests.model import machine

SIZES = {"": (20, 30), "ci": (300, 40), "deep": (3_000, 80)}


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
def test_the_books_agree_with_the_model_after_every_step(
    new_org: Callable[..., UUID], make_retailer: Callable[..., Retailer]
) -> None:
    lives, steps = SIZES[os.environ.get("BAHI_MODEL", "")]
    run_state_machine_as_test(
        lambda: machine.Lives(new_org, make_retailer),
        settings=hypothesis.settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )
    assert machine.counted["steps"] > lives

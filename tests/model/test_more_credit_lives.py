"""The other half of the lives, for a second worker: see test_credit_lives.py."""

from collections.abc import Callable
from uuid import UUID

import pytest

from parties.tables import Retailer
from tests.model import running


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize("shard", running.shards(1))
def test_the_books_agree_with_the_model_after_every_step(
    shard: int,
    new_org: Callable[..., UUID],
    make_retailer: Callable[..., Retailer],
    record_property: Callable[[str, str], None],
) -> None:
    running.run(shard, lambda reader, tally: running.Lives(reader, tally, new_org, make_retailer), record_property)

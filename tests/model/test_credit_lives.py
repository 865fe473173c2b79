"""The real services and the plain books agree, whatever happens in whatever order; no invariant is ever broken.

A short look of 2 shards by default; CI=true or BAHI_MODEL=ci: 300 lives of 40 steps; BAHI_MODEL=deep (`make model`):
3,000 of 80. The other half of the shards is in test_more_credit_lives.py, for a second worker.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from parties.tables import Retailer
from tests.model import running


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize("shard", running.shards(0))
def test_the_books_agree_with_the_model_after_every_step(
    shard: int,
    new_org: Callable[..., UUID],
    make_retailer: Callable[..., Retailer],
    record_property: Callable[[str, str], None],
) -> None:
    running.run(shard, lambda reader, tally: running.Lives(reader, tally, new_org, make_retailer), record_property)

"""The model is no friend of the code: it notices when credit is a little wrong."""

from collections.abc import Callable
from uuid import UUID

import pytest

from credit import allocating, promises
from parties.tables import Retailer
from tests.model import lives
from tests.model.tally import Tally

MANY = lives.Size(1, 40, 40)


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (allocating, "_OPEN", allocating._OPEN.replace("ORDER BY due_on,", "ORDER BY due_on DESC,")),
        (promises, "keep", lambda _session, _retailer_id: False),
    ],
    ids=["newest bill first", "money keeps no promise"],
)
def test_a_planted_fault_is_noticed(
    module: object,
    name: str,
    wrong: object,
    new_org: Callable[..., UUID],
    make_retailer: Callable[..., Retailer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(AssertionError):
        lives.live(MANY, 7, Tally(), lambda *given: lives.Lives(*given, new_org, make_retailer), shrink=False)

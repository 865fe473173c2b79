"""The model is no friend of the code: it notices when credit, or what follows from it, is a little wrong."""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

import pytest
from hypothesis.errors import FlakyBackendFailure

from consequences import following, room
from credit import allocating, promises
from credit.allocating import Allocated, PayableBill
from credit.events import CreditOpened, PaymentFailed
from parties.tables import Retailer
from tests.model import running
from tests.model.tally import Tally

MANY = running.Size(1, 40, 40)
_take_oldest = allocating._take_oldest


def _take_newest(open_bills: Iterable[PayableBill], left: int, named: dict[UUID, int]) -> Iterator[Allocated]:
    return _take_oldest(reversed(list(open_bills)), left, named)


@pytest.mark.filterwarnings("default::hypothesis.errors.NonInteractiveExampleWarning")
@pytest.mark.parametrize(
    ("module", "name", "wrong"),
    [
        (allocating, "_take_oldest", _take_newest),
        (promises, "keep", lambda _session, _retailer_id: False),
        (room, "use", lambda _session, _made: None),
        (following, "FOLLOWS", {**following.FOLLOWS, PaymentFailed: ()}),
        (following, "FOLLOWS", {**following.FOLLOWS, CreditOpened: ()}),
    ],
    ids=[
        "newest bill first",
        "money keeps no promise",
        "room is not used",
        "no rule looks at money that failed",
        "nobody hears that credit is open again",
    ],
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
    with pytest.raises((AssertionError, FlakyBackendFailure)) as noticed:
        running.live(MANY, 7, Tally(), lambda *given: running.Lives(*given, new_org, make_retailer), shrink=False)
    # A life that is longer than Hypothesis replays is told inside a group.
    assert isinstance(noticed.value, AssertionError) or noticed.group_contains(AssertionError)

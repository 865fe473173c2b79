"""More may fit on account than before: the rules look again, and held orders go on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from consequences import releasing
from core.events import happened
from credit import accounts, groups, ladder
from credit.events import RoomMade
from orders import holding
from parties.events import SettingsChanged

OF_CREDIT = {"exposure", "cheque_counts_on", "ladder"}  # settings by which the status ladder judges


def use(session: Session, made: Sequence[RoomMade]) -> None:
    """Use the room: first the status rules judge anew, then what is held is placed, the longest waiting shop first.

    A stop that ends by it is told before the orders that go on by it: they follow in the next round.
    """
    unseen = [one for one in made if not one.is_judged]
    for one in dict.fromkeys(unseen):
        _judge(session, one)
        happened(session, RoomMade(one.retailer_id, one.group_id, is_judged=True))
    ready = [one for one in made if one.is_judged]
    if ready:
        shops = {one.retailer_id for one in ready if one.retailer_id is not None}
        shared = {one.group_id for one in ready if one.group_id is not None}
        anybody = any(one.retailer_id is None and one.group_id is None for one in ready)
        for retailer_id in holding.waiting(session, shops, shared, anybody=anybody):
            releasing.release(session, retailer_id)


def after_settings(session: Session, event: SettingsChanged) -> None:
    """Other settings may leave more room to anybody."""
    happened(session, RoomMade(is_judged=not event.names & OF_CREDIT))


def _judge(session: Session, made: RoomMade) -> None:
    """Only what may get better; whom the rules would stop now is stopped at the next evaluation."""
    if made.retailer_id is None and made.group_id is None:
        ladder.evaluate_all(session, "settings", may_stop=False)
    for retailer_id in _shops(session, made):
        ladder.after_payment(session, accounts.get(session, retailer_id))


def _shops(session: Session, made: RoomMade) -> list[UUID]:
    members = groups.members(session, made.group_id) if made.group_id else []
    return [made.retailer_id, *members] if made.retailer_id else members

"""Pausing credit: no new order on account until it is restored. Payments and cash orders go on."""

from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, ids
from credit import accounts
from credit.tables import CreditAccount

STAFF, AUTOMATIC = "staff", "automatic"


def pause(session: Session, retailer_id: UUID, reason: str, source: str = STAFF) -> bool:
    """Pause credit; False when it was paused already. Locks the account row, audited.

    An order that commits after this one commits is refused. Raises Invalid (no reason), NotFound.
    """
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.paused_at is not None:
        return False
    account.paused_at, account.pause_reason, account.pause_source = clock.now(), reason, source
    session.flush()  # reserving is a hand-written statement and must see it
    _audit(session, "credit.paused", account, reason)
    return True


def unpause(session: Session, retailer_id: UUID, reason: str) -> bool:
    """Restore credit; False when it was not paused. Locks the account row, audited. Raises like `pause`."""
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.paused_at is None:
        return False
    account.paused_at, account.pause_reason, account.pause_source = None, None, None
    session.flush()  # reserving is a hand-written statement and must see it
    _audit(session, "credit.unpaused", account, reason)
    return True


def _audit(session: Session, action: str, account: CreditAccount, reason: str) -> None:
    audit.record(
        session,
        action,
        subject=ids.public("ret", account.retailer_id),
        retailer_id=account.retailer_id,
        before={"paused": action == "credit.unpaused"},
        after={"paused": action == "credit.paused", "source": account.pause_source},
        reason=reason,
    )

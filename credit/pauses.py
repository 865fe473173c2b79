"""Pausing and blocking: no new order on account until it is lifted. Payments and cash orders go on.

Who paused lifts: what staff paused only staff lift, and what a rule paused (see credit/ladder.py) lifts by itself. A
block, whoever made it, is lifted by staff alone. Whoever lifts by hand acknowledges the cause: the rules that fire then
do not stop the shop again before a new fact arises (see credit/rules.py). Lifting a block with no pause below it
acknowledges the causes of a pause as well.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.events import happened
from credit import accounts, decisions, rules
from credit.decisions import AUTOMATIC, STAFF
from credit.events import CreditOpened, CreditStopped, RoomMade
from credit.tables import CreditAccount

Trace = tuple[dict[str, object], ...]

_BY = """
SELECT actor FROM audit_entry
WHERE org_id = %(org)s AND chain_id = %(retailer)s AND action IN ('credit.paused', 'credit.pause_kept')
    AND at >= %(since)s AND reason = %(reason)s
ORDER BY seq LIMIT 1
"""


def pause(session: Session, retailer_id: UUID, reason: str, source: str = STAFF, trace: Trace = ()) -> bool:
    """Pause credit; False when it was paused already. Locks the account row, audited, stored as a decision.

    Staff who pause what a rule paused take the pause over: it no longer lifts by itself. An order that commits after
    this one commits is refused. Raises Invalid (no reason), NotFound.
    """
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.paused_at is not None and (account.pause_source == STAFF or source == AUTOMATIC):
        return False
    before, is_new = decisions.status_of(account), account.paused_at is None
    account.paused_at = account.paused_at or clock.now()
    account.pause_reason, account.pause_source = reason, source
    _decided(session, account, "credit.paused" if is_new else "credit.pause_kept", before, reason, source, trace)
    if is_new:
        happened(session, CreditStopped(retailer_id))
    return is_new


def paused_by(session: Session, retailer_id: UUID, since: datetime | str, reason: str) -> str | None:
    """Who made a pause, as the audit trail has it: the one that began then, with the reason that it was left with."""
    asked = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "since": since, "reason": reason}
    by: str | None = db.execute(session, _BY, asked).scalar()
    return by


def unpause(session: Session, retailer_id: UUID, reason: str, source: str = STAFF, trace: Trace = ()) -> bool:
    """Restore credit; False when it was not paused, or not by a rule and a rule asks. Otherwise like `pause`."""
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.paused_at is None or (source == AUTOMATIC and account.pause_source != AUTOMATIC):
        return False
    before = decisions.status_of(account)
    known = _acknowledge(session, account, "pause") if source == STAFF else ()
    account.paused_at, account.pause_reason, account.pause_source = None, None, None
    _decided(session, account, "credit.unpaused", before, reason, source, trace, known)
    _lifted(session, account)
    return True


def block(session: Session, retailer_id: UUID, reason: str, source: str = STAFF, trace: Trace = ()) -> bool:
    """Block the account until staff unblock it; False when it was blocked already. Otherwise like `pause`."""
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.blocked_at is not None:
        return False
    before = decisions.status_of(account)
    account.blocked_at, account.block_reason, account.block_source = clock.now(), reason, source
    _decided(session, account, "account.blocked", before, reason, source, trace)
    happened(session, CreditStopped(retailer_id))
    return True


def unblock(session: Session, retailer_id: UUID, reason: str) -> bool:
    """Lift a block; a pause below it goes on. False when nothing was blocked. Otherwise like `pause`."""
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if account.blocked_at is None:
        return False
    before = decisions.status_of(account)
    known = _acknowledge(session, account, "block")
    if account.paused_at is None:  # nothing below it goes on: the shop is trusted as it stands
        known += _acknowledge(session, account, "pause")
    account.blocked_at, account.block_reason, account.block_source = None, None, None
    _decided(session, account, "account.unblocked", before, reason, STAFF, (), known)
    _lifted(session, account)
    return True


def _lifted(session: Session, account: CreditAccount) -> None:
    """One stop is gone; credit is open when it was the last one."""
    if not decisions.is_stopped(account):
        happened(session, CreditOpened(account.retailer_id))
        happened(session, RoomMade(account.retailer_id, is_judged=True))


def _acknowledge(session: Session, account: CreditAccount, level: str) -> Trace:
    """Note the rules that fire at this level as known; returns them for the trace. The caller holds the lock."""
    account.acknowledged, fired = rules.acknowledge(session, account.retailer_id, level)
    session.flush()  # what is known is read by a hand-written statement
    return tuple({**tried.as_dict(), "fired": False, "acknowledged": True} for tried in fired)


def _decided(
    session: Session,
    account: CreditAccount,
    action: str,
    before: str,
    reason: str,
    source: str,
    trace: Trace,
    known: Trace = (),
) -> None:
    session.flush()  # reserving is a hand-written statement and must see it
    told = trace or ({"rule": action, "by": audit.actor().name, "reason": reason, "fired": True},)
    decisions.record(session, account, source, before, (*told, *known))
    audit.record(
        session,
        action,
        subject=ids.public("ret", account.retailer_id),
        retailer_id=account.retailer_id,
        before={"status": before, "paused": action in ("credit.unpaused", "credit.pause_kept")},
        after={
            "status": decisions.status_of(account),
            "paused": account.paused_at is not None,
            "source": source if action != "credit.unpaused" else None,
            **({"acknowledged": account.acknowledged} if known else {}),
        },
        reason=reason,
    )

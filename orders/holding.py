"""Held orders: kept because only credit stands in the way, and placed by themselves when that is gone."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import DomainError
from core.events import happened
from core.i18n import format_money
from credit import guardrails
from credit.guardrails import CREDIT, MAX_ORDER, Refused, Verdict
from orders import billing, drafting, ordering, outcomes
from orders.events import HeldOrderDearer, HeldOrderLapsed
from orders.listing import get
from orders.order import FAILED, HELD, PENDING, Order
from parties import tasks

MAX_AT_ONCE = 50
_HELD = f"""
SELECT id, total_minor FROM sales_order WHERE org_id = %s AND retailer_id = %s AND status = '{HELD}'
ORDER BY created_at, id LIMIT {MAX_AT_ONCE} FOR UPDATE SKIP LOCKED
"""
_WAITS = f"""
SELECT 1 FROM sales_order WHERE org_id = %s AND id = %s AND status IN ('{HELD}', '{FAILED}') FOR UPDATE SKIP LOCKED
"""
_WITH_HELD = f"""
SELECT o.retailer_id FROM sales_order o
JOIN credit_account a ON a.org_id = o.org_id AND a.retailer_id = o.retailer_id
WHERE o.org_id = %(org)s AND o.status = '{HELD}' AND (
    %(anybody)s OR o.retailer_id = ANY(%(shops)s::uuid[]) OR a.group_id = ANY(%(groups)s::uuid[])
    OR a.group_id IN (SELECT group_id FROM credit_account WHERE org_id = %(org)s
                      AND retailer_id = ANY(%(shops)s::uuid[])))
GROUP BY o.retailer_id ORDER BY min(o.created_at), o.retailer_id
"""


class NothingInTheWay(DomainError):
    """Credit allows the order: confirm it instead."""

    code = "NOTHING_TO_HOLD"
    detail = "Only an order that credit alone stands in the way of is held. This one can be confirmed."


def judged(session: Session, order: Order) -> Verdict:
    """What the guardrails say to this order now."""
    return guardrails.judge(session, order.retailer_id, order.total_minor)


def hold(session: Session, order_id: UUID) -> Order:
    """Keep a quoted or refused order until credit allows it; held already: as it stands. Audited.

    Raises ordering.NotPending, NothingInTheWay, NotFound.
    """
    found = get(session, order_id, lock=True)
    if found.status == HELD:
        return found
    if found.status not in (PENDING, FAILED):
        raise ordering.NotPending(found)
    verdict = judged(session, found)
    if verdict.allowed:
        raise NothingInTheWay
    return outcomes.close(session, found, HELD, "order.held", outcomes.failure_of(Refused(verdict)), None, CREDIT)


def release(session: Session, retailer_id: UUID) -> list[Order]:
    """Place the shop's held orders, the oldest first, until credit stops one; returns those that were placed.

    A smaller, newer one does not go past it: the room, often a payment that was made for the older one, would be gone
    before there is enough of it, and who orders little and often would keep it waiting for ever. Only an order that no
    room would help, since it is larger than one may be, keeps nobody waiting.

    Each is priced anew, and what is in stock of it is placed. An order whose price rose beyond what was agreed stays
    held: it needs a fresh yes. What somebody is at just now is left to them.
    """
    placed = []
    for order_id, agreed_minor in db.execute(session, _HELD, (str(db.org_of(session)), str(retailer_id))).all():
        try:
            with session.begin_nested():
                placed.append(ordering.confirm(session, order_id, CREDIT, agreed_minor, shrink=True))
        except Refused as refused:
            if not _is_too_large(refused):
                break
        except ordering.PriceChanged as dearer:
            _note_dearer(session, dearer.order, agreed_minor)
            happened(session, HeldOrderDearer(dearer.order, agreed_minor))
        except DomainError:
            continue  # it stays held, and staff see it in the list of held orders
    return placed


def _is_too_large(refused: Refused) -> bool:
    return any(reason.code == MAX_ORDER for reason in refused.verdict.reasons)


def waits(session: Session, order_id: UUID) -> bool:
    """True for a held or refused order that nobody is at just now; it is locked.

    Whoever holds the account must not wait for an order: its holder may wait for the account, and tries it after us.
    """
    return db.execute(session, _WAITS, (str(db.org_of(session)), str(order_id))).first() is not None


def price_now(session: Session, kept: Order) -> int:
    """What a kept order would come to today, in minor units; its own total when something of it is no longer sold."""
    at = drafting.standing(session, kept.retailer_id)
    try:
        return drafting.price(session, at, drafting.wishes(kept), billing.loaded(kept.billing)).quote.total_minor
    except DomainError:
        return kept.total_minor


def approval_key(order_id: UUID) -> str:
    """Asking twice to approve an order is one task."""
    return f"approve:{order_id}"


def _note_dearer(session: Session, dearer: Order, agreed_minor: int) -> None:
    """People know of it too: whoever stopped messages, or does not answer, is to be called."""
    now, before = (format_money(amount, dearer.currency, "en") for amount in (dearer.total_minor, agreed_minor))
    tasks.ask_staff(
        session,
        "held_order_dearer",
        f"Credit would cover a held order now, but it comes to {now} instead of {before}. It waits for"
        " the shop's yes; call if none comes, then retry it.",
        retailer_id=dearer.retailer_id,
        facts={"order": dearer.public_id, "total_minor": dearer.total_minor},
        dedupe_key=f"dearer:{dearer.id}:{dearer.total_minor}",
    )


def waiting(
    session: Session, shops: Collection[UUID] = (), groups: Collection[UUID] = (), *, anybody: bool = False
) -> list[UUID]:
    """Shops that have held orders, the longest waiting first: of these, of the groups they are in, of these groups."""
    asked = {
        "org": str(db.org_of(session)),
        "anybody": anybody,
        "shops": [str(one) for one in shops],
        "groups": [str(one) for one in groups],
    }
    return [UUID(str(row.retailer_id)) for row in db.execute(session, _WITH_HELD, asked)]


def expire(session: Session, days: int) -> list[Order]:
    """Let orders lapse that were held for so many days; returns them."""
    gone = db.execute(
        session,
        f"UPDATE sales_order SET status = 'expired', closed_at = %(now)s WHERE org_id = %(org)s AND status = '{HELD}'"
        " AND created_at < %(now)s - make_interval(days => %(days)s) RETURNING id",
        {"now": clock.now(), "org": str(db.org_of(session)), "days": days},
    ).all()
    outcomes.expired(session, [row.id for row in gone], f"orders held for {days} days")
    lapsed = [get(session, row.id) for row in gone]
    for one in lapsed:
        happened(session, HeldOrderLapsed(one))
    return lapsed

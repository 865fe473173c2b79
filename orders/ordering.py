"""Orders: quoted, promised, called off, sent. Every way into "consumes credit" is here: chat, API, console, retry.

Locks are taken in one order: the order's row, the stock of its goods by product, the credit account, the retailer's row
(the order counter). A change and its audit entry are one transaction. Quotes that nobody agreed to are not audited;
everything after a yes is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import audit, clock, db
from core.errors import DomainError, Invalid, NotFound
from core.events import happened, is_following
from credit import reservations
from credit.guardrails import CASH, CREDIT, Refused
from orders import billing, delivery, drafting, order, outcomes, rules, stock, supply
from orders.drafting import NOTHING_MORE, Extras, Priced, PricingFacts
from orders.events import OrderCancelled, OrderPlaced
from orders.listing import get, is_unbilled
from orders.order import CANCELLED, CONFIRMED, DISPATCHED, EXPIRED, FAILED, HELD, PENDING, SOURCES, Order
from orders.quotes import Wanted
from orders.rules import BelowMinimum
from orders.supply import OutOfStock, StockShort
from parties import retailers

MAX_REASON = 500
_AGREED = attrgetter(
    "price_minor", "base_qty_milli", "free_milli", "rate_bps", "cess_bps", "treatment", "total_minor"
)  # what a yes is to
PENDING_FOR = timedelta(hours=24)  # how long a quote waits for a yes

_LOCKED = f"""
SELECT {order.COLUMNS}, {drafting.STANDING}
FROM sales_order o
JOIN retailer r ON r.org_id = o.org_id AND r.id = o.retailer_id
JOIN organisation g ON g.org_id = o.org_id
WHERE o.org_id = %s AND o.id = %s
FOR UPDATE OF o
"""
_CONFIRM = f"""
WITH counted AS (
    UPDATE retailer SET order_seq = order_seq + 1 WHERE org_id = %(org)s AND id = %(retailer)s
    RETURNING code, order_seq
)
UPDATE sales_order
SET status = '{CONFIRMED}', payment_mode = %(mode)s, confirmed_at = %(now)s, failure = NULL,
    deliver_on = %(deliver_on)s, number = counted.code || '-' || counted.order_seq
FROM counted
WHERE org_id = %(org)s AND id = %(id)s AND status IN ('{PENDING}', '{FAILED}', '{HELD}')
RETURNING number
"""
_EXPIRE = f"""
UPDATE sales_order SET status = '{EXPIRED}', closed_at = %(now)s
WHERE org_id = %(org)s AND id IN (
    SELECT id FROM sales_order WHERE org_id = %(org)s AND status = '{PENDING}' AND created_at < %(before)s
    ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
MAX_EXPIRED = 10_000  # in one transaction; the next run takes the rest


class NotPending(DomainError):
    """The order is past the point where this can be done to it."""

    code = "ORDER_NOT_PENDING"

    def __init__(self, found: Order) -> None:
        replaced = (found.failure or {}).get("code") == order.REPLACED
        because = "a newer quote took its place" if replaced else f"it is {found.status}"
        super().__init__(f"This order cannot be confirmed: {because}.", status=found.status, replaced=replaced)


class AlreadyDispatched(DomainError):
    """Goods that left the shop come back as a return, not as a cancellation."""

    code = "ORDER_ALREADY_DISPATCHED"
    detail = "This order has left the shop and is invoiced; record a return instead."


class PriceChanged(DomainError):
    """Prices rose since the quote. The draft holds the new ones: whoever catches this asks again, then confirms.

    The new prices are kept only when the transaction goes on. After a rollback confirm with the
    `agreed_minor` that the fresh yes was for.
    """

    code = "PRICE_CHANGED"

    def __init__(self, was_minor: int, now: Order) -> None:
        self.order = now
        super().__init__(
            "Prices have changed since this order was quoted; it needs a fresh yes.",
            was_minor=was_minor,
            now_minor=now.total_minor,
        )


@dataclass(frozen=True)
class Placed:
    """An order placed at once. With a `refusal` it is kept as failed, to be shown; nothing places it by itself."""

    order: Order
    refusal: Refused | BelowMinimum | OutOfStock | None = None


def draft(
    session: Session,
    retailer_id: UUID,
    wanted: Sequence[Wanted],
    source: str = "chat",
    extras: Extras = NOTHING_MORE,
) -> Order:
    """A pending order at today's prices that waits for a yes; the retailer's older quotes are called off.

    It holds what is in stock; `shorts` says what is not. Raises NotFound, NotServed, OutOfStock, and Invalid with what
    is wrong with a line.
    """
    _check(source=source)
    at = drafting.standing(session, retailer_id)
    priced = drafting.price_what_is_there(session, at, wanted, extras.billing)
    return drafting.write(session, retailer_id, priced, source=source, payment_mode=None, replacing=True, extras=extras)


def confirm(
    session: Session, order_id: UUID, payment_mode: str, agreed_minor: int | None = None, *, shrink: bool = False
) -> Order:
    """Promise a pending or held order; its goods and, on credit, its total are reserved. Again: as it stands.

    Re-priced at today's catalogue: up to what was agreed to (the draft's total unless `agreed_minor` names another)
    goes on, more raises PriceChanged with the draft updated. When less is in stock it raises StockShort, or with
    `shrink` goes on with what is there. Raises guardrails.Refused (the order stays pending), BelowMinimum, OutOfStock,
    NotPending, NotFound. Four statements on the usual way, five with goods that are counted.
    """
    _check(payment_mode=payment_mode)
    found, at = _locked(session, order_id)
    if found.status in (CONFIRMED, DISPATCHED):
        return get(session, order_id)
    if found.status not in (PENDING, HELD):
        raise NotPending(found)
    today = _today(session, found, at)
    if today.total_minor > (found.total_minor if agreed_minor is None else agreed_minor):
        raise PriceChanged(found.total_minor, today)
    return _promise(session, today, at, payment_mode, shrink=shrink)


def place(
    session: Session,
    retailer_id: UUID,
    wanted: Sequence[Wanted],
    payment_mode: str,
    source: str = "api",
    extras: Extras = NOTHING_MORE,
) -> Placed:
    """Quote and confirm what is in stock, in one step. A no is a result, not an exception: it is kept as failed."""
    _check(payment_mode=payment_mode, source=source)
    at = drafting.standing(session, retailer_id)
    priced = drafting.price(session, at, wanted, extras.billing)
    made = drafting.write(
        session, retailer_id, priced, source=source, payment_mode=payment_mode, replacing=False, extras=extras
    )
    return _try(session, made, at, payment_mode)


def retry(session: Session, order_id: UUID, payment_mode: str | None = None, agreed_minor: int | None = None) -> Placed:
    """Put a failed or held order through the guardrails again at today's prices; confirmed already: nothing happens.

    Whoever retries takes today's prices, as in placing it anew, up to `agreed_minor` where that is given. Raises
    PriceChanged, NotPending, NotFound.
    """
    found, at = _locked(session, order_id)
    if found.status in (CONFIRMED, DISPATCHED):
        return Placed(get(session, order_id))
    if found.status not in (FAILED, PENDING, HELD):
        raise NotPending(found)
    mode = payment_mode or found.payment_mode or CREDIT
    _check(payment_mode=mode)
    today = _today(session, found, at)
    if agreed_minor is not None and today.total_minor > agreed_minor:
        raise PriceChanged(found.total_minor, today)
    return _try(session, today, at, mode)


def cancel(session: Session, order_id: UUID, reason: str) -> Order:
    """Call an order off before it leaves, or after its invoice was cancelled; what it reserved is free again.

    Twice is once.

    Raises AlreadyDispatched, NotPending (expired), Invalid (no reason), NotFound.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", field="reason")
    found = get(session, order_id, lock=True)
    if found.status == CANCELLED:
        return found
    if found.status == DISPATCHED and not is_unbilled(session, found):
        raise AlreadyDispatched
    if found.status == EXPIRED:
        raise NotPending(found)
    if found.status == CONFIRMED:
        stock.release(session, order_id)
    reservations.void(session, order_id)
    failure = {"code": "CANCELLED", "detail": reason}
    gone = outcomes.close(session, found, CANCELLED, "order.cancelled", failure, reason)
    happened(session, OrderCancelled(gone, was=found.status, by_shop=_is_by_shop(session, gone)))
    return gone


def expire_pending(session: Session, before: datetime | None = None) -> int:
    """Let quotes from before this moment (a day ago) lapse; returns how many. One being confirmed is left alone."""
    before = before or clock.now() - PENDING_FOR
    gone = db.execute(
        session,
        _EXPIRE,
        {"org": str(db.org_of(session)), "now": clock.now(), "before": before, "limit": MAX_EXPIRED},
    ).all()
    outcomes.expired(session, [row.id for row in gone], f"orders before {before.isoformat()}")
    return len(gone)


def _locked(session: Session, order_id: UUID) -> tuple[Order, PricingFacts]:
    row = db.execute(session, _LOCKED, (str(db.org_of(session)), str(order_id))).first()
    if row is None:
        raise NotFound(kind="Order")
    return order.from_row(row), drafting.standing_of(row)


def _today(session: Session, found: Order, at: PricingFacts) -> Order:
    """The order at today's prices, written down when they differ."""
    is_same = found.catalogue_version == at.catalogue_version and found.price_class == at.price_class
    if is_same and _quoted_on(found, at) == at.today:
        return found
    priced = drafting.price(session, at, drafting.wishes(found), billing.loaded(found.billing))
    if _same(found, priced):
        return found
    return drafting.rewrite(session, found, priced)


def _quoted_on(found: Order, at: PricingFacts) -> date:
    return found.created_at.astimezone(ZoneInfo(at.timezone)).date()


def _same(found: Order, priced: Priced) -> bool:
    return found.total_minor == priced.quote.total_minor and [*map(_AGREED, found.lines)] == [
        *map(_AGREED, priced.quote.lines)
    ]


def _try(session: Session, found: Order, at: PricingFacts, payment_mode: str) -> Placed:
    try:
        return Placed(_promise(session, found, at, payment_mode, shrink=True))
    except (Refused, BelowMinimum, OutOfStock) as refusal:
        status = HELD if found.status == HELD else FAILED
        failure = outcomes.failure_of(refusal)
        return Placed(outcomes.close(session, found, status, "order.refused", failure, None, payment_mode), refusal)


def _promise(session: Session, found: Order, at: PricingFacts, payment_mode: str, *, shrink: bool) -> Order:
    """Take goods and credit for an order, in this order, both or none."""
    selling = drafting.goods(session, at).rules
    rules.check_minimum(selling, found.total_minor)
    deliver_on = drafting.deliver_on(session, at)
    until = delivery.held_until(clock.now(), selling.stock_hold_hours, deliver_on, at.timezone)
    there = _with_goods(session, found, at, until, shrink=shrink)
    try:
        return _confirm(session, there, payment_mode, deliver_on)
    except Refused:
        if supply.needs(drafting.goods(session, at), there.lines):
            stock.release(session, found.id)
        raise


def _with_goods(session: Session, found: Order, at: PricingFacts, until: datetime | None, *, shrink: bool) -> Order:
    """The order with its goods held; smaller, when less is there and it may shrink. Raises StockShort, OutOfStock."""
    listed = drafting.goods(session, at)
    needs = supply.needs(listed, found.lines)
    left = stock.reserve(session, found.id, needs, until)
    if not left:
        return found
    wanted = drafting.wishes(found)
    there, shorts = supply.cut(listed, wanted, {**needs, **left})  # what does not fall short suffices
    if not there:
        raise OutOfStock(shorts)
    if not shrink:
        raise StockShort(shorts)
    priced = drafting.price(session, at, there, billing.loaded(found.billing))
    smaller = drafting.rewrite(session, found, replace(priced, shorts=tuple(shorts)))
    if stock.reserve(session, found.id, supply.needs(listed, smaller.lines), until):
        raise AssertionError("the goods' rows are locked, and less is there than a moment ago")
    return smaller


def _confirm(session: Session, found: Order, payment_mode: str, deliver_on: date | None) -> Order:
    if payment_mode == CREDIT:
        reservations.reserve(session, found.retailer_id, found.id, found.total_minor)
    audit.record(  # before the number: the account's row is locked before the retailer's
        session,
        "order.confirmed",
        subject=found.public_id,
        retailer_id=found.retailer_id,
        before={"status": found.status},
        after={"status": CONFIRMED, "payment_mode": payment_mode, "total_minor": found.total_minor},
    )
    now = clock.now()
    keys = {"org": str(db.org_of(session)), "retailer": str(found.retailer_id), "id": str(found.id)}
    promised = {"mode": payment_mode, "now": now, "deliver_on": deliver_on}
    number = db.execute(session, _CONFIRM, {**keys, **promised}).scalar_one()
    placed = replace(
        found,
        status=CONFIRMED,
        payment_mode=payment_mode,
        number=number,
        confirmed_at=now,
        deliver_on=deliver_on,
        failure=None,
    )
    happened(session, OrderPlaced(placed, was=found.status, by_shop=_is_by_shop(session, placed)))
    return placed


def _is_by_shop(session: Session, found: Order) -> bool:
    """Done in the shop's own chat, rather than following from what it did there."""
    return not is_following(session) and audit.is_retailer(retailers.public_id(found.retailer_id))


def _check(*, payment_mode: str = CASH, source: str = "api") -> None:
    if payment_mode not in (CREDIT, CASH):
        raise Invalid(f"The payment mode is CREDIT or CASH, not {payment_mode!r}.", field="payment_mode")
    if source not in SOURCES:
        raise Invalid(f"An order comes from one of {', '.join(SOURCES)}, not {source!r}.", field="source")

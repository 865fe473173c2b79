"""Stock: what is on the shelf, what confirmed orders hold of it, and every change of it with its reason.

Rows are locked by product, in one order everywhere, after the order's row and before the credit account. A product
without a row here is not counted: it never runs out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from orders import catalogue, promised_before
from orders.tables import MOVEMENTS, Product, Stock, StockMovement

LIVE, RELEASED, EXPIRED = "live", "released", "expired"
MAX_MILLI = 10**12
MAX_REASON = 500
BY_HAND = tuple(kind for kind in MOVEMENTS if kind not in ("count", "dispatch"))

_AVAILABLE = """
SELECT product_id, on_hand_milli - reserved_milli FROM stock WHERE org_id = %s AND product_id = ANY(%s::uuid[])
"""
_HELD = """
SELECT s.product_id, r.qty_milli FROM stock s
JOIN stock_reservation r ON r.org_id = s.org_id AND r.product_id = s.product_id
WHERE s.org_id = %(org)s AND r.order_id = %(order)s AND r.status = 'live'
ORDER BY s.product_id FOR UPDATE OF s
"""
_RELEASE = f"""
WITH held AS ({_HELD}), freed AS (
    UPDATE stock s SET reserved_milli = s.reserved_milli - held.qty_milli
    FROM held WHERE s.org_id = %(org)s AND s.product_id = held.product_id
)
UPDATE stock_reservation r SET status = %(status)s, ended_at = %(now)s
FROM held WHERE r.org_id = %(org)s AND r.order_id = %(order)s AND r.product_id = held.product_id AND r.status = 'live'
"""
_SHRINK = f"""
WITH held AS ({_HELD}), change AS (
    SELECT held.product_id, held.qty_milli - coalesce(l.qty, 0) AS less, coalesce(l.qty, 0) AS rest
    FROM held LEFT JOIN jsonb_to_recordset(%(lines)s) AS l(product_id uuid, qty bigint) USING (product_id)
), freed AS (
    UPDATE stock s SET reserved_milli = s.reserved_milli - change.less
    FROM change WHERE s.org_id = %(org)s AND s.product_id = change.product_id AND change.less > 0
)
UPDATE stock_reservation r
SET qty_milli = CASE WHEN change.rest > 0 THEN change.rest ELSE r.qty_milli END,
    status = CASE WHEN change.rest > 0 THEN 'live' ELSE '{RELEASED}' END,
    ended_at = CASE WHEN change.rest > 0 THEN NULL ELSE %(now)s::timestamptz END
FROM change WHERE r.org_id = %(org)s AND r.order_id = %(order)s AND r.product_id = change.product_id
    AND r.status = 'live' AND change.less > 0
"""
_OVERDUE = f"""
SELECT id FROM sales_order WHERE org_id = %(org)s AND id IN (
    SELECT order_id FROM stock_reservation WHERE org_id = %(org)s AND status = '{LIVE}' AND expires_at < %(now)s)
ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
MAX_EXPIRED = 1000  # orders in one transaction; the next run takes the rest


@dataclass(frozen=True, slots=True)
class Level:
    """One product's stock, in thousandths of its base unit. `version` 0: it is not counted."""

    product_id: UUID
    sku: str
    name: str
    base_unit: str
    on_hand_milli: int
    reserved_milli: int
    version: int

    @property
    def available_milli(self) -> int:
        """What new orders may have; below zero after a count that found less than was promised."""
        return self.on_hand_milli - self.reserved_milli


class StockChanged(DomainError):
    """Somebody changed the stock since it was read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "This stock was changed by somebody else meanwhile. Read it again before you set it."


def available(session: Session, products: Sequence[UUID] | set[UUID]) -> dict[UUID, int]:
    """What new orders may have of these products; one statement, none for none."""
    if not products:
        return {}
    keys = (str(db.org_of(session)), [str(one) for one in products])
    return {product_id: max(left, 0) for product_id, left in db.execute(session, _AVAILABLE, keys)}


def reserve(session: Session, order_id: UUID, needs: Mapping[UUID, int], until: datetime | None) -> dict[UUID, int]:
    """Hold goods for an order, all or none of them; returns what is left of each product that falls short.

    One statement; locks the products' rows in order. Held until this moment, or (None) until the order ends.
    """
    if not needs:
        return {}
    found = db.execute(
        session,
        "SELECT * FROM stock_reserve(p_org => %(org)s, p_order => %(order)s, p_at => %(at)s, p_expires => %(expires)s,"
        " p_lines => %(lines)s)",
        {
            "org": str(db.org_of(session)),
            "order": str(order_id),
            "at": clock.now(),
            "expires": until,
            "lines": db.json([{"product_id": str(one), "qty": qty} for one, qty in needs.items()]),
        },
    )
    return {product_id: max(left, 0) for product_id, left in found}


def release(session: Session, order_id: UUID, status: str = RELEASED) -> bool:
    """Give back what an order holds; False when it holds nothing. The caller has locked the order."""
    keys = {"org": str(db.org_of(session)), "order": str(order_id), "status": status, "now": clock.now()}
    return db.execute(session, _RELEASE, keys).rowcount > 0


def shrink(session: Session, order_id: UUID, needs: Mapping[UUID, int]) -> None:
    """Hold no more than this for an order; what it does not hold is not added. The caller has locked the order."""
    lines = db.json([{"product_id": str(one), "qty": qty} for one, qty in needs.items()])
    keys = {"org": str(db.org_of(session)), "order": str(order_id), "lines": lines, "now": clock.now()}
    db.execute(session, _SHRINK, keys)


def leave(session: Session, order_id: UUID, needs: Mapping[UUID, int]) -> dict[UUID, int]:
    """Take an order's goods off the shelf, all or none; returns what is there of each product that falls short.

    There is what the order holds, and what nobody else does. One statement, none for none; locks the products' rows in
    order. What the order held ends with it.
    """
    if not needs:
        return {}
    lines = [{"product_id": str(one), "qty": qty, "movement": str(ids.new())} for one, qty in needs.items()]
    keys = {"org": str(db.org_of(session)), "order": str(order_id), "at": clock.now(), "lines": db.json(lines)}
    found = db.execute(
        session,
        "SELECT * FROM stock_leave(p_org => %(org)s, p_order => %(order)s, p_at => %(at)s, p_lines => %(lines)s)",
        keys,
    )
    return {row.short_product: row.there for row in found}


def expire(session: Session) -> list[UUID]:
    """Give back what confirmed orders held for too long; returns those orders. One being worked on is left alone."""
    keys = {"org": str(db.org_of(session)), "now": clock.now(), "limit": MAX_EXPIRED}
    overdue: list[UUID] = [row.id for row in db.execute(session, _OVERDUE, keys)]
    for order_id in overdue:
        release(session, order_id, EXPIRED)
    return overdue


def count(session: Session, sku: str, on_hand_milli: int, reason: str, version: int | None = None) -> Level:
    """Set what is on the shelf, as counted; from now on the product's stock is counted. Audited.

    `version` is the one that was seen (0 before the first count); None overrides. Raises NotFound, StockChanged,
    Invalid.
    """
    product = _product(session, sku)
    row = _locked(session, product)
    if version is not None and version != (row.version if row else 0):
        raise StockChanged(version=row.version if row else 0)
    change_milli = on_hand_milli - (row.on_hand_milli if row else 0)
    return _moved(session, product, row, change_milli, "count", reason)


def move(session: Session, sku: str, change_milli: int, kind: str, reason: str) -> Level:
    """Book goods that came in, came back or were lost. Audited. Raises NotFound, Invalid."""
    if kind not in BY_HAND:
        raise Invalid(f"A movement is one of {', '.join(BY_HAND)}.", field="kind")
    if change_milli == 0:
        raise Invalid("A movement changes something.", field="change")
    product = _product(session, sku)
    return _moved(session, product, _locked(session, product), change_milli, kind, reason)


def count_all(session: Session, on_hand: Mapping[UUID, int], reason: str) -> bool:
    """Set what is on the shelf of many products; True when any was different. The caller audits it."""
    if not on_hand:
        return False
    promised = promised_before.lock(session, on_hand)
    wanted = (Stock.org_id == db.org_of(session)) & Stock.product_id.in_(on_hand)
    rows = session.scalars(select(Stock).where(wanted).order_by(Stock.product_id).with_for_update())
    known = {row.product_id: row for row in rows.all()}
    before = {product_id: known[product_id].on_hand_milli if product_id in known else None for product_id in on_hand}
    now, different = clock.now(), {one: milli for one, milli in on_hand.items() if before[one] != milli}
    for product_id, milli in different.items():
        row = known.get(product_id) or Stock(product_id=product_id, reserved_milli=0, version=0)
        row.on_hand_milli, row.version = milli, row.version + 1
        session.add(row)
        if milli != (before[product_id] or 0):
            change_milli = milli - (before[product_id] or 0)
            session.add(
                StockMovement(
                    product_id=product_id, change_milli=change_milli, kind="count", reason=reason, created_at=now
                )
            )
    new = set(on_hand) - set(known)
    products = (Product.org_id == db.org_of(session)) & Product.id.in_(new)
    for product in session.scalars(select(Product).where(products)):
        product.stocked = True
    session.flush()  # orders read it by plain SQL
    promised_before.hold(session, new, promised)
    return bool(different)


def level(session: Session, sku: str) -> Level:
    """A product's stock. Raises NotFound."""
    product = _product(session, sku)
    return _level(product, session.get(Stock, (product.org_id, product.id), populate_existing=True))


def page(session: Session, *, limit: int, after: str = "") -> list[Level]:
    """Counted products by code, behind the code `after`."""
    found = session.execute(
        select(Product, Stock)
        .join(Stock, (Stock.org_id == Product.org_id) & (Stock.product_id == Product.id))
        .where(Product.org_id == db.org_of(session), Product.sku > after)
        .order_by(Product.sku)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_level(product, row) for product, row in found]


def _product(session: Session, sku: str) -> Product:
    found = session.scalars(select(Product).where(Product.org_id == db.org_of(session), Product.sku == sku)).first()
    if found is None:
        raise NotFound(kind="Product")
    return found


def _locked(session: Session, product: Product) -> Stock | None:
    return session.get(Stock, (product.org_id, product.id), with_for_update=True, populate_existing=True)


def _moved(session: Session, product: Product, row: Stock | None, change_milli: int, kind: str, reason: str) -> Level:
    before_milli = row.on_hand_milli if row else 0
    after_milli = before_milli + change_milli
    if not 0 <= after_milli <= MAX_MILLI:
        raise Invalid("There is never less than nothing on the shelf.", field="on_hand", on_hand_milli=before_milli)
    if not reason.strip() or len(reason) > MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", field="reason")
    row = row or _first(session, product)
    row.on_hand_milli, row.version = after_milli, row.version + 1
    if change_milli:
        now = clock.now()
        session.add(
            StockMovement(product_id=product.id, change_milli=change_milli, kind=kind, reason=reason, created_at=now)
        )
    session.flush()  # orders read it by plain SQL
    audit.record(
        session,
        f"stock.{kind}",
        subject=ids.public("prd", product.id),
        before={"sku": product.sku, "on_hand_milli": before_milli},
        after={"on_hand_milli": after_milli},
        reason=reason,
    )
    return _level(product, row)


def _first(session: Session, product: Product) -> Stock:
    """The row of a product that nobody counted until now; what was promised of it before is held in it."""
    promised = promised_before.lock(session, [product.id])
    row = Stock(product_id=product.id, on_hand_milli=0, reserved_milli=0, version=0)
    session.add(row)
    product.stocked = True
    session.flush()  # the catalogue is read by plain SQL
    catalogue.changed(session)
    promised_before.hold(session, [product.id], promised)
    session.refresh(row)
    return row


def _level(product: Product, row: Stock | None) -> Level:
    held: tuple[Any, ...] = (row.on_hand_milli, row.reserved_milli, row.version) if row else (0, 0, 0)
    return Level(product.id, product.sku, product.name, product.base_unit, *held)

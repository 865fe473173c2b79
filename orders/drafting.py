"""Orders as rows: a quote written down, written anew at other prices, and the facts that pricing needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from orders import catalogue
from orders.order import LINE_COLUMNS, PENDING, REPLACED, Order, OrderLine
from orders.quotes import Quote, QuoteLine, Wanted, quote

_TYPES = {"line_no": "int", "product_id": "uuid", "rate_bps": "int", "cess_bps": "int"} | dict.fromkeys(
    ("sku", "name", "hsn", "unit", "base_unit", "price_mode", "treatment"), "text"
)
_RECORD = ", ".join(f"{name} {_TYPES.get(name, 'bigint')}" for name in LINE_COLUMNS)
_NAMES = ", ".join(LINE_COLUMNS)

STANDING = (
    "r.code, r.gstin, r.state_code, r.status AS retailer_status, g.state_code AS seller_state, g.country,"
    " g.currency AS org_currency, g.timezone, g.catalogue_version AS current_version"
)
_INSERT = f"""
WITH replaced AS (
    UPDATE sales_order SET status = 'cancelled', closed_at = %(now)s, failure = '{{"code": "{REPLACED}"}}'
    WHERE %(replace)s AND org_id = %(org)s AND retailer_id = %(retailer)s AND status = '{PENDING}'
), made AS (
    INSERT INTO sales_order
        (org_id, id, retailer_id, status, payment_mode, source, currency, total_minor, catalogue_version, created_at)
    VALUES
        (%(org)s, %(id)s, %(retailer)s, '{PENDING}', %(mode)s, %(source)s, %(currency)s, %(total)s, %(version)s,
         %(now)s)
)
INSERT INTO order_line (org_id, order_id, {_NAMES})
SELECT %(org)s, %(id)s, {_NAMES} FROM jsonb_to_recordset(%(lines)s) AS line({_RECORD})
"""
_REWRITE = f"""
WITH priced AS (
    UPDATE sales_order SET total_minor = %(total)s, catalogue_version = %(version)s
    WHERE org_id = %(org)s AND id = %(id)s
)
UPDATE order_line l SET ({_NAMES}) = ROW({", ".join(f"line.{name}" for name in LINE_COLUMNS)})
FROM jsonb_to_recordset(%(lines)s) AS line({_RECORD})
WHERE l.org_id = %(org)s AND l.order_id = %(id)s AND l.line_no = line.line_no
"""


class NotServed(DomainError):
    """The shop is not a customer (yet, or any more): it sees no prices and places no orders."""

    code = "RETAILER_NOT_SERVED"
    detail = "This shop cannot order: it is not an active customer."


@dataclass(frozen=True, slots=True)
class Standing:
    """What pricing needs to know of seller and buyer, as of now."""

    code: str
    buyer_tax_id: str | None
    buyer_state: str | None
    retailer_status: str
    seller_state: str
    country: str
    currency: str
    today: date
    catalogue_version: int
    timezone: str


def standing(session: Session, retailer_id: UUID) -> Standing:
    """Seller and buyer. Raises NotFound and NotServed."""
    row = db.execute(
        session,
        f"SELECT {STANDING} FROM retailer r JOIN organisation g ON g.org_id = r.org_id"
        " WHERE r.org_id = %s AND r.id = %s",
        (str(db.org_of(session)), str(retailer_id)),
    ).first()
    if row is None:
        raise NotFound(kind="Retailer")
    return standing_of(row)


def standing_of(row: Any) -> Standing:
    """The value of a row that was read with STANDING. Raises NotServed."""
    if row.retailer_status != "active":
        raise NotServed(status=row.retailer_status)
    return Standing(
        code=row.code,
        buyer_tax_id=row.gstin,
        buyer_state=row.state_code,
        retailer_status=row.retailer_status,
        seller_state=row.seller_state,
        country=row.country,
        currency=row.org_currency,
        today=clock.today(row.timezone),
        catalogue_version=row.current_version,
        timezone=row.timezone,
    )


def price(session: Session, at: Standing, wanted: Sequence[Wanted]) -> Quote:
    """Today's quote for this buyer; no query when the catalogue is cached. Raises what quotes.quote raises."""
    listed = catalogue.load(session, version=at.catalogue_version, on=at.today)
    priced = quote(
        listed,
        wanted,
        seller_state=at.seller_state,
        buyer_state=at.buyer_state,
        buyer_tax_id=at.buyer_tax_id,
        country=at.country,
    )
    if priced.total_minor <= 0:
        raise Invalid("An order comes to at least one rupee.")
    return priced


def write(
    session: Session, retailer_id: UUID, priced: Quote, *, source: str, payment_mode: str | None, replacing: bool
) -> Order:
    """A pending order with this quote's lines, in one statement; with `replacing`, older quotes are called off."""
    order = Order(
        id=ids.new(),
        retailer_id=retailer_id,
        number=None,
        status=PENDING,
        payment_mode=payment_mode,
        source=source,
        currency=priced.currency,
        total_minor=priced.total_minor,
        catalogue_version=priced.catalogue_version,
        failure=None,
        invoice_id=None,
        created_at=clock.now(),
        confirmed_at=None,
        closed_at=None,
        lines=_lines(priced.lines),
    )
    fresh: dict[str, Any] = {
        "retailer": str(retailer_id),
        "mode": payment_mode,
        "source": source,
        "currency": order.currency,
    }
    db.execute(
        session, _INSERT, {**_parameters(session, order), **fresh, "now": order.created_at, "replace": replacing}
    )
    return order


def rewrite(session: Session, order: Order, priced: Quote) -> Order:
    """The same wishes at another quote's prices. The caller holds the order's lock."""
    changed = replace(
        order,
        total_minor=priced.total_minor,
        catalogue_version=priced.catalogue_version,
        lines=_lines(priced.lines),
    )
    db.execute(session, _REWRITE, _parameters(session, changed))
    return changed


def wishes(order: Order) -> list[Wanted]:
    """What was asked for, without any price."""
    return [Wanted(line.sku, line.qty, line.unit) for line in order.lines]


def _parameters(session: Session, order: Order) -> dict[str, Any]:
    return {
        "org": str(db.org_of(session)),
        "id": str(order.id),
        "total": order.total_minor,
        "version": order.catalogue_version,
        "lines": db.json([_record(line) for line in order.lines]),
    }


def _record(line: OrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE_COLUMNS} | {"product_id": str(line.product_id)}


def _lines(priced: Sequence[QuoteLine]) -> tuple[OrderLine, ...]:
    return tuple(_line(number, line) for number, line in enumerate(priced, start=1))


def _line(number: int, line: QuoteLine) -> OrderLine:
    product = line.product
    return OrderLine(
        line_no=number,
        product_id=product.product_id,
        sku=product.sku,
        name=product.name,
        hsn=product.hsn,
        qty_milli=line.qty_milli,
        unit=line.unit,
        base_qty_milli=line.base_qty_milli,
        base_unit=product.base_unit,
        price_minor=product.price_minor,
        price_mode=product.price_mode,
        rate_bps=product.rate_bps,
        cess_bps=product.cess_bps,
        treatment=product.treatment,
        taxable_minor=line.taxable_minor,
        tax_minor=line.tax_minor,
        total_minor=line.total_minor,
    )

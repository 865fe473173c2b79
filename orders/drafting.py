"""Orders as rows: a quote written down, written anew at other prices, and the facts that pricing needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import countries
from core import clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from invoicing.charging import Supply
from invoicing.settings import InvoicingSettings, may_collect
from orders import catalogue, delivery, stock, supply
from orders.billing import AS_USUAL, Billing, dumped
from orders.catalogue import Catalogue
from orders.order import LINE_COLUMNS, ORDER_COLUMNS, PENDING, REPLACED, Order
from orders.quotes import Quote, Wanted, quote
from orders.supply import Short

_NAMES = ", ".join(LINE_COLUMNS)
_values, _line_values = attrgetter(*ORDER_COLUMNS), attrgetter(*LINE_COLUMNS)

STANDING = (
    "r.code, r.gstin, r.state_code, r.status AS retailer_status, r.price_class AS shop_class,"
    " r.route AS shop_route, g.state_code AS seller_state, g.country, g.gstin AS seller_tax_id,"
    " g.settings AS seller_settings,"
    " r.sez AS is_sez, (g.settings ->> 'further_tax_bps')::integer AS further_tax_bps,"
    " g.settings ->> 'gst_scheme' = 'composition' AS is_composition,"
    " g.currency AS org_currency, g.timezone, g.catalogue_version AS current_version"
)
_INSERT = f"""
WITH replaced AS (
    UPDATE sales_order SET status = 'cancelled', closed_at = %(created_at)s, failure = '{{"code": "{REPLACED}"}}'
    WHERE %(replace)s AND org_id = %(org)s AND retailer_id = %(retailer_id)s AND status = '{PENDING}'
), made AS (
    INSERT INTO sales_order (org_id, {", ".join(ORDER_COLUMNS)})
    VALUES (%(org)s, {", ".join(f"%({name})s" for name in ORDER_COLUMNS)})
)
INSERT INTO order_line (org_id, order_id, {_NAMES})
SELECT %(org)s, %(id)s, {_NAMES} FROM jsonb_populate_recordset(NULL::order_line, %(lines)s)
"""
_REWRITE = f"""
WITH priced AS (
    UPDATE sales_order SET total_minor = %(total_minor)s, catalogue_version = %(catalogue_version)s,
        price_class = %(price_class)s, deliver_on = %(deliver_on)s, shorts = %(shorts)s
    WHERE org_id = %(org)s AND id = %(id)s
), gone AS (
    DELETE FROM order_line WHERE org_id = %(org)s AND order_id = %(id)s AND line_no > %(count)s
)
UPDATE order_line l SET ({_NAMES}) = ROW({", ".join(f"line.{name}" for name in LINE_COLUMNS)})
FROM jsonb_populate_recordset(NULL::order_line, %(lines)s) AS line
WHERE l.org_id = %(org)s AND l.order_id = %(id)s AND l.line_no = line.line_no
"""


class NotServed(DomainError):
    """The shop is not a customer (yet, or any more): it sees no prices and places no orders."""

    code = "RETAILER_NOT_SERVED"
    detail = "This shop cannot order: it is not an active customer."


@dataclass(frozen=True, slots=True)
class PricingFacts:
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
    price_class: str = ""
    is_composition: bool = False
    route: str = ""
    is_sez: bool = False
    further_tax_bps: int | None = None
    is_registered: bool = True
    under_lut: bool = False


@dataclass(frozen=True, slots=True)
class Extras:
    """What a shop says beside the goods: a note for whoever packs, where to bring them if not to the shop, its bill."""

    note: str = ""
    delivery_address: str = ""
    billing: Billing = AS_USUAL


@dataclass(frozen=True, slots=True)
class Priced:
    """A quote, the day it would come, and what of the wishes is not there."""

    quote: Quote
    deliver_on: date | None
    shorts: tuple[Short, ...] = ()


NOTHING_MORE = Extras()


def standing(session: Session, retailer_id: UUID) -> PricingFacts:
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


def standing_of(row: Any) -> PricingFacts:
    """The value of a row that was read with STANDING. Raises NotServed."""
    if row.retailer_status != "active":
        raise NotServed(status=row.retailer_status)
    ours, today = InvoicingSettings.read(row.seller_settings), clock.today(row.timezone)
    return PricingFacts(
        code=row.code,
        buyer_tax_id=row.gstin,
        buyer_state=row.state_code,
        retailer_status=row.retailer_status,
        seller_state=row.seller_state,
        country=row.country,
        currency=row.org_currency,
        today=today,
        catalogue_version=row.current_version,
        timezone=row.timezone,
        price_class=row.shop_class,
        is_composition=row.is_composition,
        route=row.shop_route,
        is_sez=row.is_sez,
        further_tax_bps=row.further_tax_bps,
        under_lut=ours.is_under_lut(today),
        is_registered=may_collect(countries.get(row.country), row.seller_tax_id, ours.strn),
    )


def goods(session: Session, at: PricingFacts) -> Catalogue:
    """What is sold today; no query when it is cached."""
    return catalogue.load(session, version=at.catalogue_version, on=at.today)


def price(session: Session, at: PricingFacts, wanted: Sequence[Wanted], billing: Billing = AS_USUAL) -> Priced:
    """Today's quote of these wishes for this buyer, whatever is in stock; no query when the catalogue is cached.

    Raises what quotes.quote raises.
    """
    listed = goods(session, at)
    quoted = quote(
        listed,
        wanted,
        supply=supply_of(at, billing),
        price_class=at.price_class,
        discount=billing.discount,
    )
    if quoted.total_minor <= 0:
        raise Invalid("An order comes to at least one rupee.")
    return Priced(quoted, deliver_on(session, at))


def supply_of(at: PricingFacts, billing: Billing) -> Supply:
    """Who sells to whom, as far as tax cares: the same for quote, order and invoice."""
    return Supply(
        seller_state=at.seller_state,
        buyer_state=at.buyer_state,
        buyer_tax_id=at.buyer_tax_id,
        country=at.country,
        delivery_state=billing.ship_to.state_code if billing.ship_to else None,
        is_sez=at.is_sez,
        is_composition=at.is_composition,
        reverse_charge=billing.reverse_charge,
        further_tax_bps=at.further_tax_bps,
        is_registered=at.is_registered,
        under_lut=at.under_lut,
    )


def deliver_on(session: Session, at: PricingFacts) -> date | None:
    """The day that an order placed now comes; None when no day is promised."""
    local = clock.now().astimezone(ZoneInfo(at.timezone))
    return delivery.day(goods(session, at).rules.timetable, at.route, local)


def price_what_is_there(
    session: Session, at: PricingFacts, wanted: Sequence[Wanted], billing: Billing = AS_USUAL
) -> Priced:
    """The same for what is in stock of these wishes: one query when any of it is counted. Raises OutOfStock too."""
    listed = goods(session, at)
    available = stock.available(session, supply.counted(listed, wanted))
    if not available:
        return price(session, at, wanted, billing)
    there, shorts = supply.cut(listed, wanted, available)
    if not there:
        raise supply.OutOfStock(shorts)
    return replace(price(session, at, there, billing), shorts=tuple(shorts))


def write(
    session: Session,
    retailer_id: UUID,
    priced: Priced,
    *,
    source: str,
    payment_mode: str | None,
    replacing: bool,
    extras: Extras = NOTHING_MORE,
) -> Order:
    """A pending order with this quote's lines, in one statement; with `replacing`, older quotes are called off."""
    quoted = priced.quote
    order = Order(
        id=ids.new(),
        retailer_id=retailer_id,
        number=None,
        status=PENDING,
        payment_mode=payment_mode,
        source=source,
        currency=quoted.currency,
        total_minor=quoted.total_minor,
        catalogue_version=quoted.catalogue_version,
        failure=None,
        invoice_id=None,
        created_at=clock.now(),
        confirmed_at=None,
        closed_at=None,
        price_class=quoted.price_class,
        note=extras.note,
        delivery_address=extras.delivery_address,
        deliver_on=priced.deliver_on,
        shorts=list(priced.shorts) or None,
        tries=0,
        billing=dumped(extras.billing),
        lines=quoted.lines,
    )
    db.execute(session, _INSERT, {**_parameters(session, order), "replace": replacing})
    return order


def rewrite(session: Session, order: Order, priced: Priced) -> Order:
    """The order with another quote's lines, written down. The caller holds the order's lock."""
    changed = replace(
        order,
        total_minor=priced.quote.total_minor,
        catalogue_version=priced.quote.catalogue_version,
        price_class=priced.quote.price_class,
        deliver_on=priced.deliver_on,
        shorts=supply.merged(order.shorts, priced.shorts),
        lines=priced.quote.lines,
    )
    return store(session, changed)


def store(session: Session, changed: Order) -> Order:
    """Write an order down with its lines, no more of them than it had. The caller holds the order's lock."""
    db.execute(session, _REWRITE, _parameters(session, changed))
    return changed


def wishes(order: Order) -> list[Wanted]:
    """What was asked for, without any price."""
    return [Wanted(line.sku, line.qty, line.unit) for line in order.lines]


def _parameters(session: Session, order: Order) -> dict[str, Any]:
    written: dict[str, Any] = dict(zip(ORDER_COLUMNS, _values(order), strict=True))
    for name, value in written.items():
        if isinstance(value, UUID):
            written[name] = str(value)
        elif isinstance(value, dict | list):
            written[name] = db.json(value)
    lines = [dict(zip(LINE_COLUMNS, _line_values(line), strict=True)) for line in order.lines]
    for line in lines:
        line["product_id"] = str(line["product_id"])
    return {"org": str(db.org_of(session)), **written, "count": len(lines), "lines": db.json(lines)}

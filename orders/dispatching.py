"""The goods leave: a confirmed order becomes an invoice and its bill, exactly once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db
from core.errors import DomainError
from core.events import happened
from credit import accounts, reservations
from credit.guardrails import CREDIT
from invoicing import issuing
from invoicing.charging import Goods
from invoicing.transport import UNTOLD, Transport
from orders import billing, catalogue, drafting, returning, stock, supply, taxing
from orders.catalogue import Catalogue
from orders.events import OrderDispatched
from orders.listing import get, is_unbilled
from orders.order import CONFIRMED, DISPATCHED, Order, OrderLine
from parties import organisations, retailers
from tax import PriceMode, Treatment

ALL = 10_000  # basis points
FREE = "free with the above"  # papers are in English


class NotConfirmed(DomainError):
    """Only what was promised can leave."""

    code = "ORDER_NOT_CONFIRMED"


class NotThere(DomainError):
    """Counted goods of the order are not on the shelf, or are promised to others: what is there may go."""

    code = "STOCK_SHORT"

    def __init__(self, shorts: Sequence[supply.Short]) -> None:
        missing = [
            f"{one['given']} of {one['wanted']} {one['base_unit']} of {one['name']}" for one in supply.shown(shorts)
        ]
        fits = [{"sku": one["sku"], "base_qty": one["given"]} for one in supply.shown(shorts)]
        super().__init__(
            f"Not all of this order is there ({'; '.join(missing)}). Shorten it to what is there, or count again.",
            shorts=supply.shown(shorts),
            shorten={"lines": fits},
        )


def dispatch(
    session: Session,
    order_id: UUID,
    issued_on: date | None = None,
    transport: Transport = UNTOLD,
    accept_total_minor: int | None = None,
) -> Order:
    """Issue the invoice of a confirmed order and mark it dispatched; again: the order as it stands.

    An order whose invoice was cancelled is billed anew: credit is asked for again, and goods leave that came back
    meanwhile. What was reserved becomes outstanding. Cash orders are billed too, due the same day. `issued_on` is for
    goods that left on an earlier day, `transport` how they travel. Tax is that of the day: a fall is given, a rise is
    asked about until `accept_total_minor` covers it, and then promised as all credit is. Raises NotConfirmed, NotThere,
    TotalRisen, NotFound, and what issuing raises (guardrails.Refused among it).
    """
    found = get(session, order_id, lock=True)
    anew = is_unbilled(session, found)
    if found.status == DISPATCHED and not anew:
        return found
    if found.status != CONFIRMED and not anew:
        raise NotConfirmed(f"This order cannot be dispatched: it is {found.status}.", status=found.status)
    sold = catalogue.load(session)
    billed, request = _of_day(session, found, sold, issued_on, accept_total_minor)
    _leave(session, found, sold, anew=anew)
    request = replace(request, issued_on=issued_on, transport=transport)
    invoice = issuing.issue(session, replace(request, promised_for=_promised(session, found, anew=anew)))
    if billed.lines != found.lines:
        drafting.store(session, billed)
    now = clock.now()
    db.execute(
        session,
        "UPDATE sales_order SET status = 'dispatched', invoice_id = %s, total_minor = %s, closed_at = %s"
        " WHERE org_id = %s AND id = %s",
        (str(invoice.id), invoice.total_minor, now, str(db.org_of(session)), str(order_id)),
    )
    audit.record(
        session,
        "order.dispatched",
        subject=found.public_id,
        retailer_id=found.retailer_id,
        before={"status": found.status, "total_minor": found.total_minor},
        after={"status": DISPATCHED, "total_minor": invoice.total_minor, "invoice": invoice.number},
        reason="; ".join(request.notes) or None,
    )
    sent = replace(billed, status=DISPATCHED, invoice_id=invoice.id, total_minor=invoice.total_minor, closed_at=now)
    happened(session, OrderDispatched(sent))
    return sent


def _of_day(
    session: Session, found: Order, sold: Catalogue, issued_on: date | None, accept_total_minor: int | None
) -> tuple[Order, issuing.Request]:
    """The order as the tax of the day makes it, and its bill, which says so. Raises TotalRisen."""
    seller = organisations.get(session)
    on = issued_on or clock.today(seller.timezone)
    lines = taxing.of_day(session, found.lines, on)
    request = request_of(session, replace(found, lines=lines), sold)
    money = issuing.charged(seller, request)
    says = taxing.why(found.lines, lines, on) if issuing.asks_for_tax(seller, request) else ""
    agreed_minor = found.total_minor if accept_total_minor is None else max(found.total_minor, accept_total_minor)
    if money.total_minor > agreed_minor:
        raise taxing.TotalRisen(found, money.total_minor, says)
    return taxing.charged(found, lines, money), replace(request, notes=(says,) if says else ())


def _leave(session: Session, found: Order, sold: Catalogue, *, anew: bool) -> None:
    """Take counted goods off the shelf, unless the shop kept them when their bill was cancelled. Raises NotThere."""
    if anew and not returning.came_back(session, found.invoice_id):
        return
    there = stock.leave(session, found.id, supply.needs(sold, found.lines))
    if there:
        raise NotThere(supply.missing(found.lines, there))


def request_of(session: Session, found: Order, sold: Catalogue) -> issuing.Request:
    """The bill of an order as it would be issued now, but for the credit that it was promised.

    Prices are those that were agreed; the retail price printed on the goods is today's.
    """
    shop, agreed = retailers.get(session, found.retailer_id), billing.loaded(found.billing)
    on_credit = found.payment_mode == CREDIT
    return issuing.Request(
        source_id=found.id,
        retailer_id=found.retailer_id,
        buyer=issuing.buyer_of(shop),
        ship_to=billing.ship_to(shop, agreed, found.delivery_address),
        lines=[item for line in found.lines for item in goods(line, _retail(sold, line))],
        payment_mode=found.payment_mode or CREDIT,
        credit_days=accounts.get(session, found.retailer_id).credit_days if on_credit else 0,
        reference=found.number or "",
        discount=agreed.discount,
        reverse_charge=agreed.reverse_charge,
        po_number=agreed.po_number,
        po_on=agreed.po_on,
    )


def _promised(session: Session, found: Order, *, anew: bool) -> UUID | None:
    """What credit was promised for; None for cash. Raises ReservationOver."""
    if found.payment_mode != CREDIT:
        return None
    if not anew and reservations.live(session, found.id) is None:
        raise reservations.ReservationOver(order_id=found.public_id)
    return found.id


def _retail(sold: Catalogue, line: OrderLine) -> int | None:
    """The retail price of a unit; None when it is not known, or the goods are no longer sold."""
    listed = sold.products.get(line.sku)
    return listed.mrp_minor if listed and listed.base_unit == line.base_unit else None


def goods(line: OrderLine, mrp_minor: int | None = None) -> list[Goods]:
    """What the line bills, and behind it what comes free: the same goods at the same price, wholly discounted.

    Source: CBIC circular 92/11/2019: goods given under a quantity scheme are a discount on those that are paid for.
    """
    packs = "" if line.unit == line.base_unit else f"{line.qty} {line.unit}"
    billed = Goods(
        sku=line.sku,
        description=line.name,
        hsn=line.hsn,
        qty_milli=line.base_qty_milli,
        unit=line.base_unit,
        price_minor=line.price_minor,
        price_mode=cast(PriceMode, line.price_mode),
        rate_bps=line.rate_bps,
        cess_bps=line.cess_bps,
        treatment=cast(Treatment, line.treatment),
        packs=packs,
        mrp_minor=mrp_minor,
    )
    if not line.free_milli:
        return [billed]
    return [billed, replace(billed, qty_milli=line.free_milli, discount_bps=ALL, packs=FREE)]

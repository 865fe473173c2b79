"""The order confirmation: what was promised, on paper. It is no tax document: the bill comes with the goods."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from credit.guardrails import CREDIT
from invoicing import issuing, papers, snapshots
from invoicing.charging import Charge
from invoicing.issuing import Request
from invoicing.tables import ORDER_CONFIRMATION
from orders import catalogue
from orders.dispatching import NotConfirmed, request_of
from orders.listing import get
from orders.order import CONFIRMED, DISPATCHED, Order
from parties import organisations
from parties.tables import Organisation


def keep(session: Session, order_id: UUID) -> UUID:
    """Keep the confirmation of an order and return its id: for `papers.pdf`, links and chat.

    As long as the order stands as it is, the same paper. Raises NotConfirmed, NotFound.
    """
    found = get(session, order_id)
    if found.status not in (CONFIRMED, DISPATCHED):
        raise NotConfirmed(
            f"Only what was promised is confirmed on paper: this order is {found.status}.", status=found.status
        )
    seller, request = organisations.get(session), request_of(session, found, catalogue.load(session))
    request = issuing.as_supplied(seller, request)
    content = {
        "seller": snapshots.seller(seller),
        "buyer": issuing.party(request.buyer),
        "ship_to": issuing.party(request.ship_to) if request.ship_to else None,
        **_about(seller, found, request),
        **_money(request, issuing.charged(seller, request)),
    }
    return papers.keep(session, ORDER_CONFIRMATION, found.retailer_id, f"ORDER-{found.number}", content, found.id)


def _about(seller: Organisation, found: Order, request: Request) -> dict[str, Any]:
    confirmed_at = found.confirmed_at or found.created_at
    return {
        "number": found.number,
        "confirmed_on": confirmed_at.astimezone(ZoneInfo(seller.timezone)).date().isoformat(),
        "deliver_on": found.deliver_on.isoformat() if found.deliver_on else None,
        "credit_days": request.credit_days if found.payment_mode == CREDIT else None,
        "details": issuing.details(request),
        "note": found.note,
    }


def _money(request: Request, charged: Charge) -> dict[str, Any]:
    return {
        "currency": charged.currency,
        "place_of_supply": charged.place_of_supply,
        "reverse_charge": request.reverse_charge,
        "discount_minor": charged.discount_minor,
        "taxable_minor": charged.taxable_minor,
        "taxes": dict(charged.taxes),
        "round_off_minor": charged.round_off_minor,
        "total_minor": charged.total_minor,
        "lines": [
            {
                "description": item.description,
                "hsn": item.hsn,
                "qty_milli": item.qty_milli,
                "unit": item.unit,
                "packs": item.packs,
                "price_minor": item.price_minor,
                "price_mode": item.price_mode,
                "rate_bps": item.rate_bps,
                "mrp_minor": item.mrp_minor,
                "treatment": item.treatment,
                "gross_minor": money.gross_minor,
                "discount_minor": money.line_discount_minor + money.invoice_discount_share_minor,
                "taxable_minor": money.taxable_minor,
                "taxes": dict(money.taxes),
                "total_minor": money.total_minor,
            }
            for item, money in zip(request.lines, charged.lines, strict=True)
        ],
    }

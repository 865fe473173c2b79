"""What an order says about its bill, beside the goods: whose number it has there, where they go, what is taken off.

Kept with the order as plain JSON, so that every quote, shortening and invoice of it comes to the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import countries
from countries.cautions import Caution, Deal
from invoicing.charging import NO_DISCOUNT
from invoicing.issuing import Buyer
from parties.tables import Organisation, Retailer
from tax import Discount


@dataclass(frozen=True, slots=True)
class Consignee:
    """Who gets the goods when it is not the buyer's own shop."""

    name: str
    address: str
    state_code: str | None = None
    gstin: str | None = None


@dataclass(frozen=True, slots=True)
class Billing:
    """The buyer's own order number, the consignee, a discount on the whole bill before tax, and who owes the tax."""

    po_number: str = ""
    po_on: date | None = None
    ship_to: Consignee | None = None
    discount: Discount = NO_DISCOUNT
    reverse_charge: bool = False


AS_USUAL = Billing()


def dumped(billing: Billing) -> dict[str, Any]:
    """As an order's row holds it: only what was said."""
    ship_to, discount = billing.ship_to, billing.discount
    said = {
        "po_number": billing.po_number,
        "po_on": billing.po_on.isoformat() if billing.po_on else None,
        "ship_to": {name: getattr(ship_to, name) for name in Consignee.__slots__} if ship_to else None,
        "discount_bps": discount.bps,
        "discount_minor": discount.amount_minor,
        "reverse_charge": billing.reverse_charge,
    }
    return {name: value for name, value in said.items() if value}


def loaded(kept: Mapping[str, Any]) -> Billing:
    """What a row holds, or what was sent in the same shape."""
    ship_to, po_on = kept.get("ship_to"), kept.get("po_on")
    return Billing(
        po_number=kept.get("po_number") or "",
        po_on=date.fromisoformat(po_on) if isinstance(po_on, str) else po_on,
        ship_to=Consignee(**ship_to) if ship_to else None,
        discount=Discount(kept.get("discount_bps") or 0, kept.get("discount_minor") or 0),
        reverse_charge=bool(kept.get("reverse_charge")),
    )


def doubts(seller: Organisation, retailer: Retailer, billing: Billing, delivery_address: str) -> list[Caution]:
    """What about the delivery deserves a look before there is a bill."""
    goes_to = ship_to(retailer, billing, delivery_address)
    named = goes_to.state_code if goes_to else None
    return countries.get(seller.country).cautions(
        Deal(
            lines=(),
            total_minor=0,
            seller_state=seller.state_code,
            place_of_supply=named or retailer.state_code or seller.state_code,
            buyer_tax_id=retailer.gstin,
            goods_to=goes_to.address if goes_to else retailer.address,
        )
    )


def ship_to(retailer: Retailer, billing: Billing, delivery_address: str) -> Buyer | None:
    """Who gets the goods: who was named, else the shop at another address; None when they go to the shop itself."""
    named = billing.ship_to
    if named is not None:
        return Buyer(name=named.name, address=named.address, state_code=named.state_code, gstin=named.gstin)
    if not delivery_address or delivery_address == retailer.address:
        return None
    return Buyer(name=retailer.name, address=delivery_address)

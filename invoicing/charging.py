"""What goods come to: tax per line and head, totals and the rupee round-off, for prices with and without tax.

A quote, an order and its invoice all ask here, so that they cannot differ by a paisa. One document may hold prices of
both modes; the rupee is rounded once over all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import countries
from core.errors import Invalid
from tax import (
    TAXABLE,
    TAXED,
    THIRD_SCHEDULE,
    ZERO_RATED,
    ComputedLine,
    Discount,
    PriceMode,
    TaxDocument,
    TaxLine,
    Treatment,
)
from tax.rounding import BPS, THOUSANDTHS, divided

CHARGE_SKU = "DELIVERY"
NO_DISCOUNT = Discount()


class TreatmentInvalid(Invalid):
    """Goods that are not taxed carry a rate, or the treatment is unknown."""

    code = "TAX_TREATMENT_INVALID"


class BelowItsTax(Invalid):
    """Third Schedule goods whose price does not even hold the tax on their printed price."""

    code = "PRICE_BELOW_ITS_TAX"


class CompositionInterstate(Invalid):
    """A composition dealer may not sell to another state. Source: CGST Act s.10(2)(c)."""

    code = "COMPOSITION_INTERSTATE"
    detail = "Under the composition scheme nothing can be sold to another state."


class ReverseChargeUnregistered(Invalid):
    """Only a registered buyer can owe the tax of a supply himself. Source: CGST Act s.9(3) and s.9(4)."""

    code = "REVERSE_CHARGE_UNREGISTERED"
    detail = "Only a buyer who is registered for tax can owe it himself: give the shop its number first."


@dataclass(frozen=True, slots=True)
class Goods:
    """One line sold: `qty_milli` thousandths of `unit` at `price_minor` each. `packs` says it as people count it.

    The discount is a share or an amount, not both; a share of 10,000 is goods given free under a scheme. `mrp_minor` is
    the printed retail price of a unit, tax inside, by which Third Schedule goods are taxed; a charge (delivery) bears
    no discount of the invoice.
    """

    sku: str
    description: str
    hsn: str
    qty_milli: int
    unit: str
    price_minor: int
    price_mode: PriceMode
    rate_bps: int
    cess_bps: int
    treatment: Treatment
    packs: str = ""
    discount_bps: int = 0
    discount_minor: int = 0
    mrp_minor: int | None = None
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """Who sells to whom, as far as tax cares. Without a buyer's state or tax id it is the seller's own state.

    The state of a registered buyer decides, wherever the goods are sent; of another buyer the state of delivery.
    Under composition no tax is charged, nor by a seller that is not registered; to a special economic zone it is
    always IGST, or nothing under a letter of undertaking. `further_tax_bps` is Pakistan's.
    """

    seller_state: str
    buyer_state: str | None = None
    buyer_tax_id: str | None = None
    country: str = ""
    delivery_state: str | None = None
    is_sez: bool = False
    is_composition: bool = False
    reverse_charge: bool = False
    further_tax_bps: int | None = None
    is_registered: bool = True
    under_lut: bool = False

    @property
    def is_zero_rated(self) -> bool:
        """Whether it goes to a zone without tax. Source: IGST Act s.16(3)(a), CGST rule 96A."""
        may = self.is_sez and self.under_lut and self.tax_charged and self.buyer_tax_id and not self.reverse_charge
        return bool(may) and countries.get(self.country).tax.zero_rates_zones

    @property
    def tax_charged(self) -> bool:
        """Whether the seller asks for tax."""
        return self.is_registered and not self.is_composition


@dataclass(frozen=True, slots=True)
class Charge:
    """The money of a document: `total_minor = sum of the lines' totals + round_off_minor`."""

    lines: tuple[ComputedLine, ...]
    taxes: Mapping[str, int]
    taxable_minor: int
    round_off_minor: int
    total_minor: int
    place_of_supply: str
    currency: str
    discount_minor: int = 0

    @property
    def tax_minor(self) -> int:
        """All tax heads together."""
        return sum(self.taxes.values())


def charge(goods: Sequence[Goods], supply: Supply, discount: Discount = NO_DISCOUNT) -> Charge:
    """The money of these goods, by the seller's country. Raises subclasses of Invalid."""
    goods = as_supplied(goods, supply)
    if supply.reverse_charge and not supply.buyer_tax_id:
        raise ReverseChargeUnregistered
    computed = countries.compute(document_of(goods, supply, discount))
    if supply.is_registered and supply.is_composition and computed.place_of_supply != supply.seller_state:
        raise CompositionInterstate
    lines = tuple(map(_sold, goods, computed.lines))
    return Charge(
        lines=lines,
        taxes=computed.totals.taxes,
        taxable_minor=sum(line.taxable_minor for line in lines),
        round_off_minor=computed.round_off_minor,
        total_minor=computed.grand_total_minor,
        place_of_supply=computed.place_of_supply,
        currency=computed.currency,
        discount_minor=computed.totals.discount_minor,
    )


def as_supplied(goods: Sequence[Goods], supply: Supply) -> Sequence[Goods]:
    """The goods as this supply sells them: under a letter of undertaking at nothing, and prices hold no tax then."""
    return tuple(map(_at_nothing, goods)) if supply.is_zero_rated else goods


def _at_nothing(item: Goods) -> Goods:
    if item.treatment != TAXABLE:
        return item
    whole_bps = BPS + (item.rate_bps + item.cess_bps if item.price_mode == "inclusive" else 0)
    return replace(
        item,
        price_minor=divided(item.price_minor * BPS, whole_bps),
        discount_minor=divided(item.discount_minor * BPS, whole_bps),
        price_mode="exclusive",
        rate_bps=0,
        cess_bps=0,
        treatment=ZERO_RATED,
    )


def document_type(goods: Sequence[Goods], supply: Supply | None = None) -> str:
    """What these goods are sold on. Sources: CGST Act s.32, CGST rules 46, 46A and 49.

    A seller that is not registered: a plain bill. Nothing taxable, or a seller under composition: a bill of supply.
    Taxable and exempt goods together to a buyer without a GSTIN: an invoice-cum-bill of supply. Else a tax invoice.
    """
    if supply is not None and not supply.is_registered:
        return "plain_bill"
    taxable = [item.treatment in TAXED for item in goods]
    if not any(taxable) or (supply is not None and supply.is_composition):
        return "bill_of_supply"
    if all(taxable) or supply is None or supply.buyer_tax_id:
        return "tax_invoice"
    return countries.get(supply.country).tax.mixed_type


def document_of(goods: Sequence[Goods], supply: Supply, discount: Discount = NO_DISCOUNT) -> TaxDocument:
    """The tax document of these goods. Raises TreatmentInvalid."""
    state = supply.buyer_state if supply.delivery_state is None else supply.delivery_state
    return TaxDocument(
        lines=[_line(item, countries.get(supply.country).tax.treatments) for item in goods],
        seller_state=supply.seller_state,
        buyer_state=state,
        buyer_tax_id=supply.buyer_tax_id,
        country=supply.country,
        buyer_is_sez=supply.is_sez,
        tax_charged=supply.tax_charged,
        reverse_charge=supply.reverse_charge,
        further_tax_bps=supply.further_tax_bps,
        invoice_discount=discount,
    )


def _sold(item: Goods, line: ComputedLine) -> ComputedLine:
    """The line as it is sold. Where tax hangs on the printed price, its value is what the buyer pays beside the tax.

    Raises BelowItsTax.
    """
    if item.treatment != THIRD_SCHEDULE:
        return line
    if line.total_minor < line.tax_minor:
        raise BelowItsTax(f"{item.sku}: its price is less than the tax on its printed price.", sku=item.sku)
    return replace(line, taxable_minor=line.total_minor - line.tax_minor)


def _line(item: Goods, known: Sequence[Treatment]) -> TaxLine:
    if item.treatment not in (*known, ZERO_RATED):
        raise TreatmentInvalid(f"{item.sku}: no goods are treated as {item.treatment} here", sku=item.sku)
    if item.treatment not in TAXED and item.rate_bps + item.cess_bps:
        raise TreatmentInvalid(f"{item.sku}: goods treated as {item.treatment} cannot carry a tax rate", sku=item.sku)
    by_printed_price = item.treatment == THIRD_SCHEDULE
    return TaxLine(
        qty=quantity(item.qty_milli),
        unit_price_minor=item.price_minor,
        rate_bps=item.rate_bps,
        cess_bps=item.cess_bps,
        discount=Discount(item.discount_bps, item.discount_minor),
        price_mode=item.price_mode,
        treatment=TAXABLE if by_printed_price else item.treatment,
        third_schedule=by_printed_price and item.discount_bps != BPS,  # what is given free bears no tax of its own
        retail_price_minor=item.mrp_minor,
        is_charge=item.is_charge,
        description=item.description,
        hsn=item.hsn,
        unit=item.unit,
    )


def quantity(qty_milli: int) -> Decimal | int:
    """Thousandths as a number: an int when whole."""
    whole, part = divmod(qty_milli, THOUSANDTHS)
    return Decimal(qty_milli) / THOUSANDTHS if part else whole

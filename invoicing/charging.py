"""What goods come to: tax per line and head, totals and the rupee round-off, for prices with and without tax.

A quote, an order and its invoice all ask here, so that they cannot differ by a paisa. One document may hold prices of
both modes: each mode is computed by its own rule, and the rupee is rounded once over both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.errors import Invalid
from invoicing import tax
from invoicing.tax import Computed, ComputedLine, Document, Line, PriceMode
from invoicing.tax.rounding import THOUSANDTHS, to_rupee

TAXABLE = "taxable"
Treatment = Literal["taxable", "exempt", "nil_rated", "non_gst"]
TREATMENTS: tuple[Treatment, ...] = ("taxable", "exempt", "nil_rated", "non_gst")


class TreatmentInvalid(Invalid):
    """Goods that are not taxed carry a rate, or the treatment is unknown."""

    code = "TAX_TREATMENT_INVALID"


@dataclass(frozen=True, slots=True)
class Goods:
    """One line sold: `qty_milli` thousandths of `unit` at `price_minor` each. `packs` says it as people count it."""

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


@dataclass(frozen=True, slots=True)
class Supply:
    """Who sells to whom, as far as tax cares. Without a buyer's state or tax id it is the seller's own state."""

    seller_state: str
    buyer_state: str | None = None
    buyer_tax_id: str | None = None
    country: str = "IN"


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

    @property
    def tax_minor(self) -> int:
        """All tax heads together."""
        return sum(self.taxes.values())


def charge(goods: Sequence[Goods], supply: Supply) -> Charge:
    """The money of these goods, by the seller's country. Raises subclasses of Invalid."""
    rules = tax.country(supply.country)
    computed = {mode: _compute(goods, mode, supply) for mode in dict.fromkeys(item.price_mode for item in goods)}
    rest = {mode: iter(document.lines) for mode, document in computed.items()}
    lines = tuple(next(rest[item.price_mode]) for item in goods)
    documents = tuple(computed.values())
    total_minor = to_rupee(sum(_payable(document) for document in documents))
    return Charge(
        lines=lines,
        taxes={head: sum(document.totals.taxes[head] for document in documents) for head in rules.heads},
        taxable_minor=sum(document.totals.taxable_minor for document in documents),
        round_off_minor=total_minor - sum(line.total_minor for line in lines),
        total_minor=total_minor,
        place_of_supply=documents[0].place_of_supply,
        currency=rules.currency,
    )


def document_type(goods: Sequence[Goods]) -> str:
    """A bill of supply when nothing on it is taxable, else a tax invoice. Source: CGST rules 46 and 49."""
    return "tax_invoice" if any(item.treatment == TAXABLE for item in goods) else "bill_of_supply"


def _compute(goods: Sequence[Goods], mode: PriceMode, supply: Supply) -> Computed:
    return tax.compute(
        Document(
            lines=[_line(item) for item in goods if item.price_mode == mode],
            price_mode=mode,
            round_to_rupee=False,
            seller_state=supply.seller_state,
            buyer_state=supply.buyer_state,
            buyer_tax_id=supply.buyer_tax_id,
            country=supply.country,
        )
    )


def _line(item: Goods) -> Line:
    if item.treatment not in TREATMENTS or (item.treatment != TAXABLE and item.rate_bps + item.cess_bps):
        raise TreatmentInvalid(f"{item.sku}: goods treated as {item.treatment} cannot carry a tax rate", sku=item.sku)
    return Line(
        qty=quantity(item.qty_milli), unit_price_minor=item.price_minor, rate_bps=item.rate_bps, cess_bps=item.cess_bps
    )


def quantity(qty_milli: int) -> Decimal | int:
    """Thousandths as a number: an int when whole."""
    whole, part = divmod(qty_milli, THOUSANDTHS)
    return Decimal(qty_milli) / THOUSANDTHS if part else whole


def _payable(document: Computed) -> int:
    """With inclusive prices the buyer pays the quoted sum, so paise that no head can hold join the round-off."""
    if document.price_mode == "inclusive":
        return sum(line.net_minor for line in document.lines)
    return document.total_before_round_off_minor

"""What goes into a tax computation and what comes out: plain values, integer minor units, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from decimal import Decimal
from typing import Literal

PriceMode = Literal["exclusive", "inclusive"]
Treatment = Literal["taxable", "exempt", "nil_rated", "non_gst", "third_schedule", "zero_rated"]
TAXABLE: Treatment = "taxable"
THIRD_SCHEDULE: Treatment = "third_schedule"  # Pakistan: taxed by the printed retail price
ZERO_RATED: Treatment = "zero_rated"  # India: to a special economic zone under a letter of undertaking
USUAL_TREATMENTS: tuple[Treatment, ...] = ("taxable", "exempt", "nil_rated", "non_gst")
TREATMENTS: tuple[Treatment, ...] = (*USUAL_TREATMENTS, THIRD_SCHEDULE)  # of goods
SUPPLIED: tuple[Treatment, ...] = (*TREATMENTS, ZERO_RATED)  # of goods as a document sells them
TAXED: tuple[Treatment, ...] = (TAXABLE, THIRD_SCHEDULE, ZERO_RATED)  # taxable supplies, be it at nothing


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount as a share (basis points of the net value) or as an amount; never both."""

    bps: int = 0
    amount_minor: int = 0


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One item sold. `qty` has at most three decimals; `unit_price_minor` follows `price_mode`, else the document's.

    `cess_unit_minor` is a cess of so much per unit beside `cess_bps`. A charge (delivery, packing) bears no discount.
    `third_schedule` (Pakistan) taxes the printed retail price: `retail_price_minor` per unit, tax included.
    """

    qty: Decimal | int
    unit_price_minor: int
    rate_bps: int = 0
    cess_bps: int = 0
    discount: Discount = NO_DISCOUNT
    description: str = ""
    hsn: str = ""
    unit: str = ""
    third_schedule: bool = False
    retail_price_minor: int | None = None
    price_mode: PriceMode | None = None
    treatment: Treatment = TAXABLE
    cess_unit_minor: int = 0
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class TaxDocument:
    """Everything that decides the tax. Only lines and states are needed for a quote; the rest has defaults.

    `place_of_supply` may be left out: the country's rule then finds it from the buyer. So may `country`
    (see countries).
    `buyer_tax_id` is the GSTIN or STRN; `buyer_is_registered` None means "if there is a tax id".
    `further_tax_bps` None means the country's own rate for unregistered buyers. `buyer_state` is where the goods go.
    `delivery_minor` becomes lines of its own, taxed like the goods. Under `reverse_charge` the buyer pays the tax to
    the state, not to the seller.
    """

    lines: Sequence[TaxLine]
    seller_state: str = ""
    place_of_supply: str | None = None
    country: str = ""
    doc_type: str = "tax_invoice"
    date: Date | None = None
    price_mode: PriceMode = "exclusive"
    buyer_state: str | None = None
    buyer_tax_id: str | None = None
    buyer_is_registered: bool | None = None
    buyer_is_sez: bool = False
    invoice_discount: Discount = NO_DISCOUNT
    round_to_rupee: bool = True
    tax_charged: bool = True
    further_tax_bps: int | None = None
    delivery_minor: int = 0
    reverse_charge: bool = False

    def includes_tax(self, line: TaxLine) -> bool:
        """True when this line's price holds its tax."""
        return (line.price_mode or self.price_mode) == "inclusive"


@dataclass(frozen=True, slots=True)
class ComputedLine:
    """One line's money. `net_minor` is after discounts, in the document's price mode; `taxes` by tax head."""

    gross_minor: int
    line_discount_minor: int
    invoice_discount_share_minor: int
    net_minor: int
    taxable_minor: int
    taxes: Mapping[str, int]
    total_minor: int
    rate_bps: int

    @property
    def tax_minor(self) -> int:
        """All tax heads of the line together."""
        return sum(self.taxes.values())


@dataclass(frozen=True, slots=True)
class TaxTotals:
    """Sums of the line values, nothing rounded again."""

    gross_minor: int
    discount_minor: int
    taxable_minor: int
    taxes: Mapping[str, int]

    @property
    def tax_minor(self) -> int:
        """All tax heads of the document together."""
        return sum(self.taxes.values())


@dataclass(frozen=True, slots=True)
class RateGroup:
    """What one tax rate adds up to over the document."""

    taxable_minor: int
    taxes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Computed:
    """The document's money: `grand_total_minor = total_before_round_off_minor + round_off_minor`."""

    country: str
    currency: str
    heads: tuple[str, ...]
    lines: tuple[ComputedLine, ...]
    totals: TaxTotals
    by_rate_bps: Mapping[int, RateGroup]
    total_before_round_off_minor: int
    round_off_minor: int
    grand_total_minor: int
    place_of_supply: str = ""
    lines_sold: tuple[TaxLine, ...] = field(default=())
    inclusive: tuple[bool, ...] = field(default=())
    round_to_rupee: bool = True
    reverse_charge: bool = False


def payable(lines: Sequence[ComputedLine], inclusive: Sequence[bool], reverse_charge: bool) -> int:
    """The lines' totals; where a price holds its tax the quoted price, so that paise no head can hold are not lost."""
    return sum(
        line.net_minor if quoted and not reverse_charge else line.total_minor
        for line, quoted in zip(lines, inclusive, strict=True)
    )

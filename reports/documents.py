"""Documents as returns and books see them: what was sold and given back, with its tax, as it was printed.

Amounts of a credit note are above zero like any other's; `sign` says which way they go. UTGST stands beside SGST and
is the state's share like it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import countries
from tax import TAXED, ZERO_RATED

TAX_INVOICE, BILL_OF_SUPPLY = "tax_invoice", "bill_of_supply"
PLAIN_BILL = "plain_bill"
SALES = (TAX_INVOICE, BILL_OF_SUPPLY, "invoice_cum_bill", PLAIN_BILL)
CREDIT_NOTE, DEBIT_NOTE = "credit_note", "debit_note"
COMMERCIAL_CREDIT_NOTE = "commercial_credit_note"  # lowers what is owed and no tax: in no return
TAXABLE, NIL_RATED, EXEMPT, NON_GST = "taxable", "nil_rated", "exempt", "non_gst"
ABROAD = "96"  # other countries, as a place of supply
ISSUED, CANCELLED = "issued", "cancelled"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Taxable value and tax by head, in minor units: India's heads, then Pakistan's."""

    taxable_minor: int = 0
    igst_minor: int = 0
    cgst_minor: int = 0
    sgst_minor: int = 0
    utgst_minor: int = 0
    cess_minor: int = 0
    sales_tax_minor: int = 0
    further_tax_minor: int = 0

    @property
    def state_minor(self) -> int:
        """The state's or territory's share: SGST or UTGST. Returns have one column for both."""
        return self.sgst_minor + self.utgst_minor

    @property
    def tax_minor(self) -> int:
        """All heads together."""
        return sum(getattr(self, head) for head in _HEADS)

    def of_head(self, name: str) -> int:
        """The tax of one head, by the name that its country gives it."""
        return int(getattr(self, f"{name}_minor"))

    def plus(self, other: "Amounts", sign: int = 1) -> "Amounts":
        """Both together; with the sign -1 the other one is taken off."""
        return Amounts(*(getattr(self, name) + sign * getattr(other, name) for name in self.__slots__))


NOTHING = Amounts()
_HEADS = tuple(name for name in Amounts.__slots__ if name != "taxable_minor")


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """One line as printed. `price_minor` is of one `unit`, in the line's price mode; `discount_minor` is of all."""

    description: str
    hsn: str
    unit: str
    qty_milli: int
    rate_bps: int
    amounts: Amounts
    treatment: str = TAXABLE
    sku: str = ""
    price_minor: int = 0
    price_mode: str = "exclusive"
    discount_minor: int = 0
    total_minor: int = 0
    cess_bps: int = 0

    @property
    def kind(self) -> str:
        """Taxable, exempt, nil rated or outside GST. Goods at 0 % are nil rated whatever else was said of them."""
        return kind_of(self.treatment, self.rate_bps, self.amounts.cess_minor)


def kind_of(treatment: str, rate_bps: int, cess_minor: int) -> str:
    """How a line stands in returns and books: as it is treated, but nil rated where nothing is charged on it."""
    kind = TAXABLE if treatment in TAXED else treatment
    if treatment == ZERO_RATED:
        return kind
    return NIL_RATED if kind == TAXABLE and not rate_bps and not cess_minor else kind


@dataclass(frozen=True, slots=True)
class CorrectedDocument:
    """The document that a note corrects."""

    number: str
    issued_on: date
    total_minor: int
    kind: str = TAX_INVOICE


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """An issued document with its totals as printed. `seller` and `buyer` are the copied parties."""

    kind: str
    number: str
    issued_on: date
    seller: Mapping[str, Any]
    buyer: Mapping[str, Any]
    place_of_supply: str
    lines: tuple[IssuedLine, ...]
    totals: Amounts
    round_off_minor: int
    total_minor: int
    currency: str = countries.get().currency
    due_on: date | None = None
    status: str = ISSUED
    reverse_charge: bool = False
    original: CorrectedDocument | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_note(self) -> bool:
        """Whether it corrects another document."""
        return self.kind not in SALES

    @property
    def is_plain(self) -> bool:
        """Whether it is of a time when the seller was not registered: a bill without tax, or a note on one."""
        return PLAIN_BILL in (self.kind, self.original.kind if self.original else "")

    @property
    def sign(self) -> int:
        """-1 for what is given back, else 1."""
        return -1 if self.kind in (CREDIT_NOTE, COMMERCIAL_CREDIT_NOTE) else 1

    @property
    def buyer_gstin(self) -> str | None:
        """The buyer's GSTIN or UIN; None for somebody who is not registered."""
        return self.buyer.get("gstin") or None

    @property
    def is_to_zone(self) -> bool:
        """Whether it went to a special economic zone: between states by law, wherever the zone lies."""
        return bool(self.buyer.get("sez"))

    @property
    def is_without_payment(self) -> bool:
        """Whether it went to a zone under a letter of undertaking, without tax."""
        return any(line.treatment == ZERO_RATED for line in self.lines)

    @property
    def is_export(self) -> bool:
        """Whether it left the country."""
        return self.place_of_supply == ABROAD

    @property
    def is_inter_state(self) -> bool:
        """Whether the supply crossed a state's border."""
        return self.is_to_zone or self.place_of_supply != countries.of(self.seller).regions.current(
            self.seller.get("state_code") or ""
        )

"""Everything that an invoice prints, as plain values. Names and texts may hold anything; drawing tames them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import countries
from core.i18n import ENGLISH, N_
from countries.country import Country
from tax import TaxTotals
from tax.rules import Head

ORIGINAL = "ORIGINAL FOR RECIPIENT"
TITLES = {
    "tax_invoice": N_("Tax invoice"),
    "bill_of_supply": N_("Bill of supply"),
    "invoice_cum_bill": N_("Invoice-cum-bill of supply"),
    "plain_bill": N_("Bill"),
    "credit_note": N_("Credit note"),
    "commercial_credit_note": N_("Commercial credit note"),
    "debit_note": N_("Debit note"),
    "order_confirmation": N_("Order confirmation"),
}


@dataclass(frozen=True, slots=True)
class PaperParty:
    """The seller, the buyer or the place of delivery. `tax_ids` and `licences` are label and number: GSTIN, FSSAI."""

    name: str
    address: Sequence[str] = ()
    tax_ids: Sequence[tuple[str, str]] = ()
    state_code: str = ""
    state_name: str = ""
    phone: str = ""
    email: str = ""
    licences: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One printed line. `discount_minor` is the line's own and its share of the invoice discount together.

    A quantity of 0 is a line about a price, not about goods. `rate_label` stands for the rate of what is not taxed.
    `price_includes_tax` says that price and discount hold the tax; `mrp_minor` is the printed retail price of a unit.
    """

    description: str
    qty: Decimal | int
    unit: str
    unit_price_minor: int
    discount_minor: int
    taxable_minor: int
    rate_bps: int
    taxes: Mapping[str, int]
    total_minor: int
    hsn: str = ""
    note: str = ""
    rate_label: str = ""
    price_includes_tax: bool = False
    mrp_minor: int | None = None


@dataclass(frozen=True, slots=True)
class PaperTaxRow:
    """One row of the tax summary; without a code it stands for all goods of its rate."""

    hsn: str
    rate_bps: int
    taxable_minor: int
    taxes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PaperPayment:
    """How to pay. `upi_link` becomes the QR code; `bank` rows are label and value."""

    vpa: str = ""
    upi_link: str = ""
    bank: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class PaperRegistration:
    """What the e-invoice portal answered. `signed_code` becomes a code to scan, word for word; `ack_at` as printed."""

    irn: str
    ack_number: str
    ack_at: str
    signed_code: str


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """A document as it is printed. Equal papers give equal bytes.

    `heads` are the tax heads shown, in order; empty means that no tax is charged on this document.
    `refers_to` is the original's number and date on a credit or debit note. `logo` is a PNG picture.
    `references` are other numbers of the same deal, `carriage` says how the goods travel: label and value each.
    Labels stand in `language` beside English. `balance` is what the buyer owed before this document, and owes with it.
    `cancelled` says when and why it was; empty for what counts.
    """

    number: str
    issued_on: date
    seller: PaperParty
    buyer: PaperParty
    lines: Sequence[PaperLine]
    totals: TaxTotals
    round_off_minor: int
    grand_total_minor: int
    heads: Sequence[str]
    summary: Sequence[PaperTaxRow] = ()
    title: str = TITLES["tax_invoice"]
    copy_label: str = ORIGINAL
    currency: str = field(default_factory=lambda: countries.get().currency)
    due_on: date | None = None
    ship_to: PaperParty | None = None
    place_of_supply: str = ""
    reverse_charge: bool = False
    references: Sequence[tuple[str, str]] = ()
    carriage: Sequence[tuple[str, str]] = ()
    registration: PaperRegistration | None = None
    refers_to: tuple[str, date] | None = None
    payment: PaperPayment = field(default_factory=PaperPayment)
    notes: Sequence[str] = ()
    terms: Sequence[str] = ()
    logo: bytes = b""
    is_signed: bool = True
    language: str = ENGLISH
    balance: tuple[int, int] | None = None
    cancelled: str = ""

    @property
    def country(self) -> Country:
        """Whose customs it is printed by."""
        return countries.by_currency(self.currency) or countries.get()

    def head(self, name: str) -> Head:
        """A tax head as this paper names it."""
        return self.country.tax.head(name)


def rate_heading(lines: Sequence[PaperLine]) -> str:
    """What the column of prices is called: with tax when it is inside every price that could hold it."""
    inside = [line.price_includes_tax for line in lines if line.rate_bps and not line.rate_label]
    return "Rate incl." if inside and all(inside) else "Rate"


def price_mark(line: PaperLine, heading: str) -> str:
    """What marks a price with tax inside that stands among prices without."""
    return " incl." if line.price_includes_tax and heading == "Rate" else ""


def printed_heads(totals: TaxTotals) -> tuple[str, ...]:
    """The heads that carry tax, in the country's order."""
    return tuple(head for head, amount_minor in totals.taxes.items() if amount_minor)


def summarised(lines: Sequence[PaperLine]) -> tuple[PaperTaxRow, ...]:
    """The HSN summary of what is taxed: one row for each code and rate, by code."""
    groups: dict[tuple[str, int], list[PaperLine]] = {}
    for line in lines:
        if not line.rate_label:
            groups.setdefault((line.hsn, line.rate_bps), []).append(line)
    return tuple(_summary_row(hsn, rate_bps, groups[hsn, rate_bps]) for hsn, rate_bps in sorted(groups))


def by_rate(summary: Sequence[PaperTaxRow]) -> tuple[PaperTaxRow, ...]:
    """The summary in fewer rows: one for each rate, the lowest first."""
    rates: dict[int, list[PaperTaxRow]] = {}
    for row in summary:
        rates.setdefault(row.rate_bps, []).append(row)
    return tuple(_summary_row("", rate_bps, rates[rate_bps]) for rate_bps in sorted(rates))


def _summary_row(hsn: str, rate_bps: int, lines: Sequence[PaperLine] | Sequence[PaperTaxRow]) -> PaperTaxRow:
    taxes = {head: sum(line.taxes[head] for line in lines) for head in lines[0].taxes}
    return PaperTaxRow(hsn, rate_bps, sum(line.taxable_minor for line in lines), taxes)

"""The ledgers that Tally's vouchers name, as masters: the accounts of the ledger, what was sold by rate, each shop.

Tally counts tax by what a ledger says of itself, not by its name: a tax ledger names its duty head, and a ledger of
sales its rate, or why there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement

from countries.country import Country
from reports.books.tally_words import plain
from reports.documents import EXEMPT, NIL_RATED, NON_GST, TAXABLE
from tax import ZERO_RATED
from tax.rounding import percent

TAXES = "Duties & Taxes"
LEDGERS = {
    "disputed": ("Disputed Bills", "Current Assets"),
    "cash": ("Cash", "Cash-in-Hand"),
    "upi": ("UPI", "Bank Accounts"),
    "bank": ("Bank", "Bank Accounts"),
    "cheque": ("Cheques", "Bank Accounts"),
    "other_receipts": ("Other Receipts", "Current Assets"),
    "output_cgst": ("Output CGST", TAXES),
    "output_sgst": ("Output SGST", TAXES),
    "output_utgst": ("Output UTGST", TAXES),
    "output_igst": ("Output IGST", TAXES),
    "output_cess": ("Output Cess", TAXES),
    "output_sales_tax": ("Output Sales Tax", TAXES),
    "output_further_tax": ("Output Further Tax", TAXES),
    "opening_balance": ("Opening Balances", "Capital Account"),
    "sales": ("Sales", "Sales Accounts"),
    "returns": ("Sales Returns", "Sales Accounts"),
    "charges": ("Charges Recovered", "Indirect Incomes"),
    "round_off": ("Round Off", "Indirect Expenses"),
    "discounts": ("Discounts Allowed", "Indirect Expenses"),
    "bad_debts": ("Bad Debts", "Indirect Expenses"),
}
PARTY = "receivable"  # a ledger for each shop
BY_RATE = ("sales", "returns", "charges")  # what documents earn, or give back
DUTY_HEADS = {
    "output_cgst": "CGST",
    "output_sgst": "SGST/UTGST",
    "output_utgst": "SGST/UTGST",
    "output_igst": "IGST",
    "output_cess": "Cess",
}
OTHER_TAX = "Others"  # what Tally calls a tax that is not GST
UNTAXED = {EXEMPT: "Exempt", NIL_RATED: "Nil Rated", NON_GST: "Non-GST"}
AT_NOTHING = {**UNTAXED, ZERO_RATED: "Zero Rated"}  # the last is taxable, and nothing is charged on it
GST_SINCE = "20170701"
MAX_NAME = 99


@dataclass(frozen=True, slots=True)
class SoldAt:
    """What is charged on goods: taxable at a rate, or one of the ways in which they bear no tax."""

    kind: str
    rate_bps: int = 0
    reverse_charge: bool = False


def party_names(shops: Sequence[Any]) -> dict[UUID, str]:
    """Each shop's ledger: its name and code, since Tally knows ledgers by name alone and takes no two alike.

    No other ledger's name has a bracket.
    """
    named: dict[UUID, str] = {}
    taken = set[str]()
    for shop in shops:
        code = plain(shop.code)[:40]
        name = f"{plain(shop.name)[: MAX_NAME - len(code) - 3]} ({code})".strip()
        while name.casefold() in taken:
            name += "'"
        taken.add(name.casefold())
        named[shop.id] = name
    return named


def accounts(country: Country) -> list[Element]:
    """The ledger's own accounts, with the taxes of this country alone."""
    taxes = {f"output_{head.name}" for head in country.tax.heads}
    return [_account(account) for account, (_, parent) in LEDGERS.items() if parent != TAXES or account in taxes]


def party(shop: Any, name: str, country: Country) -> Element:
    """A shop's ledger, kept bill by bill."""
    made = ledger(name, "Sundry Debtors")
    SubElement(made, "ISBILLWISEON").text = "Yes"
    number = "PARTYGSTIN" if is_gst(country) else "SALESTAXNUMBER"
    state = country.regions.name(shop.state_code)
    for tag, value in (("LEDSTATENAME", state), (number, shop.gstin), ("ADDRESS", shop.address)):
        if value:
            SubElement(made, tag).text = plain(value)
    if is_gst(country):
        SubElement(made, "GSTREGISTRATIONTYPE").text = registration_type(shop.gstin)
    return made


def by_rate(account: str, sold: SoldAt, country: Country) -> tuple[str, Element]:
    """The ledger for what was sold at one rate, or without tax, with its name."""
    name, parent = LEDGERS[account]
    owed = " Reverse Charge" if sold.reverse_charge else ""
    name = f"{name}{owed} {percent(sold.rate_bps)}%" if sold.kind == TAXABLE else f"{name} {AT_NOTHING[sold.kind]}"
    made = ledger(name, parent)
    if is_gst(country):
        _classify(made, account, sold)
    return name, made


def _classify(made: Element, account: str, sold: SoldAt) -> None:
    """How GST sees what the ledger holds."""
    if sold.kind == NON_GST:
        SubElement(made, "GSTAPPLICABLE").text = "Not Applicable"
        return
    SubElement(made, "GSTAPPLICABLE").text = "Applicable"
    SubElement(made, "GSTTYPEOFSUPPLY").text = "Services" if account == "charges" else "Goods"
    details = SubElement(made, "GSTDETAILS.LIST")
    SubElement(details, "APPLICABLEFROM").text = GST_SINCE
    SubElement(details, "TAXABILITY").text = UNTAXED.get(sold.kind, "Taxable")
    SubElement(details, "ISREVERSECHARGEAPPLICABLE").text = "Yes" if sold.reverse_charge else "No"
    _rates(details, sold.rate_bps)


def ledger(name: str, parent: str) -> Element:
    """A ledger in its group."""
    made = Element("LEDGER", {"NAME": name, "ACTION": "Create"})
    SubElement(SubElement(made, "NAME.LIST"), "NAME").text = name
    SubElement(made, "PARENT").text = parent
    return made


def is_gst(country: Country) -> bool:
    """Whether the taxes of this country are those that Tally has duty heads for."""
    return any(f"output_{head.name}" in DUTY_HEADS for head in country.tax.heads)


def registration_type(tax_id: str | None) -> str:
    """How Tally calls a buyer with, or without, a GSTIN."""
    return "Regular" if tax_id else "Unregistered"


def _account(account: str) -> Element:
    name, parent = LEDGERS[account]
    made = ledger(name, parent)
    if parent == TAXES:
        head = DUTY_HEADS.get(account)
        SubElement(made, "TAXTYPE").text = "GST" if head else OTHER_TAX
        if head:
            SubElement(made, "GSTDUTYHEAD").text = head
    return made


def _rates(details: Element, rate_bps: int) -> None:
    places = SubElement(details, "STATEWISEDETAILS.LIST")
    SubElement(places, "STATENAME").text = "Any"
    for head, share_bps in (("CGST", Decimal(rate_bps) / 2), ("SGST/UTGST", Decimal(rate_bps) / 2), ("IGST", rate_bps)):
        rate = SubElement(places, "RATEDETAILS.LIST")
        SubElement(rate, "GSTRATEDUTYHEAD").text = head
        SubElement(rate, "GSTRATEVALUATIONTYPE").text = "Based on Value"
        SubElement(rate, "GSTRATE").text = percent(share_bps)

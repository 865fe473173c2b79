"""Vouchers and ledgers as XML that Tally imports: sales, receipts, credit and debit notes, and journals for the rest.

Every journal of the ledger becomes one voucher, so the totals in Tally are those of the ledger. In Tally's XML a debit
is a negative amount. The journal's id is the voucher's: importing the same month twice changes vouchers, adds none.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy.orm import Session

import countries
from core import db, money
from countries.country import Country
from invoicing import cancelling
from parties import organisations
from reports.books import entries
from reports.books.entries import BookEntry
from reports.period import Period

LEDGERS = {
    "disputed": ("Disputed Bills", "Current Assets"),
    "cash": ("Cash", "Cash-in-Hand"),
    "upi": ("UPI", "Bank Accounts"),
    "bank": ("Bank", "Bank Accounts"),
    "cheque": ("Cheques", "Bank Accounts"),
    "other_receipts": ("Other Receipts", "Current Assets"),
    "output_cgst": ("Output CGST", "Duties & Taxes"),
    "output_sgst": ("Output SGST", "Duties & Taxes"),
    "output_utgst": ("Output UTGST", "Duties & Taxes"),
    "output_igst": ("Output IGST", "Duties & Taxes"),
    "output_cess": ("Output Cess", "Duties & Taxes"),
    "output_sales_tax": ("Output Sales Tax", "Duties & Taxes"),
    "output_further_tax": ("Output Further Tax", "Duties & Taxes"),
    "opening_balance": ("Opening Balances", "Capital Account"),
    "sales": ("Sales", "Sales Accounts"),
    "returns": ("Sales Returns", "Sales Accounts"),
    "charges": ("Charges Recovered", "Indirect Incomes"),
    "round_off": ("Round Off", "Indirect Expenses"),
    "discounts": ("Discounts Allowed", "Indirect Expenses"),
    "bad_debts": ("Bad Debts", "Indirect Expenses"),
}
PARTY = "receivable"  # a ledger for each shop
VOUCHERS = {
    "bill.invoice": "Sales",
    "bill.debit_note": "Debit Note",
    "payment.recorded": "Receipt",
    "payment.reversed": "Payment",
    "credit.opening": "Journal",
    "credit.dispute": "Journal",
    "credit.write_off": "Journal",
}
MAX_NAME = 99
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SHOPS = """
SELECT retailer.id, retailer.code, retailer.name, retailer.gstin, retailer.state_code, retailer.address
FROM retailer WHERE retailer.org_id = %(org)s AND EXISTS (
    SELECT FROM ledger_transfer t WHERE t.org_id = retailer.org_id AND t.retailer_id = retailer.id
      AND t.effective_on BETWEEN %(from_on)s AND %(to_on)s)
ORDER BY retailer.code, retailer.id
"""


def write(session: Session, period: Period) -> Iterator[str]:
    """The period's ledgers and vouchers, piece by piece. Of one moment only in a transaction that is a snapshot."""
    where = {"org": str(db.org_of(session)), "from_on": period.from_on, "to_on": period.to_on}
    shops = db.execute(session, _SHOPS, where).all()
    names = party_names(shops)
    ours = organisations.get(session)
    yield _opening(ours.name)
    for name, parent in LEDGERS.values():
        yield _message(_ledger(name, parent))
    for shop in shops:
        yield _message(_party(shop, names[shop.id], countries.get(ours.country)))
    for entry in entries.walk(session, period.from_on, period.to_on):
        yield _message(_voucher(entry, names[entry.retailer_id]))
    yield "</REQUESTDATA></IMPORTDATA></BODY></ENVELOPE>\n"


def party_names(shops: list[Any]) -> dict[UUID, str]:
    """Each shop's ledger: its name and code, since Tally knows ledgers by name alone and takes no two alike."""
    named: dict[UUID, str] = {}
    taken = {name.casefold() for name, _ in LEDGERS.values()}
    for shop in shops:
        code = _plain(shop.code)[:40]
        name = f"{_plain(shop.name)[: MAX_NAME - len(code) - 3]} ({code})".strip()
        while name.casefold() in taken:
            name += "'"
        taken.add(name.casefold())
        named[shop.id] = name
    return named


def _plain(text: str) -> str:
    """One line of what XML may hold."""
    return " ".join(_ILLEGAL.sub("", text).split())


def _opening(company: str) -> str:
    header = Element("STATICVARIABLES")
    SubElement(header, "SVCURRENTCOMPANY").text = _plain(company)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<ENVELOPE><HEADER><TALLYREQUEST>Import Data</TALLYREQUEST></HEADER><BODY><IMPORTDATA>"
        f"<REQUESTDESC><REPORTNAME>Vouchers</REPORTNAME>{tostring(header, encoding='unicode')}</REQUESTDESC>"
        "<REQUESTDATA>\n"
    )


def _message(content: Element) -> str:
    message = Element("TALLYMESSAGE", {"xmlns:UDF": "TallyUDF"})
    message.append(content)
    return tostring(message, encoding="unicode") + "\n"


def _ledger(name: str, parent: str) -> Element:
    ledger = Element("LEDGER", {"NAME": name, "ACTION": "Create"})
    SubElement(SubElement(ledger, "NAME.LIST"), "NAME").text = name
    SubElement(ledger, "PARENT").text = parent
    if parent == "Duties & Taxes":
        SubElement(ledger, "TAXTYPE").text = "GST"
    return ledger


def _party(shop: Any, name: str, country: Country) -> Element:
    ledger = _ledger(name, "Sundry Debtors")
    SubElement(ledger, "ISBILLWISEON").text = "Yes"
    state = country.regions.name(shop.state_code)
    for tag, value in (("LEDSTATENAME", state), ("PARTYGSTIN", shop.gstin), ("ADDRESS", shop.address)):
        if value:
            SubElement(ledger, tag).text = _plain(value)
    SubElement(ledger, "GSTREGISTRATIONTYPE").text = "Regular" if shop.gstin else "Unregistered"
    return ledger


def _voucher(entry: BookEntry, party: str) -> Element:
    kind = _kind(entry)
    voucher = Element(
        "VOUCHER", {"REMOTEID": str(entry.journal_id), "VCHTYPE": kind, "ACTION": "Create", "OBJVIEW": "Accounting"}
    )
    for tag, value in (
        ("DATE", f"{entry.on:%Y%m%d}"),
        ("GUID", str(entry.journal_id)),
        ("VOUCHERTYPENAME", kind),
        ("VOUCHERNUMBER", _plain(entry.reference)),
        ("PARTYLEDGERNAME", party),
        ("NARRATION", f"{entry.reason} {_plain(entry.reference)}".strip()),
    ):
        SubElement(voucher, tag).text = value
    for account, amount_minor in entry.amounts.items():
        line = _line(voucher, party if account == PARTY else LEDGERS[account][0], amount_minor)
        if account == PARTY:
            _references(line, entry, amount_minor)
    return voucher


def _kind(entry: BookEntry) -> str:
    if entry.reference.startswith(cancelling.REFERENCE):
        return "Journal"  # the sale was cancelled: no note says so
    usual = "Credit Note" if entry.reason.startswith("credit.") else "Journal"
    return VOUCHERS.get(entry.reason, usual)


def _line(voucher: Element, ledger: str, amount_minor: int) -> Element:
    line = SubElement(voucher, "ALLLEDGERENTRIES.LIST")
    SubElement(line, "LEDGERNAME").text = ledger
    SubElement(line, "ISDEEMEDPOSITIVE").text = "Yes" if amount_minor > 0 else "No"
    SubElement(line, "AMOUNT").text = money.to_major(-amount_minor)
    return line


def _references(line: Element, entry: BookEntry, amount_minor: int) -> None:
    """Which bills the amount makes or settles, in Tally's words; what is for none of them stands on account."""
    if entry.reason.startswith("bill."):
        _reference(line, _plain(entry.reference), "New Ref", amount_minor)
        return
    sign, left_minor = (1 if amount_minor > 0 else -1), amount_minor
    for reference, part_minor in entry.settled:
        _reference(line, _plain(reference), "Agst Ref", sign * part_minor)
        left_minor -= sign * part_minor
    if left_minor:
        _reference(line, "", "On Account", left_minor)


def _reference(line: Element, name: str, kind: str, amount_minor: int) -> None:
    allocation = SubElement(line, "BILLALLOCATIONS.LIST")
    if name:
        SubElement(allocation, "NAME").text = name
    SubElement(allocation, "BILLTYPE").text = kind
    SubElement(allocation, "AMOUNT").text = money.to_major(-amount_minor)

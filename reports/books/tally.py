"""Vouchers and ledgers as XML that Tally imports: sales, receipts, credit and debit notes, and journals for the rest.

Every journal of the ledger becomes one voucher, so the totals in Tally are those of the ledger; money on account that
is put to bills later becomes a journal of its own, so that what is owed bill by bill is the same as well. A document
that was cancelled within its month is a cancelled voucher: its number stays, without amounts. In Tally's XML a debit is
a negative amount. The journal's id is the voucher's: importing the same month twice changes vouchers, adds none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy.orm import Session

import countries
from core import db, money
from countries.country import Country
from parties import organisations
from reports import statement_paper
from reports.books import entries, tally_ledgers
from reports.books.entries import AppliedEntry, BookEntry
from reports.books.tally_ledgers import BY_RATE, LEDGERS, PARTY, SoldAt
from reports.books.tally_words import plain
from reports.documents import TAXABLE, kind_of
from reports.period import Period
from tax import ZERO_RATED

VOUCHERS = {
    "bill.invoice": "Sales",
    "bill.debit_note": "Debit Note",
    "bill.refund": "Payment",
    "payment.recorded": "Receipt",
    "payment.reversed": "Payment",
    "credit.opening": "Journal",
    "credit.refund_returned": "Receipt",
    "credit.dispute": "Journal",
    "credit.write_off": "Journal",
}
JOURNAL = "Journal"
APPLIED, TAKEN_OFF = "Money on account put to bills", "Taken off the bills, on account again"
UNTAXED_SCHEMES = ("composition", "unregistered")  # whose goods have rates, and bear no tax

_SHOPS = """
SELECT retailer.id, retailer.code, retailer.name, retailer.gstin, retailer.state_code, retailer.address
FROM retailer WHERE retailer.org_id = %(org)s AND (EXISTS (
    SELECT FROM ledger_transfer t WHERE t.org_id = retailer.org_id AND t.retailer_id = retailer.id
      AND t.effective_on BETWEEN %(from_on)s AND %(to_on)s) OR EXISTS (
    SELECT FROM allocation a JOIN payment p ON p.org_id = a.org_id AND p.id = a.payment_id
    WHERE p.org_id = retailer.org_id AND p.retailer_id = retailer.id
      AND a.applied_on BETWEEN %(from_on)s AND %(to_on)s))
ORDER BY retailer.code, retailer.id
"""


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One amount of a voucher, a debit above zero; `master` where its ledger may not be known to Tally yet."""

    ledger: str
    amount_minor: int
    master: Element | None = None


def write(session: Session, period: Period) -> Iterator[str]:
    """The period's ledgers and vouchers, piece by piece. Of one moment only in a transaction that is a snapshot."""
    where = {"org": str(db.org_of(session)), "from_on": period.from_on, "to_on": period.to_on}
    shops = db.execute(session, _SHOPS, where).all()
    names = tally_ledgers.party_names(shops)
    ours = organisations.get(session)
    country = countries.get(ours.country)
    yield _opening(ours.name)
    yield from map(_message, tally_ledgers.accounts(country))
    for shop in shops:
        yield _message(tally_ledgers.party(shop, names[shop.id], country))
    yield from map(_message, _vouchers(session, period, names, country))
    yield "</REQUESTDATA></IMPORTDATA></BODY></ENVELOPE>\n"


def _vouchers(session: Session, period: Period, names: Mapping[UUID, str], country: Country) -> Iterator[Element]:
    """Every voucher, and before the first that names it each ledger of what was sold at one rate."""
    void, declared = entries.void(session), set[str]()
    for entry in entries.walk(session, period.from_on, period.to_on):
        party = names[entry.retailer_id]
        if entry.journal_id in void.made:
            yield _cancelled(entry, party)
        elif entry.journal_id not in void.undid:
            lines = [*_lines(entry, party, country)]
            for line in lines:
                if line.master is not None and line.ledger not in declared:
                    declared.add(line.ledger)
                    yield line.master
            yield _voucher(entry, party, lines, country)
    for one in entries.applied(session, period.from_on, period.to_on):
        yield _application(one, names[one.retailer_id])


def _opening(company: str) -> str:
    header = Element("STATICVARIABLES")
    SubElement(header, "SVCURRENTCOMPANY").text = plain(company)
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


def _voucher(entry: BookEntry, party: str, lines: Iterable[VoucherLine], country: Country) -> Element:
    voucher = _head(_kind(entry), entry.journal_id, entry.on, entry.reference, party)
    SubElement(voucher, "NARRATION").text = _narration(entry)
    if entry.document is not None:
        _supply(voucher, entry.document, country)
    for part in lines:
        line = _line(voucher, part.ledger, part.amount_minor)
        if part.ledger == party:
            _references(line, entry, part.amount_minor)
    return voucher


def _cancelled(entry: BookEntry, party: str) -> Element:
    """A number that was given and stands for nothing. What was imported of it before is cancelled by this."""
    voucher = _head(_kind(entry), entry.journal_id, entry.on, entry.reference, party, action="Cancel")
    SubElement(voucher, "NARRATION").text = _narration(entry)
    SubElement(voucher, "ISCANCELLED").text = "Yes"
    return voucher


def _application(one: AppliedEntry, party: str) -> Element:
    """Off the account and against the bills; the other way round when it was taken from them."""
    voucher = _head(JOURNAL, one.id, one.on, one.reference, party)
    total_minor = sum(amount_minor for _, amount_minor in one.parts)
    SubElement(voucher, "NARRATION").text = APPLIED if total_minor > 0 else TAKEN_OFF
    _reference(_line(voucher, party, total_minor), "", "On Account", total_minor)
    line = _line(voucher, party, -total_minor)
    for bill, part_minor in one.parts:
        _reference(line, plain(bill), "Agst Ref", -part_minor)
    return voucher


def _head(kind: str, journal_id: UUID, on: date, reference: str, party: str, action: str = "Create") -> Element:
    voucher = Element(
        "VOUCHER", {"REMOTEID": str(journal_id), "VCHTYPE": kind, "ACTION": action, "OBJVIEW": "Accounting"}
    )
    for tag, value in (
        ("DATE", f"{on:%Y%m%d}"),
        ("GUID", str(journal_id)),
        ("VOUCHERTYPENAME", kind),
        ("VOUCHERNUMBER", plain(reference)),
        ("PARTYLEDGERNAME", party),
    ):
        SubElement(voucher, tag).text = value
    return voucher


def _kind(entry: BookEntry) -> str:
    if entry.is_undoing:
        return JOURNAL  # the sale was cancelled: no note says so
    usual = "Credit Note" if entry.reason.startswith("credit.") else JOURNAL
    return VOUCHERS.get(entry.reason, usual)


def _narration(entry: BookEntry) -> str:
    if entry.is_undoing and entry.document is not None:
        return plain(f"Cancelled: {entry.document['number']}")
    return f"{statement_paper.label(entry.reason)} {plain(entry.reference)}".strip()


def _supply(voucher: Element, document: Mapping[str, Any], country: Country) -> None:
    """Who bought, and where it counts as sold."""
    tax_id = document["buyer"].get("gstin")
    known = [("PLACEOFSUPPLY", country.regions.name(document["place_of_supply"]))]
    if tally_ledgers.is_gst(country):
        known += [("PARTYGSTIN", tax_id), ("GSTREGISTRATIONTYPE", tally_ledgers.registration_type(tax_id))]
    for tag, value in known:
        if value:
            SubElement(voucher, tag).text = plain(value)


def _lines(entry: BookEntry, party: str, country: Country) -> Iterator[VoucherLine]:
    for account, amount_minor in entry.amounts.items():
        rates = _rates(entry.document) if entry.document and account in BY_RATE else {}
        if account == PARTY:
            yield VoucherLine(party, amount_minor)
        elif sum(rates.values()) != abs(amount_minor):
            yield VoucherLine(LEDGERS[account][0], amount_minor)
        else:
            for sold, part_minor in rates.items():
                name, master = tally_ledgers.by_rate(account, sold, country)
                yield VoucherLine(name, part_minor if amount_minor > 0 else -part_minor, master)


def _rates(document: Mapping[str, Any]) -> dict[SoldAt, int]:
    """The value of a document's lines by what is charged on them; of nothing, where its seller charges no tax."""
    sums: dict[SoldAt, int] = {}
    if document["seller"].get("scheme") in UNTAXED_SCHEMES:
        return sums
    for treatment, rate_bps, cess_minor, taxable_minor in document["lines"] or ():
        kind = treatment if treatment == ZERO_RATED else kind_of(treatment, rate_bps, cess_minor)
        taxable = kind == TAXABLE
        sold = SoldAt(kind, rate_bps if taxable else 0, taxable and document["reverse_charge"])
        sums[sold] = sums.get(sold, 0) + taxable_minor
    return {sold: part_minor for sold, part_minor in sums.items() if part_minor}


def _line(voucher: Element, ledger: str, amount_minor: int) -> Element:
    line = SubElement(voucher, "ALLLEDGERENTRIES.LIST")
    SubElement(line, "LEDGERNAME").text = ledger
    SubElement(line, "ISDEEMEDPOSITIVE").text = "Yes" if amount_minor > 0 else "No"
    SubElement(line, "AMOUNT").text = money.to_major(-amount_minor)
    return line


def _references(line: Element, entry: BookEntry, amount_minor: int) -> None:
    """Which bills the amount makes or settles, in Tally's words; what is for none of them stands on account."""
    if entry.bill is not None:
        _reference(line, plain(entry.bill), "New Ref", amount_minor)
        return
    sign, left_minor = (1 if amount_minor > 0 else -1), amount_minor
    for reference, part_minor in entry.settled:
        _reference(line, plain(reference), "Agst Ref", sign * part_minor)
        left_minor -= sign * part_minor
    if left_minor:
        _reference(line, "", "On Account", left_minor)


def _reference(line: Element, name: str, kind: str, amount_minor: int) -> None:
    allocation = SubElement(line, "BILLALLOCATIONS.LIST")
    if name:
        SubElement(allocation, "NAME").text = name
    SubElement(allocation, "BILLTYPE").text = kind
    SubElement(allocation, "AMOUNT").text = money.to_major(-amount_minor)

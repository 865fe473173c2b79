"""GSTR-1 of one month as the portal's JSON: every section from the documents alone, tying out to the paisa.

Pure: documents go in, the return comes out, and no database is asked. Sections and rules follow the portal's offline
tool. Registered buyers stand invoice by invoice; so do exports, and large sales to others across a state's border; all
else is summed by place and rate. What carries no tax stands in a table of its own, and everything once more by HSN.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import countries
from core.errors import DomainError, Invalid
from reports.documents import (
    CANCELLED,
    COMMERCIAL_CREDIT_NOTE,
    CREDIT_NOTE,
    ISSUED,
    NOTHING,
    TAXABLE,
    Amounts,
    IssuedDocument,
    IssuedLine,
)
from reports.period import Period
from reports.plain_json import rupees, trimmed
from reports.returns import hsn_summary, serial_numbers, tie_out, untaxed
from reports.returns.hsn_summary import HsnTable
from reports.returns.serial_numbers import UsedNumber
from reports.returns.untaxed import UntaxedTable

VERSION = "GST3.2.4"  # of the offline tool whose shape this is
LARGE_MINOR = ((date(2024, 8, 1), 100_000_00), (date.min, 250_000_00))  # a large sale to an unregistered buyer, since
ZONE_WITH_TAX, ZONE_WITHOUT_TAX, REGULAR = "SEWP", "SEWOP", "R"

Row = dict[str, Any]
SmallKey = tuple[str, int, bool]  # place of supply, rate, and whether it is between states


class NoReturn(DomainError):
    """There is no GSTR-1 for this seller."""

    code = "GSTR1_NOT_FOR_SELLER"


class PlaceMissing(Invalid):
    """A document that does not say where it was supplied to."""

    code = "PLACE_OF_SUPPLY_MISSING"


@dataclass
class Sections:
    """What has been filed so far, section by section."""

    b2b: dict[str, list[Row]] = field(default_factory=dict)
    b2cl: dict[str, list[Row]] = field(default_factory=dict)
    exports: dict[str, list[Row]] = field(default_factory=dict)
    b2cs: dict[SmallKey, Amounts] = field(default_factory=dict)
    cdnr: dict[str, list[Row]] = field(default_factory=dict)
    cdnur: list[Row] = field(default_factory=list)
    untaxed: UntaxedTable = field(default_factory=UntaxedTable)
    hsn: HsnTable = field(default_factory=HsnTable)
    numbers: list[UsedNumber] = field(default_factory=list)
    booked: Amounts = NOTHING  # what the documents themselves say that they come to


def compute(seller: Mapping[str, Any], period: Period, documents: Iterable[IssuedDocument]) -> Row:
    """The return of a month from its documents, in the order of their dates and numbers; amounts are exact Decimals.

    Raises NoReturn, PlaceMissing, tie_out.DoesNotTieOut.
    """
    gstin = _gstin(seller)
    sections = Sections()
    for document in documents:
        if period.from_on <= document.issued_on <= period.to_on and _is_filed(document):
            _file(sections, document)
    filed = _filled(
        {
            "b2b": [{"ctin": buyer, "inv": rows} for buyer, rows in sections.b2b.items()],
            "b2cl": [{"pos": place, "inv": rows} for place, rows in sorted(sections.b2cl.items())],
            "exp": [{"exp_typ": payment, "inv": rows} for payment, rows in sorted(sections.exports.items())],
            "b2cs": _small_rows(sections.b2cs),
            "cdnr": [{"ctin": buyer, "nt": rows} for buyer, rows in sections.cdnr.items()],
            "cdnur": sections.cdnur,
            "nil": untaxed.rows(sections.untaxed),
            "hsn": hsn_summary.rows(sections.hsn, period.from_on),
            "doc_issue": serial_numbers.rows(sections.numbers),
        }
    )
    tie_out.check(filed, sections.booked)
    return {"gstin": gstin, "fp": f"{period.from_on:%m%Y}", "version": VERSION, "hash": "hash", **filed}


def items(document: IssuedDocument) -> list[Row]:
    """One row per rate of what carries tax; `num` is the rate times a hundred and one, as the offline tool counts."""
    sums: dict[int, Amounts] = {}
    for line in document.lines:
        if line.kind == TAXABLE:
            sums[line.rate_bps] = sums.get(line.rate_bps, NOTHING).plus(line.amounts)
    return [
        {"num": rate_bps + 1, "itm_det": {**_rate(rate_bps), **_taxes(amounts, document.is_inter_state)}}
        for rate_bps, amounts in sorted(sums.items())
    ]


def large_from(on: date) -> int:
    """Above which value a sale across the border to an unregistered buyer is listed by itself."""
    return next(limit_minor for since, limit_minor in LARGE_MINOR if on >= since)


def _is_filed(document: IssuedDocument) -> bool:
    """What stands in a return: no credit without tax, and nothing sold while the seller was not registered."""
    return document.kind != COMMERCIAL_CREDIT_NOTE and not document.is_plain


def _file(sections: Sections, document: IssuedDocument) -> None:
    """Put one document where it belongs; a cancelled one is only counted."""
    sections.numbers.append(UsedNumber(document.kind, document.number, document.status == CANCELLED))
    if document.status != ISSUED:
        return
    if not document.place_of_supply:
        raise PlaceMissing(f"{document.number} has no place of supply.", number=document.number)
    sections.booked = sections.booked.plus(document.totals, document.sign)
    for line in document.lines:
        _file_line(sections, document, line)
    found = items(document)
    if found:
        _file_items(sections, document, found)


def _file_line(sections: Sections, document: IssuedDocument, line: IssuedLine) -> None:
    if line.kind != TAXABLE:
        untaxed.add(sections.untaxed, document, line)
    hsn_summary.add(sections.hsn, document, line)


def _file_items(sections: Sections, document: IssuedDocument, found: list[Row]) -> None:
    if document.buyer_gstin:
        table, row = (sections.cdnr, _note) if document.is_note else (sections.b2b, _invoice)
        table.setdefault(document.buyer_gstin, []).append({**row(document), **_terms(document), "itms": found})
    elif document.is_export:
        _file_export(sections, document, found)
    elif not _is_large(document):
        _add_small(sections.b2cs, document)
    elif document.is_note:
        sections.cdnur.append({"typ": "B2CL", **_note(document), "pos": document.place_of_supply, "itms": found})
    else:
        large = {**_invoice(document), "itms": found}
        sections.b2cl.setdefault(document.place_of_supply, []).append(large)


def _file_export(sections: Sections, document: IssuedDocument, found: list[Row]) -> None:
    """Zero-rated: with payment of tax, or without any under a bond. Source: IGST Act s.16."""
    is_paid = bool(document.totals.tax_minor)
    if document.is_note:
        sections.cdnur.append({"typ": "EXPWP" if is_paid else "EXPWOP", **_note(document), "itms": found})
        return
    exported = {**_invoice(document), "itms": [item["itm_det"] for item in found]}
    sections.exports.setdefault("WPAY" if is_paid else "WOPAY", []).append(exported)


def _is_large(document: IssuedDocument) -> bool:
    """A note follows the document that it corrects; without that its own value decides."""
    if not document.is_inter_state:
        return False
    original = document.original
    if document.is_note and original is not None:
        return original.total_minor > large_from(original.issued_on)
    return document.total_minor > large_from(document.issued_on)


def _add_small(table: dict[SmallKey, Amounts], document: IssuedDocument) -> None:
    for line in document.lines:
        if line.kind == TAXABLE:
            key = (document.place_of_supply, line.rate_bps, document.is_inter_state)
            table[key] = table.get(key, NOTHING).plus(line.amounts, document.sign)


def _small_rows(table: Mapping[SmallKey, Amounts]) -> list[Row]:
    """One row per place and rate; what was sold and given back in the same month leaves none.

    A zone in the seller's own state stands apart from that state.
    """
    return [
        {
            "sply_ty": "INTER" if is_igst else "INTRA",
            "typ": "OE",
            "pos": place,
            **_rate(rate_bps),
            **_taxes(amounts, is_igst),
        }
        for (place, rate_bps, is_igst), amounts in sorted(table.items())
        if amounts != NOTHING
    ]


def _invoice(document: IssuedDocument) -> Row:
    return {"inum": document.number, "idt": _day(document.issued_on), "val": rupees(document.total_minor)}


def _note(document: IssuedDocument) -> Row:
    return {
        "nt_num": document.number,
        "nt_dt": _day(document.issued_on),
        "ntty": "C" if document.kind == CREDIT_NOTE else "D",
        "val": rupees(document.total_minor),
    }


def _terms(document: IssuedDocument) -> Row:
    return {
        "pos": document.place_of_supply,
        "rchrg": "Y" if document.reverse_charge else "N",
        "inv_typ": _supply_type(document),
    }


def _supply_type(document: IssuedDocument) -> str:
    if not document.is_to_zone:
        return REGULAR
    return ZONE_WITHOUT_TAX if document.is_without_payment else ZONE_WITH_TAX


def _rate(rate_bps: int) -> Row:
    return {"rt": trimmed(rupees(rate_bps))}


def _taxes(amounts: Amounts, is_igst: bool) -> Row:
    heads: Row = (
        {"iamt": rupees(amounts.igst_minor)}
        if is_igst
        else {"camt": rupees(amounts.cgst_minor), "samt": rupees(amounts.state_minor)}
    )
    return {"txval": rupees(amounts.taxable_minor), **heads, "csamt": rupees(amounts.cess_minor)}


def _filled(sections: Row) -> Row:
    """Only sections with something in them: the portal refuses empty ones."""
    return {name: section for name, section in sections.items() if section}


def _day(on: date) -> str:
    return f"{on:%d-%m-%Y}"


def _gstin(seller: Mapping[str, Any]) -> str:
    if "gstr1" not in countries.of(seller).returns:
        raise NoReturn("GSTR-1 is a return of India.")
    if seller.get("scheme") == "composition":
        raise NoReturn("A composition dealer files no GSTR-1.")
    if not seller.get("gstin"):
        raise NoReturn("GSTR-1 needs the seller's GSTIN.")
    return str(seller["gstin"])

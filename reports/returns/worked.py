"""Documents from a file of worked examples, as `bahi invoice preview` reads them one by one: no database needed.

An entry is `{number, input, id?, issued_on?}`; a note's input names by `against` the number or id of another entry.
Commercial credit notes may stand among them and are left aside: they are in no return.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import countries
import tax
from core.errors import Invalid
from countries.registration import normalised
from invoicing.preview import document_from, returns_from
from reports.documents import (
    BILL_OF_SUPPLY,
    COMMERCIAL_CREDIT_NOTE,
    CREDIT_NOTE,
    DEBIT_NOTE,
    EXEMPT,
    SALES,
    TAX_INVOICE,
    TAXABLE,
    Amounts,
    CorrectedDocument,
    IssuedDocument,
    IssuedLine,
)
from tax import Computed, ComputedLine, CreditNote
from tax.rounding import thousandths

HEADS = ("igst", "cgst", "sgst", "utgst", "cess")
MAX_DOCUMENTS = 100_000
WorkedEntry = Mapping[str, Any]


class WorkedInvalid(Invalid):
    """A file that does not hold worked documents; the sentence names the entry."""

    code = "WORKED_DOCUMENTS_INVALID"


def documents(entries: Sequence[Any]) -> list[IssuedDocument]:
    """The documents, by date and number. Raises Invalid subclasses."""
    if not isinstance(entries, list) or not 0 < len(entries) <= MAX_DOCUMENTS:
        raise WorkedInvalid(f"documents: must be a JSON array of 1 to {MAX_DOCUMENTS} entries")
    known = {name: entry for entry in entries for name in _names(entry)}
    filed = [entry for entry in entries if entry["input"].get("doc_type") != COMMERCIAL_CREDIT_NOTE]
    if not filed:
        raise WorkedInvalid("documents: commercial credit notes alone make no return")
    return sorted((_document(entry, known) for entry in filed), key=lambda one: (one.issued_on, one.number))


def _names(entry: Any) -> list[str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("input"), dict) or not entry.get("number"):
        raise WorkedInvalid("documents: every entry needs a number and an input")
    return [str(entry[key]) for key in ("number", "id") if entry.get(key)]


def _document(entry: WorkedEntry, known: Mapping[str, WorkedEntry]) -> IssuedDocument:
    source = entry["input"]
    against = known.get(str(source.get("against")))
    if source.get("doc_type") != CREDIT_NOTE:
        return _sale(entry, countries.compute(document_from(source)), against)
    if against is None:
        raise WorkedInvalid(f"{entry['number']}: `against` names no other entry")
    return _credit_note(entry, against)


def _sale(entry: WorkedEntry, computed: Computed, against: WorkedEntry | None) -> IssuedDocument:
    source = entry["input"]
    lines = tuple(_line(sold, money, thousandths(sold.qty)) for sold, money in _pairs(computed))
    corrected = _corrected(against, countries.compute(document_from(against["input"]))) if against else None
    return _shaped(entry, source, _kind(entry), lines, computed, corrected)


def _corrected(entry: WorkedEntry, computed: Computed) -> CorrectedDocument:
    """The document that a note corrects."""
    return CorrectedDocument(str(entry["number"]), _issued_on(entry), computed.grand_total_minor)


def _kind(entry: WorkedEntry) -> str:
    """What a return files the document as: unlike a preview it does not guess. Raises WorkedInvalid."""
    kind = entry["input"].get("doc_type") or TAX_INVOICE
    if kind not in (*SALES, DEBIT_NOTE):
        raise WorkedInvalid(f"{entry['number']}: {kind!r} is no type of document that a return knows")
    return str(kind)


def _pairs(computed: Computed) -> Iterator[tuple[tax.TaxLine, ComputedLine]]:
    """Each line, the delivery charge's too, with what it comes to."""
    return zip(computed.lines_sold, computed.lines, strict=True)


def _credit_note(entry: WorkedEntry, against: WorkedEntry) -> IssuedDocument:
    original = countries.compute(document_from(against["input"]))
    returns, before = returns_from(entry["input"])
    note = tax.credit_note(original, returns, before)
    lines = tuple(
        _line(original.lines_sold[one.line_number - 1], one.money, thousandths(one.qty)) for one in note.lines
    )
    corrected = _corrected(against, original)
    return _shaped(entry, against["input"], CREDIT_NOTE, lines, note, corrected, original.place_of_supply)


def _shaped(
    entry: WorkedEntry,
    source: Mapping[str, Any],
    kind: str,
    lines: tuple[IssuedLine, ...],
    computed: Computed | CreditNote,
    original: CorrectedDocument | None,
    place_of_supply: str | None = None,
) -> IssuedDocument:
    return IssuedDocument(
        kind=kind,
        number=str(entry["number"]),
        issued_on=_issued_on(entry),
        seller=_party(source["seller"]),
        buyer={"sez": source.get("sez"), **_party(source.get("buyer") or {})},
        place_of_supply=str(place_of_supply or getattr(computed, "place_of_supply", "")),
        lines=tuple(map(_exempted, lines)) if source.get("doc_type") == BILL_OF_SUPPLY else lines,
        totals=_amounts(computed.totals.taxable_minor, computed.totals.taxes),
        round_off_minor=computed.round_off_minor,
        total_minor=computed.grand_total_minor,
        status=entry.get("status") or "issued",
        reverse_charge=bool(source.get("reverse_charge")),
        original=original,
    )


def _exempted(line: IssuedLine) -> IssuedLine:
    """A bill of supply bears no tax, whatever rate its goods carry elsewhere."""
    return replace(line, treatment=EXEMPT, rate_bps=0) if line.treatment == TAXABLE and line.rate_bps else line


def _line(sold: tax.TaxLine, money: ComputedLine, qty_milli: int) -> IssuedLine:
    return IssuedLine(
        description=sold.description,
        hsn=sold.hsn,
        unit=sold.unit,
        qty_milli=qty_milli,
        rate_bps=money.rate_bps,
        amounts=_amounts(money.taxable_minor, money.taxes),
        treatment=sold.treatment,
        price_minor=sold.unit_price_minor,
        price_mode=sold.price_mode or "exclusive",
        discount_minor=money.line_discount_minor + money.invoice_discount_share_minor,
        total_minor=money.total_minor,
        cess_bps=sold.cess_bps,
    )


def _amounts(taxable_minor: int, taxes: Mapping[str, int]) -> Amounts:
    return Amounts(taxable_minor, *(taxes.get(head, 0) for head in HEADS))


def _party(given: Mapping[str, Any]) -> dict[str, Any]:
    """A party as documents copy it: `state` is called `state_code` there, and a UIN stands where a GSTIN does."""
    gstin = normalised(str(given.get("gstin") or given.get("uin") or ""))
    scheme = "composition" if given.get("composition") else "regular"
    return {**given, "gstin": gstin, "state_code": given.get("state") or gstin[:2], "scheme": scheme}


def _issued_on(entry: WorkedEntry) -> date:
    text = entry.get("issued_on") or entry["input"].get("date") or ""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise WorkedInvalid(f"{entry['number']}: needs a date, as issued_on or in its input") from error

"""The documents of a period as they were issued, one after another in the order of their dates and numbers.

A note that changes a value alone has lines without a unit: they are of the goods' own unit here, and of none of them.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from core import db
from core.errors import NotFound
from invoicing.numbers import normalised_number as number_of
from invoicing.settings import InvoicingSettings, tax_number
from parties import organisations
from reports.documents import Amounts, CorrectedDocument, IssuedDocument, IssuedLine
from reports.period import Period

_SELECT = """
SELECT i.document_type, i.number, i.issued_on, i.due_on, i.status, i.seller, i.buyer, i.place_of_supply, i.currency,
    i.reverse_charge, i.reason, i.details, i.taxable_minor, i.igst_minor, i.cgst_minor, i.sgst_minor, i.utgst_minor,
    i.cess_minor, i.sales_tax_minor, i.further_tax_minor, i.round_off_minor, i.total_minor,
    original.number AS original_number, original.issued_on AS original_issued_on,
    original.total_minor AS original_total_minor, original.document_type AS original_kind,
    (SELECT json_agg(json_build_array(l.sku, l.description, l.hsn, coalesce(nullif(l.unit, ''), sold.unit, ''),
        CASE WHEN l.unit = '' AND sold.unit <> '' THEN 0 ELSE l.qty_milli END, l.price_minor, l.price_mode,
        l.discount_minor, l.rate_bps, l.cess_bps, l.treatment, l.total_minor, l.taxable_minor, l.igst_minor,
        l.cgst_minor, l.sgst_minor, l.utgst_minor, l.cess_minor, l.sales_tax_minor, l.further_tax_minor)
        ORDER BY l.line_no)
     FROM invoice_line l
     LEFT JOIN invoice_line sold
        ON sold.org_id = l.org_id AND sold.invoice_id = i.refers_to_id AND sold.line_no = l.original_line_no
     WHERE l.org_id = i.org_id AND l.invoice_id = i.id) AS lines
FROM invoice i
LEFT JOIN invoice original ON original.org_id = i.org_id AND original.id = i.refers_to_id
WHERE i.org_id = %(org)s AND {which}
ORDER BY i.issued_on, i.document_type, i.financial_year, i.sequence
"""
_OF_PERIOD = _SELECT.format(which="i.issued_on BETWEEN %(from_on)s AND %(to_on)s")
_BY_NUMBER = _SELECT.format(which="i.number = %(number)s")


def walk(session: Session, period: Period) -> Iterator[IssuedDocument]:
    """Every document of the period, cancelled ones too; fetched piece by piece."""
    where = {"org": str(db.org_of(session)), "from_on": period.from_on, "to_on": period.to_on}
    return map(_document, db.walk(session, _OF_PERIOD, where))


def by_number(session: Session, number: str) -> IssuedDocument:
    """One document. Raises NotFound."""
    where = {"org": str(db.org_of(session)), "number": number_of(number)}
    row = db.execute(session, _BY_NUMBER, where).first()
    if row is None:
        raise NotFound(f"There is no document {number}.")
    return _document(row)


def seller(session: Session) -> dict[str, Any]:
    """Who files and keeps these books, as far as returns ask."""
    organisation = organisations.get(session)
    return {
        "name": organisation.name,
        "gstin": tax_number(organisation),
        "state_code": organisation.state_code,
        "country": organisation.country,
        "scheme": InvoicingSettings.of(organisation).gst_scheme,
    }


def _document(row: Any) -> IssuedDocument:
    return IssuedDocument(
        kind=row.document_type,
        number=row.number,
        issued_on=row.issued_on,
        due_on=row.due_on,
        status=row.status,
        seller=row.seller,
        buyer=row.buyer,
        place_of_supply=row.place_of_supply,
        currency=row.currency,
        reverse_charge=row.reverse_charge,
        reason=row.reason or "",
        details=row.details,
        lines=tuple(map(_line, row.lines or [])),
        totals=Amounts(**{name: getattr(row, name) for name in Amounts.__slots__}),
        round_off_minor=row.round_off_minor,
        total_minor=row.total_minor,
        original=_original(row),
    )


def _line(values: list[Any]) -> IssuedLine:
    (sku, description, hsn, unit, qty_milli, price_minor, price_mode, discount_minor, rate_bps, cess_bps, treatment,
     total_minor, *amounts) = values  # fmt: skip
    return IssuedLine(
        description=description,
        hsn=hsn,
        unit=unit,
        qty_milli=qty_milli,
        rate_bps=rate_bps,
        cess_bps=cess_bps,
        amounts=Amounts(*amounts),
        treatment=treatment,
        sku=sku,
        price_minor=price_minor,
        price_mode=price_mode,
        discount_minor=discount_minor,
        total_minor=total_minor,
    )


def _original(row: Any) -> CorrectedDocument | None:
    if row.original_number is None:
        return None
    return CorrectedDocument(row.original_number, row.original_issued_on, row.original_total_minor, row.original_kind)

"""The returns of a month, read from the database."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from core import settings
from invoicing import filed, irn, registrations
from invoicing.registrations import Answer
from invoicing.tables import FiledReturn, Invoice, Registration
from reports import issued, plain_json
from reports.period import Period
from reports.returns import einvoice, gstr1


def write_gstr1(session: Session, period: Period) -> Iterator[str]:
    """GSTR-1 of a month as JSON text. Of one moment only in a transaction that is a snapshot.

    Raises gstr1.NoReturn, gstr1.PlaceMissing, tie_out.DoesNotTieOut.
    """
    return plain_json.pieces(gstr1.compute(issued.seller(session), period, issued.walk(session, period)))


def einvoices(session: Session, period: Period) -> dict[str, list[dict[str, Any]]]:
    """Every document of the period that is to be registered, as the portal takes it; what it would refuse, and why.

    `{invoices, incomplete: [{number, missing}]}`.
    """
    found: dict[str, list[dict[str, Any]]] = {"invoices": [], "incomplete": []}
    for document in filter(einvoice.is_eligible, issued.walk(session, period)):
        try:
            found["invoices"].append(einvoice.of(document))
        except einvoice.Incomplete as refused:
            found["incomplete"].append({"number": document.number, "missing": refused.facts["missing"]})
    return found


def check_registration(session: Session, number: str, given: str, signed_code: str = "") -> irn.Checked:
    """Compare what the portal answered for a document with the document. Raises NotFound, einvoice.NotEligible.

    Signatures count by the keys of the setting IRP_KEY_FILES. Raises settings.ConfigurationError for a bad one.
    """
    document = einvoice.registered(issued.by_number(session, number))
    return irn.check(document, given, signed_code, _portal_keys())


def register(session: Session, invoice: Invoice, answer: Answer, role: str) -> Registration:
    """Keep what the portal answered for a document. Raises what registrations.keep and check_registration raise."""
    document = einvoice.registered(issued.by_number(session, invoice.number))
    return registrations.keep(session, invoice.id, document, answer, _portal_keys(), role)


def close(session: Session, period: Period, filed_on: date, reference: str, role: str) -> FiledReturn:
    """Note that a month was filed, whose return must tie out. Raises what filed.close and write_gstr1 raise."""
    gstr1.compute(issued.seller(session), period, issued.walk(session, period))
    return filed.close(session, filed.Filing(period.from_on, period.to_on, filed_on, reference, role))


def _portal_keys() -> list[str]:
    try:
        return [path.read_text(encoding="ascii") for path in settings.current().irp_key_files]
    except (OSError, ValueError) as error:
        raise settings.ConfigurationError(f"IRP_KEY_FILES: {error}") from error

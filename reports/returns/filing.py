"""The returns of a month, read from the database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from core import settings
from invoicing import irn
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


def _portal_keys() -> list[str]:
    try:
        return [path.read_text(encoding="ascii") for path in settings.current().irp_key_files]
    except (OSError, ValueError) as error:
        raise settings.ConfigurationError(f"IRP_KEY_FILES: {error}") from error

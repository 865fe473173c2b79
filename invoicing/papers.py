"""An invoice as a PDF: drawn once, kept as a file, and proved by its SHA-256 in the invoice's row.

The same bytes come back for ever: the file when it still has the right hash, else the drawing done again, which for an
equal paper gives equal bytes.
"""

import hashlib
import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, db, ids, settings
from invoicing.tables import Invoice, InvoiceLine

if TYPE_CHECKING:
    from invoicing.pdf import InvoicePaper


@dataclass(frozen=True, slots=True)
class Pdf:
    """A document ready to be sent. `filename` is the number with dashes for slashes."""

    content: bytes
    filename: str


def paper(session: Session, invoice_id: UUID) -> "InvoicePaper":
    """What the invoice prints, as plain values. Raises NotFound."""
    invoice = db.fetch(session, Invoice, invoice_id)
    found = (
        select(InvoiceLine)
        .where(InvoiceLine.org_id == db.org_of(session), InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.line_no)
    )
    printed: InvoicePaper = _printing().paper_of(invoice, session.scalars(found).all())
    return printed


def pdf(session: Session, invoice_id: UUID) -> Pdf:
    """The invoice as a PDF, from its file when that is what was drawn. Raises NotFound, FontsMissing."""
    invoice = db.fetch(session, Invoice, invoice_id)
    path = _path(invoice)
    kept = _kept(path)
    if kept is not None and _digest(kept) == invoice.pdf_sha256:
        return Pdf(kept, filename(invoice.number))
    drawn: bytes = _printing().render(paper(session, invoice_id))
    _note_digest(session, invoice, _digest(drawn))
    _keep(path, drawn)
    return Pdf(drawn, filename(invoice.number))


def filename(number: str) -> str:
    """`SGT-26-27-000123.pdf`"""
    return f"{stem(number)}.pdf"


def stem(number: str) -> str:
    """The number as one piece of a path: `SGT-26-27-000123`."""
    return number.replace("/", "-")


def _note_digest(session: Session, invoice: Invoice, digest: str) -> None:
    if invoice.pdf_sha256 == digest:
        return
    if invoice.pdf_sha256 is not None:  # another version of Bahi or of its fonts draws other bytes: said, not hidden
        audit.record(
            session,
            "invoice.redrawn",
            subject=ids.public("inv", invoice.id),
            retailer_id=invoice.retailer_id,
            before={"sha256": invoice.pdf_sha256},
            after={"sha256": digest},
        )
    invoice.pdf_sha256 = digest
    session.flush()  # who sends the file next reads the row by plain SQL


def _path(invoice: Invoice) -> Path:
    return settings.current().home / "documents" / str(invoice.org_id) / f"{invoice.id}.pdf"


def _kept(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{ids.new()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)  # readers find a whole file or none


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _printing() -> ModuleType:
    """What draws: reportlab, which a process that only hands out kept files never loads."""
    return import_module("invoicing.printing")

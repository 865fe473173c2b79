"""A document as a PDF: drawn once, kept as a file, and proved by its SHA-256 in the document's row.

The same bytes come back for ever: the file when it still has the right hash, else the drawing done again, which for an
equal paper gives equal bytes. Other prints of a document (a duplicate, a slip of 80 mm) are drawn when asked for. What
is cancelled is printed as cancelled, in a file of its own: the one that was handed out stays as it was.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import NotFound
from invoicing import irn, registrations, storage
from invoicing.tables import CANCELLED, Invoice, InvoiceLine, Paper

if TYPE_CHECKING:
    from invoicing.pdf import InvoicePaper

Copy = Literal["original", "duplicate", "triplicate"]
Size = Literal["a4", "80mm"]
COPIES: tuple[Copy, ...] = ("original", "duplicate", "triplicate")
SIZES: tuple[Size, ...] = ("a4", "80mm")


@dataclass(frozen=True, slots=True)
class Pdf:
    """A document ready to be sent. `filename` is the number with dashes for slashes."""

    content: bytes
    filename: str


def keep(
    session: Session,
    kind: str,
    retailer_id: UUID,
    name: str,
    content: Mapping[str, Any],
    source_id: UUID | None = None,
) -> UUID:
    """Keep a paper that is no tax document: all that its drawing needs. `name` becomes the file's. Returns its id.

    Told again of the same source, the paper that stands is answered.
    """
    if source_id is not None:
        told = _latest_of(session, kind, source_id)
        if told is not None and told.content == dict(content):
            return told.id
    kept = Paper(
        id=ids.new(),
        kind=kind,
        retailer_id=retailer_id,
        source_id=source_id,
        name=name,
        content=dict(content),
        created_at=clock.now(),
    )
    session.add(kept)
    session.flush()  # links refer to it by plain SQL
    return kept.id


def page(
    session: Session,
    *,
    retailer_id: UUID | None = None,
    kind: str | None = None,
    limit: int = 50,
    after: UUID | None = None,
) -> list[Paper]:
    """Kept papers, newest first, behind the id `after`."""
    wanted = select(Paper).where(Paper.org_id == db.org_of(session)).order_by(Paper.id.desc()).limit(limit)
    if retailer_id is not None:
        wanted = wanted.where(Paper.retailer_id == retailer_id)
    if kind is not None:
        wanted = wanted.where(Paper.kind == kind)
    return list(session.scalars(wanted.where(Paper.id < after) if after else wanted))


def kept_paper(session: Session, paper_id: UUID) -> Paper:
    """The statement or order confirmation of this id. Raises NotFound."""
    return db.fetch(session, Paper, paper_id)


def find(session: Session, document_id: UUID) -> Invoice | Paper:
    """The document or paper of this id. Raises NotFound."""
    key = (db.org_of(session), document_id)
    found: Invoice | Paper | None = session.get(Invoice, key) or session.get(Paper, key)
    if found is None:
        raise NotFound(kind="Document")
    return found


def paper(session: Session, invoice_id: UUID) -> "InvoicePaper":
    """What the invoice prints, as plain values. Raises NotFound."""
    invoice = db.fetch(session, Invoice, invoice_id)
    original = db.fetch(session, Invoice, invoice.refers_to_id) if invoice.refers_to_id else None
    registration = registrations.of(session, invoice_id) if invoice.document_type in irn.TYPES else None
    printed: InvoicePaper = _printing().paper_of(invoice, lines_of(session, invoice_id), original, registration)
    return printed


def lines_of(session: Session, invoice_id: UUID) -> list[InvoiceLine]:
    """The lines of an invoice in order."""
    found = (
        select(InvoiceLine)
        .where(InvoiceLine.org_id == db.org_of(session), InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.line_no)
    )
    return list(session.scalars(found))


def pdf(session: Session, document_id: UUID, copy: Copy = "original", size: Size = "a4") -> Pdf:
    """A document as a PDF, from its file when that is what was drawn. Raises NotFound, FontsMissing.

    Only the original on A4 is kept.
    """
    found = find(session, document_id)
    if isinstance(found, Paper):
        copy = "original"  # what is no tax document has no copies
    if (copy, size) != ("original", "a4"):
        printed = _drawn(session, found, copy, size)
        return Pdf(printed, filename(f"{_stem_of(found)}-{copy}") if copy != "original" else name_of(found))
    in_store = kept(found.org_id, found.id, is_cancelled=is_cancelled(found))
    if in_store is not None and digest(in_store) == found.pdf_sha256:
        return Pdf(in_store, name_of(found))
    drawn = _drawn(session, found)
    _note_digest(session, found, digest(drawn))
    storage.current().write(_key(found.org_id, found.id, is_cancelled(found)), drawn)
    return Pdf(drawn, name_of(found))


def is_cancelled(document: Invoice | Paper) -> bool:
    """Whether it is a document that counts no more."""
    return isinstance(document, Invoice) and document.status == CANCELLED


def name_of(document: Invoice | Paper) -> str:
    """The file's name, ending in the number."""
    return filename(_stem_of(document))


def kept(org_id: UUID, document_id: UUID, *, is_cancelled: bool = False) -> bytes | None:
    """The file as it lies there, right or not; None when there is none, and it will be drawn when asked for."""
    return storage.current().read(_key(org_id, document_id, is_cancelled))


def digest(content: bytes) -> str:
    """SHA-256 in hex, as the document's row has it."""
    return hashlib.sha256(content).hexdigest()


def filename(number: str) -> str:
    """`SGT-26-27-000123.pdf`"""
    return f"{stem(number)}.pdf"


def stem(number: str) -> str:
    """The number as one piece of a path: `SGT-26-27-000123`."""
    return number.replace("/", "-")


def _stem_of(document: Invoice | Paper) -> str:
    return document.number if isinstance(document, Invoice) else document.name


def _drawn(session: Session, document: Invoice | Paper, copy: Copy = "original", size: Size = "a4") -> bytes:
    if isinstance(document, Invoice):
        drawn: bytes = _printing().drawn(paper(session, document.id), copy, size)
        return drawn
    sketched: bytes = _printing().drawn_paper(document, size)
    return sketched


def _latest_of(session: Session, kind: str, source_id: UUID) -> Paper | None:
    told = (
        select(Paper)
        .where(Paper.org_id == db.org_of(session), Paper.source_id == source_id, Paper.kind == kind)
        .order_by(Paper.id.desc())
        .limit(1)
    )
    return session.scalars(told).first()


def _note_digest(session: Session, document: Invoice | Paper, digest: str) -> None:
    if document.pdf_sha256 == digest:
        return
    if document.pdf_sha256 is not None:  # another version of Bahi or of its fonts draws other bytes: said, not hidden
        audit.record(
            session,
            "invoice.redrawn" if isinstance(document, Invoice) else "paper.redrawn",
            subject=ids.public("inv" if isinstance(document, Invoice) else "ppr", document.id),
            retailer_id=document.retailer_id,
            before={"sha256": document.pdf_sha256},
            after={"sha256": digest},
        )
    document.pdf_sha256 = digest
    session.flush()  # who sends the file next reads the row by plain SQL


def _key(org_id: UUID, document_id: UUID, is_cancelled: bool) -> str:
    return f"{org_id}/{document_id}{'-cancelled' if is_cancelled else ''}.pdf"


def _printing() -> ModuleType:
    """What draws: reportlab, which a process that only hands out kept files never loads."""
    return import_module("invoicing.printing")

"""What happens to documents, as values; what follows from each stands in consequences/following.py."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoteIssued:
    """A credit or debit note was issued."""

    note_id: UUID


@dataclass(frozen=True, slots=True)
class DocumentCancelled:
    """An invoice or a note counts no more; its number stays."""

    invoice_id: UUID


@dataclass(frozen=True, slots=True)
class ChargeBilled:
    """A charge of no order and no invoice was billed on a document of its own."""

    invoice_id: UUID

"""What happens to documents, as values; what follows from each stands in consequences/following.py."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoteIssued:
    """A credit or debit note was issued."""

    note_id: UUID

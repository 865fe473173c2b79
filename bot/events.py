"""What happens to conversations, as values; what follows from each stands in consequences/following.py."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A person answers here now."""

    conversation_id: UUID


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The bot answers here again."""

    conversation_id: UUID

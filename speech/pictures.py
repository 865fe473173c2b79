"""Pictures that came with a conversation, by the ids of their messages: proof of a payment, or of damaged goods."""

from uuid import UUID

from bot.ingress import Message
from bot.memory import Memory
from core import ids

KINDS = {"picture", "document"}  # receipts come as files too
MOST = 5


def is_one(message: Message) -> bool:
    """True when the message is a picture or a file, with or without words."""
    return message.kind in KINDS


def keep(memory: Memory, message: Message) -> None:
    """Remember one more; the first ones count when there are too many."""
    kept = memory.setdefault("pictures", [])
    if is_one(message) and len(kept) < MOST:
        kept.append(str(message.id))


def forget(memory: Memory) -> None:
    """What comes now is about something else."""
    memory.pop("pictures", None)


def kept(memory: Memory) -> list[UUID]:
    """The messages that brought them, the oldest first."""
    return [UUID(kept) for kept in memory.get("pictures", ())]


def public(memory: Memory) -> list[str]:
    """The same as staff know them."""
    return [ids.public("msg", message_id) for message_id in kept(memory)]

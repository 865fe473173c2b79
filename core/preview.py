"""What a change would do and say, by doing it with all that follows from it and taking everything back.

So a preview is never a second implementation: whatever is changed in the operation is changed in what it shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, events, outbox
from core.outbox import OutboxMessage

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PreviewedMessage:
    """Something that would be said, as the person would read it."""

    retailer_id: UUID | None
    to: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview(Generic[Result]):
    """What the operation answers, and what would be said because of it, in order."""

    result: Result
    messages: tuple[PreviewedMessage, ...]


def of(session: Session, work: Callable[[Session], Result]) -> Preview[Result]:
    """Do `work` and everything that follows, see what would be said, and undo it all. Raises what `work` raises.

    What is locked on the way stays locked until the transaction ends.
    """
    with events.apart(session):
        savepoint, heard = session.begin_nested(), list[UUID]()
        before, session.info[outbox.HEARD] = session.info.get(outbox.HEARD), heard
        try:
            result = work(session)
            events.follow(session)
            return Preview(result, _messages(session, heard))
        finally:
            session.info[outbox.HEARD] = before
            savepoint.rollback()
            session.expire_all()


def _messages(session: Session, message_ids: list[UUID]) -> tuple[PreviewedMessage, ...]:
    wanted = select(OutboxMessage).where(OutboxMessage.org_id == db.org_of(session), OutboxMessage.id.in_(message_ids))
    found = session.scalars(wanted.order_by(OutboxMessage.id)).all() if message_ids else []
    return tuple(
        PreviewedMessage(one.retailer_id, one.to_address, one.language, outbox.text_of(one))
        for one in found
        if one.status == "queued"
    )

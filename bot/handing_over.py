"""When a person answers instead of the bot: since when, until when, who. The bot is quiet meanwhile, and comes back.

A retailer who asks for a person gets half a day of quiet; staff may choose another time. The retailer's own `menu` or
any other word that works everywhere brings the bot back at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.events import GivenBack, TakenOver
from bot.tables import Conversation
from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from core.events import happened
from parties import tasks
from parties.tables import Contact

LASTS = timedelta(hours=12)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=7)
MOST_AT_ONCE = 500
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # when a question counts as asked that a person's words came after


class WithBot(DomainError):
    """The bot answers already."""

    code = "CONVERSATION_WITH_BOT"
    detail = "Nobody has taken this conversation over."


def take(
    session: Session, conversation_id: UUID, user_id: UUID, lasts: timedelta = LASTS, *, is_told: bool = True
) -> Conversation:
    """Let a member of staff answer for so long, audited; locks the conversation. Raises NotFound, Invalid.

    With what they write at once, `is_told` is False: their own words say that somebody is there.
    """
    if not SHORTEST <= lasts <= LONGEST:
        raise Invalid("A conversation is taken over for five minutes to seven days.", field="minutes")
    talk, now = db.fetch(session, Conversation, conversation_id, lock=True), clock.now()
    talk.handed_over_at = now
    talk.handed_over_until = now + lasts
    talk.handed_over_to = user_id
    session.flush()  # the audit entry follows the change
    tasks.finish_known(session, task_key(talk.contact_id))
    _record(session, talk, "conversation.taken_over", until=clock.rfc3339(talk.handed_over_until))
    if is_told:
        happened(session, TakenOver(talk.id))
    return talk


def give_back(session: Session, conversation_id: UUID) -> Conversation:
    """Let the bot answer again, audited; locks the conversation. Raises NotFound, WithBot."""
    talk = db.fetch(session, Conversation, conversation_id, lock=True)
    if talk.handed_over_at is None:
        raise WithBot
    _end(talk)
    session.flush()
    tasks.finish_known(session, task_key(talk.contact_id))
    _record(session, talk, "conversation.given_back")
    happened(session, GivenBack(talk.id))
    return talk


def end_over(session: Session) -> list[Conversation]:
    """Let the bot answer again where the time is over, audited; returns those conversations, now locked."""
    found = db.execute(
        session,
        "SELECT id FROM conversation WHERE org_id = %(org)s AND handed_over_at IS NOT NULL AND %(now)s >="
        " CASE WHEN handed_over_until > handed_over_at THEN handed_over_until ELSE handed_over_at + %(lasts)s END"
        " ORDER BY id LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED",
        {"org": str(db.org_of(session)), "now": clock.now(), "lasts": LASTS, "most": MOST_AT_ONCE},
    ).all()
    ended = [db.fetch(session, Conversation, UUID(str(row.id))) for row in found]
    for talk in ended:
        session.refresh(talk)
        _end(talk)
        session.flush()
        _record(session, talk, "conversation.returned")
        happened(session, GivenBack(talk.id))
    return ended


def is_with_staff(talk: Conversation) -> bool:
    """True while a person answers."""
    since = talk.handed_over_at
    return since is not None and ends_at(since, talk.handed_over_until) > clock.now()


def ends_at(since: datetime, until: datetime | None) -> datetime:
    """When the bot answers again; an end that was left behind by an earlier time does not count."""
    return until if until and until > since else since + LASTS


def task_key(contact_id: UUID) -> str:
    """Asking for a person twice is one task."""
    return f"talk:{contact_id}"


def _end(talk: Conversation) -> None:
    talk.handed_over_at = talk.handed_over_until = talk.handed_over_to = None
    talk.prompted_at, talk.memory = LONG_AGO, without_choices(talk.memory)


def without_choices(memory: dict[str, Any]) -> dict[str, Any]:
    """The memory without what a bare number would choose: what was said since may have asked something else."""
    return {name: kept for name, kept in memory.items() if name != "choices"}


def _record(session: Session, talk: Conversation, action: str, **after: str | None) -> None:
    contact = db.fetch(session, Contact, talk.contact_id)
    audit.record(
        session, action, subject=ids.public("cnv", talk.id), retailer_id=contact.retailer_id, after=after or None
    )

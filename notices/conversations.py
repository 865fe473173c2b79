"""What a shop is told when a person answers instead of the bot, and when the bot answers again.

It is free text, so it is said only while WhatsApp's 24-hour window is open, and never to whoever stopped automatic
messages.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import replies
from bot.tables import Conversation
from core import clock, db, ids
from core.i18n import _, format_day, isolate, speaking
from parties import organisations


def taken_over(session: Session, conversation_id: UUID) -> UUID | None:
    """Say that one of us answers, and until when."""
    talk = db.fetch(session, Conversation, conversation_id)
    with speaking(replies.language_of(session, talk)):
        told = _(
            "One of us answers you here now. The automatic answers are off until %(time)s. Send *menu* to go on with"
            " them sooner.",
            time=_moment(session, talk.handed_over_until or clock.now()),
        )
    return _announce(session, talk, told, "taken")


def given_back(session: Session, conversation_id: UUID) -> UUID | None:
    """Say that the bot answers again."""
    talk = db.fetch(session, Conversation, conversation_id)
    with speaking(replies.language_of(session, talk)):
        told = _("The automatic answers are on again here. Send *menu* to see what I can do, or *human* for a person.")
    return _announce(session, talk, told, "returned")


def _announce(session: Session, talk: Conversation, told: str, what: str) -> UUID | None:
    if not replies.may_be_told(session, talk):
        return None
    return replies.put(session, talk, told, f"{what}:{talk.id}:{ids.new()}")


def _moment(session: Session, at: datetime) -> str:
    """`15:45` today, `21 Nov 2026, 15:45` on another day."""
    local = at.astimezone(ZoneInfo(organisations.get(session).timezone))
    hour = isolate(f"{local:%H:%M}")
    is_today = local.date() == clock.today(organisations.get(session).timezone)
    return hour if is_today else f"{format_day(local.date())}, {hour}"

"""Whom a notice goes to, from whom, and how it reaches the outbox.

A notice is an approved template with its facts. Each function of this room returns the message's id, or None when
nothing is to be said: nobody to write to, automatic messages stopped, or said before.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from bot.markup import plain
from core import outbox
from core.errors import NotFound
from core.i18n import isolate
from parties import channels, contacts, organisations, retailers
from parties.contacts import Reach
from parties.tables import Organisation, Retailer

MAX_REASON = 200


@dataclass(frozen=True)
class Addressee:
    """Whom a notice goes to, from whom."""

    retailer: Retailer
    business: Organisation
    reach: Reach
    phone: str

    def names(self) -> dict[str, str]:
        """The parameters that every template has."""
        return {"name": isolate(plain(self.retailer.name)), "business": isolate(plain(self.business.name))}


def addressee(session: Session, retailer_id: UUID) -> Addressee | None:
    """Who hears of it; None when nobody is on WhatsApp, or whoever is has stopped automatic messages."""
    try:
        reach = contacts.reach(session, retailer_id)
    except NotFound:
        return None
    if reach.opted_out:
        return None
    business = organisations.get(session)
    phone = business.phone or channels.line(session, reach.channel_id).number
    return Addressee(retailers.get(session, retailer_id), business, reach, phone)


def put(
    session: Session,
    to: Addressee,
    template: str,
    params: dict[str, str],
    *,
    attachment: dict[str, str] | None = None,
    dedupe_key: str | None = None,
) -> UUID | None:
    """Queue a template with its facts; returns its id, or None when `dedupe_key` was used before."""
    return outbox.put(
        session,
        channel_id=to.reach.channel_id,
        to_address=to.reach.to_address,
        language=to.reach.language,
        template=template,
        params=params,
        attachment=attachment,
        retailer_id=to.retailer.id,
        dedupe_key=dedupe_key,
    )


def reason(said: str | None) -> str:
    """What staff gave as the reason, short enough for a message, without the full stop that follows it."""
    words = plain(said or "")
    short = words if len(words) <= MAX_REASON else words[: MAX_REASON - 1] + "…"
    return isolate(short.rstrip(" .।۔"))

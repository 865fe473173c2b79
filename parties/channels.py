"""Channels: an organisation's WhatsApp numbers at Twilio, found by (AccountSid, number) before anything is known.

The answer is cached in the process for half a minute, so that a webhook needs no query to know whose it is and which
tokens sign it. Tokens are decrypted into memory only.
"""

import json
import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, crypto, db, ids
from core.errors import DomainError, NotFound
from parties.tables import Channel, TenantRoute

CACHE_SECONDS = 30
MAX_CACHED = 10_000

_cache: dict[tuple[str, str], tuple[float, "ChannelLine | None"]] = {}


@dataclass(frozen=True)
class ChannelLine:
    """A channel ready for use. `tokens` are accepted for signatures, the first one signs requests."""

    org_id: UUID
    channel_id: UUID
    account_sid: str
    number: str
    tokens: tuple[str, ...]


class NumberTaken(DomainError):
    """The WhatsApp number belongs to another organisation or is registered already."""

    code = "WHATSAPP_NUMBER_TAKEN"
    detail = "This WhatsApp number is registered already."


def register(session: Session, *, account_sid: str, number: str, tokens: list[str]) -> Channel:
    """Add a number with the tokens that sign its webhooks. Raises NumberTaken."""
    org_id, channel_id = db.org_of(session), ids.new()
    route = db.execute(
        session,
        "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES ('channel', %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        (_key(account_sid, number), str(org_id), str(channel_id)),
    ).first()
    if not route:
        raise NumberTaken
    channel = Channel(
        org_id=org_id,
        id=channel_id,
        account_sid=account_sid,
        whatsapp_number=number,
        tokens=crypto.encrypt(json.dumps(tokens), place=_place(org_id, channel_id)),
        created_at=clock.now(),
    )
    session.add(channel)
    session.flush()  # rows that refer to the channel may follow by plain SQL
    audit.record(session, "channel.registered", subject=ids.public("chn", channel_id), after={"number": number})
    _cache.pop((account_sid, number), None)
    return channel


def resolve(account_sid: str, number: str) -> ChannelLine | None:
    """Whose number this is, or None. Opens its own short transactions when the answer is not cached."""
    key, now = (account_sid, number), time.monotonic()
    cached = _cache.get(key)
    if cached and cached[0] > now:
        return cached[1]
    line = _look_up(account_sid, number)
    if len(_cache) >= MAX_CACHED:
        _cache.clear()
    _cache[key] = (now + CACHE_SECONDS, line)
    return line


def forget() -> None:
    """Empty the cache; tests and token rotation call it."""
    _cache.clear()


def line(session: Session, channel_id: UUID) -> ChannelLine:
    """The channel with this id, ready for use. Raises NotFound."""
    return _line(db.fetch(session, Channel, channel_id))


def main(session: Session) -> Channel:
    """The organisation's first number: what speaks to somebody who never wrote. Raises NotFound."""
    channel = session.scalars(
        select(Channel).where(Channel.org_id == db.org_of(session)).order_by(Channel.created_at).limit(1)
    ).first()
    if channel is None:
        raise NotFound("This organisation has no WhatsApp number.")
    return channel


def _look_up(account_sid: str, number: str) -> ChannelLine | None:
    with db.transaction() as session:
        route = session.get(TenantRoute, ("channel", _key(account_sid, number)))
        if route is None:
            return None
        db.enter(session, route.org_id)
        return line(session, route.target_id)


def _line(channel: Channel) -> ChannelLine:
    tokens = json.loads(crypto.decrypt(channel.tokens, place=_place(channel.org_id, channel.id)))
    return ChannelLine(channel.org_id, channel.id, channel.account_sid, channel.whatsapp_number, tuple(tokens))


def _key(account_sid: str, number: str) -> str:
    return f"{account_sid} {number}"


def _place(org_id: UUID, channel_id: UUID) -> str:
    return f"channel|tokens|{org_id}|{channel_id}"

"""Content resources at the provider: made when first needed, once, and remembered per channel with their approval.

Whoever inserts the row of a resource makes it; others wait for it. A maker that died is replaced after a while, and the
replacement first looks whether the resource is there already. No transaction is open while the provider is asked.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from bot.gateway.errors import GatewayError
from bot.gateway.rendering import Content, text_template
from bot.gateway.twilio import TwilioGateway
from core import db, templates

CREATING, NOT_NEEDED, APPROVED = "creating", "not_needed", "approved"
WAITING = frozenset({"unsubmitted", "received", "pending"})
MAKER_SECONDS = 30  # a maker that has not finished by then is taken as dead
MAKING_WAIT_SECONDS = 1.0
APPROVAL_WAIT_SECONDS = 60.0
REMEMBERED_SECONDS = 300
MAX_REMEMBERED = 5000

_usable: dict[tuple[UUID, str, str], tuple[float, str]] = {}


class NotReady(Exception):
    """The resource cannot be used yet; ask again in `delay_seconds`."""

    def __init__(self, reason: str, delay_seconds: float) -> None:
        super().__init__(reason)
        self.delay_seconds = delay_seconds


class NotApproved(Exception):
    """WhatsApp has rejected, paused or disabled the template: a person must act."""


@dataclass(frozen=True)
class _Resource:
    sid: str
    approval: str
    age_seconds: float
    is_mine: bool


def ensure(gateway: TwilioGateway, content: Content) -> str:
    """The provider's id of a usable resource. Raises NotReady, NotApproved or GatewayError."""
    key = (gateway.line.channel_id, content.name, content.language)
    remembered = _usable.get(key)
    if remembered and remembered[0] > time.monotonic():
        return remembered[1]
    known = _look_up_or_claim(gateway, content)
    if known.is_mine:
        known = _make(gateway, content)
    elif known.approval == CREATING:
        raise NotReady(f"{content.name} is being made", MAKING_WAIT_SECONDS)
    if known.approval not in {NOT_NEEDED, APPROVED} and (known.is_mine or known.age_seconds >= APPROVAL_WAIT_SECONDS):
        known = _ask_again(gateway, content, known)
    return _usable_or_raise(key, content, known)


def sync(gateway: TwilioGateway, languages: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Make every template that may go outside the window, and read its approval: (name, language, state) of each.

    Templates that carry a document are made with the first document: WhatsApp wants a living sample of it.
    """
    states = []
    for template in templates.catalogue().values():
        if template.category != "utility":
            continue
        for language in languages:
            content = text_template(template, language)
            states.append((content.name, language, state(gateway, content)))
    return states


def state(gateway: TwilioGateway, content: Content) -> str:
    """The approval of one resource as the provider says it now; makes the resource when it is missing."""
    known = _look_up_or_claim(gateway, content)
    if known.is_mine:
        known = _make(gateway, content)
    if known.approval not in {NOT_NEEDED, CREATING}:
        known = _ask_again(gateway, content, known)
    return known.approval


def forget() -> None:
    """Empty this process's memory of usable resources; tests call it, and whoever hears of a paused template."""
    _usable.clear()


def _usable_or_raise(key: tuple[UUID, str, str], content: Content, known: _Resource) -> str:
    if known.approval in WAITING:
        raise NotReady(f"{content.name} waits for approval", APPROVAL_WAIT_SECONDS)
    if known.approval not in {NOT_NEEDED, APPROVED}:
        raise NotApproved(f"{content.name} ({content.language}) is {known.approval}")
    if len(_usable) >= MAX_REMEMBERED:
        _usable.clear()
    _usable[key] = (time.monotonic() + REMEMBERED_SECONDS, known.sid)
    return known.sid


def _look_up_or_claim(gateway: TwilioGateway, content: Content) -> _Resource:
    """What is stored of the resource; `is_mine` when this process is to make it."""
    with db.transaction(gateway.line.org_id) as session:
        row = db.execute(
            session,
            "INSERT INTO provider_template AS p"
            " (org_id, channel_id, name, language, content_sid, needs_approval, approval, checked_at)"
            " VALUES (%(org)s, %(channel)s, %(name)s, %(language)s, '', %(approval)s, 'creating', clock_timestamp())"
            " ON CONFLICT (org_id, channel_id, name, language) DO UPDATE SET checked_at = clock_timestamp()"
            " WHERE p.approval = 'creating' AND p.checked_at < clock_timestamp() - make_interval(secs => %(dead)s)"
            " RETURNING 1",
            {**_place(gateway, content), "approval": content.category is not None, "dead": MAKER_SECONDS},
        ).first()
        if row:
            return _Resource("", CREATING, 0.0, True)
        sid, approval, age = db.execute(
            session,
            "SELECT content_sid, approval, extract(epoch FROM clock_timestamp() - checked_at)::float8"
            " FROM provider_template WHERE org_id = %(org)s AND channel_id = %(channel)s AND name = %(name)s"
            " AND language = %(language)s",
            _place(gateway, content),
        ).one()
    return _Resource(sid, approval, float(age), False)


def _make(gateway: TwilioGateway, content: Content) -> _Resource:
    """Make the resource and ask for approval; when that fails, the next who needs it may try at once."""
    name = _provider_name(gateway, content)
    try:
        found = gateway.find_content(name)
        sid = found or gateway.create_content({"friendly_name": name, **content.body})
        approval = NOT_NEEDED
        if content.category:
            approval = gateway.approval(sid) if found else "unsubmitted"
            approval = gateway.ask_approval(sid, name, content.category) if approval == "unsubmitted" else approval
    except GatewayError:
        _store(gateway, content, "", CREATING, is_free=True)
        raise
    _store(gateway, content, sid, approval)
    return _Resource(sid, approval, 0.0, True)


def _ask_again(gateway: TwilioGateway, content: Content, known: _Resource) -> _Resource:
    approval = gateway.approval(known.sid)
    _store(gateway, content, known.sid, approval)
    return _Resource(known.sid, approval, 0.0, False)


def _store(gateway: TwilioGateway, content: Content, sid: str, approval: str, *, is_free: bool = False) -> None:
    with db.transaction(gateway.line.org_id) as session:
        db.execute(
            session,
            "UPDATE provider_template SET content_sid = %(sid)s, approval = %(state)s,"
            " checked_at = CASE WHEN %(free)s THEN 'epoch' ELSE clock_timestamp() END"
            " WHERE org_id = %(org)s AND channel_id = %(channel)s AND name = %(name)s AND language = %(language)s",
            {**_place(gateway, content), "sid": sid, "state": approval, "free": is_free},
        )


def _place(gateway: TwilioGateway, content: Content) -> dict[str, str]:
    return {
        "org": str(gateway.line.org_id),
        "channel": str(gateway.line.channel_id),
        "name": content.name,
        "language": content.language,
    }


def _provider_name(gateway: TwilioGateway, content: Content) -> str:
    """Unique at the provider, where several channels may share an account; lower-case letters, digits and _."""
    channel = gateway.line.channel_id.hex[-8:]
    return f"bahi_{content.name}_{content.language}_{channel}".lower().replace("-", "_")

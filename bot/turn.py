"""A turn: one message, who sent it, where the talk stands, and what will be answered.

`begin` stores the message, finds the person and locks the conversation in one statement; `end` writes the answer and
where the talk stands now in another. Both call the database functions of the same name; nothing here decides anything.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bot.flow import Choice, Flow, Flows, Reply
from bot.ingress import Incoming, Message
from bot.memory import Asked, Memory, asked
from core import clock, db, i18n, ids, outbox
from parties.channels import ChannelLine

NEW, SEEN, QUEUED = "new", "seen", "queued"

# One column: the driver's bookkeeping for thirty costs more than all of them together.
_BEGIN = """
SELECT row_to_json(t) FROM turn_begin(p_org => %(org)s, p_inbound => %(inbound)s, p_again => %(again)s,
    p_channel => %(channel)s, p_account => %(account)s, p_sid => %(sid)s, p_from => %(from)s, p_phone => %(phone)s,
    p_external => %(external)s, p_profile => %(profile)s, p_body => %(body)s, p_payload => %(payload)s, p_at => %(at)s,
    p_now => %(now)s, p_contact => %(contact)s, p_conversation => %(conversation)s) t
"""
_END = """
SELECT turn_end(p_org => %(org)s, p_inbound => %(inbound)s, p_outcome => %(outcome)s,
    p_conversation => %(conversation)s, p_flow => %(flow)s, p_state => %(state)s, p_memory => %(memory)s,
    p_not_understood => %(not_understood)s, p_handed_over_at => %(handed_over_at)s, p_prompted_at => %(prompted_at)s,
    p_at => %(at)s, p_message => %(message)s, p_channel => %(channel)s, p_retailer => %(retailer)s, p_to => %(to)s,
    p_language => %(language)s, p_body => %(body)s, p_choices => %(choices)s)
"""


@dataclass(frozen=True)
class Shop:
    """The retailer who writes."""

    id: UUID
    code: str
    name: str
    state_code: str | None
    gstin: str | None


@dataclass(frozen=True)
class Business:
    """The organisation that answers."""

    name: str
    phone: str
    country: str
    state_code: str
    currency: str
    timezone: str
    catalogue_version: int


@dataclass
class ConversationState:
    """Where the talk stands: a copy of the conversation row that `end` writes back."""

    id: UUID
    flow: str | None
    state: str | None
    memory: Memory
    version: int
    not_understood: int
    handed_over_at: datetime | None
    prompted_at: datetime | None

    @property
    def asked(self) -> Asked:
        """What the engine remembers of its prompts."""
        return asked(self.memory)

    def leave(self) -> None:
        """No conversation is under way; what is remembered stays."""
        self.flow = self.state = None


@dataclass
class Turn:
    """Everything that a flow needs to know about one message, and the answer as it grows."""

    session: Session
    flows: Flows
    line: ChannelLine
    incoming: Incoming
    message: Message
    at: datetime
    received_at: datetime
    contact_id: UUID
    language: str
    opted_out: bool
    retailer: Shop | None
    business: Business
    place: ConversationState
    outcome: str = "effect"
    texts: list[str] = field(default_factory=list)
    choices: list[tuple[str, Choice]] = field(default_factory=list)
    papers: list[dict[str, Any]] = field(default_factory=list)
    mover: Flow | None = None  # the conversation that moves now
    has_savepoint: bool = False  # an effect of this step runs, and what goes on from it is undone with it
    noted: dict[str, Any] = field(default_factory=dict)  # what a conversation found out, for those that go on
    voice: ExitStack = field(default_factory=ExitStack)

    @property
    def is_lead(self) -> bool:
        """True for somebody who is not a customer, or whose phone is hidden and not known."""
        return self.retailer is None

    @property
    def shop(self) -> Shop:
        """The retailer, in flows that serve retailers only."""
        if self.retailer is None:
            raise LookupError("a flow for retailers was given a lead")
        return self.retailer

    def speak(self, language: str) -> None:
        """Go on in this language until the turn is over."""
        self.language = language
        self.voice.enter_context(i18n.speaking(language))

    def say(self, said: str | Reply, *, flow: str) -> None:
        """Add to the answer; the last choices offered are the ones that count."""
        reply = Reply(said) if isinstance(said, str) else said
        if reply.text:
            self.texts.append(reply.text)
        if reply.choices:
            self.choices = [(choice.flow or flow, choice) for choice in reply.choices]

    def attach(self, kind: str, identifier: UUID, text: str) -> None:
        """Send a document of ours after the answer, with a caption."""
        self.papers.append({"attachment": {"kind": kind, "id": str(identifier)}, "body": text})


@dataclass(frozen=True)
class Kept:
    """A message that was stored before and is tried again."""

    id: UUID
    received_at: datetime


def begin(
    session: Session, flows: Flows, line: ChannelLine, incoming: Incoming, kept: Kept | None = None
) -> Turn | str:
    """Store the message and lock its conversation; SEEN or QUEUED when it is not its turn.

    Enters the organisation. Locks the contact and the conversation until the transaction ends.
    """
    session.info["org_id"] = line.org_id
    inbound_id, at = kept.id if kept else ids.new(), clock.now()
    received_at = kept.received_at if kept else at
    found = db.execute(
        session,
        _BEGIN,
        {
            "org": str(line.org_id),
            "inbound": str(inbound_id),
            "again": kept is not None,
            "channel": str(line.channel_id),
            "account": incoming.account_sid,
            "sid": incoming.message_sid,
            "from": incoming.from_address,
            "phone": incoming.phone,
            "external": incoming.external_user_id,
            "profile": incoming.profile_name,
            "body": incoming.body,
            "payload": db.json(incoming.payload),
            "at": received_at,
            "now": at,
            "contact": str(ids.new()),
            "conversation": str(ids.new()),
        },
    ).scalar_one()
    if found["result"] != NEW:
        return str(found["result"])
    row = SimpleNamespace(**found)
    message = incoming.message(inbound_id)
    return Turn(
        session=session,
        flows=flows,
        line=line,
        incoming=incoming,
        message=message,
        at=at,
        received_at=received_at,
        contact_id=UUID(row.contact_id),
        language=row.contact_language or row.retailer_language or "",
        opted_out=row.opted_out_at is not None,
        retailer=_shop(row),
        business=_business(row),
        place=_place(row),
    )


def end(turn: Turn, text: str, choices: list[tuple[str, str]]) -> None:
    """Write where the talk stands and queue the answer; an empty text stays silent."""
    place = turn.place
    db.execute(
        turn.session,
        _END,
        {
            "org": str(turn.line.org_id),
            "inbound": str(turn.message.id),
            "outcome": turn.outcome,
            "conversation": str(place.id),
            "flow": place.flow,
            "state": place.state,
            "memory": db.json(place.memory),
            "not_understood": place.not_understood,
            "handed_over_at": place.handed_over_at,
            "prompted_at": place.prompted_at,
            "at": turn.at,
            "message": str(ids.new()) if text else None,
            "channel": str(turn.line.channel_id),
            "retailer": str(turn.retailer.id) if turn.retailer else None,
            "to": turn.incoming.from_address,
            "language": turn.language,
            "body": text,
            "choices": db.json(choices) if choices else None,
        },
    )
    for paper in turn.papers:
        outbox.put(
            turn.session,
            channel_id=turn.line.channel_id,
            to_address=turn.incoming.from_address,
            language=turn.language,
            retailer_id=turn.retailer.id if turn.retailer else None,
            reply_to_id=turn.message.id,
            **paper,
        )


def _shop(row: Any) -> Shop | None:
    if row.retailer_id is None:
        return None
    return Shop(UUID(row.retailer_id), row.retailer_code, row.retailer_name, row.retailer_state, row.retailer_tax_id)


def _business(row: Any) -> Business:
    return Business(
        name=row.business_name,
        phone=row.business_phone,
        country=row.business_country,
        state_code=row.business_state,
        currency=row.business_currency,
        timezone=row.timezone,
        catalogue_version=row.catalogue_version,
    )


def _place(row: Any) -> ConversationState:
    return ConversationState(
        id=UUID(row.conversation_id),
        flow=row.flow,
        state=row.state,
        memory=row.memory,
        version=row.version,
        not_understood=row.not_understood,
        handed_over_at=_moment(row.handed_over_at),
        prompted_at=_moment(row.prompted_at),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

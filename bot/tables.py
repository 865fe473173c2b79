"""The tables of the bot: conversations, what came in, and the provider's copies of our templates."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Moment, Word, belongs_to, one_of

MEDIA_STATES = ("waiting", "kept", "gone")


class Conversation(Identified, Base):
    """Where the talk with one contact stands. `memory` holds ids and counts, never prices to be trusted later."""

    __tablename__ = "conversation"
    __table_args__ = (
        belongs_to("contact", "contact_id"),
        belongs_to("channel", "channel_id"),
        belongs_to("app_user", "handed_over_to"),
        UniqueConstraint("org_id", "channel_id", "contact_id"),
        Index("ix_conversation_recent", "org_id", "updated_at", "id"),
    )

    channel_id: Mapped[UUID]
    contact_id: Mapped[UUID]
    flow: Mapped[Word | None]
    state: Mapped[Word | None]
    memory: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column(BigInteger, default=0)
    not_understood: Mapped[int] = mapped_column(Integer, default=0)
    handed_over_at: Mapped[Moment | None]
    handed_over_until: Mapped[Moment | None]  # a person's own choice; else bot/handing_over.py says how long
    handed_over_to: Mapped[UUID | None]
    prompted_at: Mapped[Moment | None]
    updated_at: Mapped[Moment]


class InboundMessage(Identified, Base):
    """One message from outside, kept as it came. Each (account, MessageSid) is taken once."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        belongs_to("channel", "channel_id"),
        UniqueConstraint("org_id", "account_sid", "message_sid"),
        one_of("status", ["handled", "retry", "dead"]),
        one_of("outcome", ["effect", "noop", "dead", "waiting"]),
        Index("ix_inbound_message_retry", "next_try_at", postgresql_where=text("status = 'retry'")),
        Index("ix_inbound_message_conversation", "org_id", "conversation_id", "received_at"),
    )

    channel_id: Mapped[UUID]
    conversation_id: Mapped[UUID | None]
    account_sid: Mapped[str] = mapped_column(Text)
    message_sid: Mapped[str] = mapped_column(Text)
    from_address: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[Word]
    outcome: Mapped[Word]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[Moment | None]
    error: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[Moment]
    handled_at: Mapped[Moment | None]


class InboundMedia(Identified, Base):
    """A picture or file that came with a message: fetched from the provider once, and kept as it was."""

    __tablename__ = "inbound_media"
    __table_args__ = (
        belongs_to("inbound_message", "message_id"),
        UniqueConstraint("org_id", "message_id", "place"),
        one_of("status", MEDIA_STATES),
        Index("ix_inbound_media_waiting", "org_id", "next_try_at", postgresql_where=text("status = 'waiting'")),
    )

    message_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(Integer)
    url: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    status: Mapped[Word]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[Moment | None]
    sha256: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]

"""The outbox: what is to be said is a row, written in the transaction that decided it.

A row travels `queued -> sending (committed before the request) -> sent | failed | unknown -> reconciled`; the
provider's callbacks then raise `status` to delivered or read. It never falls: see RANK. `core/sending.py` moves rows;
domain code and flows only call `put`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, SmallInteger, Text, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, db, ids, templates
from core.tables import Base, Identified, Moment, Word, belongs_to, one_of

TEXT, TEMPLATE, DOCUMENT = "text", "template", "document"
HEARD = "heard"  # where a session that only previews notes what was queued in it

RANK = {
    "queued": 0,  # to be sent
    "sending": 1,  # a worker holds it; the request may be on its way
    "unknown": 1,  # the provider may have it: never sent again blindly
    "on_hold": 1,  # waits for a person
    "sent": 3,  # accepted by the provider
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "cancelled": 4,  # overtaken by events before it was sent
    "read": 5,
}


class OutboxMessage(Identified, Base):
    """One message to one person. `attachment` names a document by kind and id; its link is made at sending time."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("org_id", "dedupe_key"),
        belongs_to("channel", "channel_id"),
        one_of("kind", [TEXT, TEMPLATE, DOCUMENT]),
        one_of("status", list(RANK)),
        Index(
            "ix_outbox_message_due",
            "org_id",
            "available_at",
            postgresql_where=text("status = 'queued'"),
        ),
        Index(
            "ix_outbox_message_waiting",  # is something older for this person still to go out?
            "org_id",
            "to_address",
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index(
            "ix_outbox_message_held",
            "lease_until",
            postgresql_where=text("status IN ('sending', 'unknown')"),
        ),
        Index("ix_outbox_message_provider_sid", "org_id", "provider_sid"),
        Index("ix_outbox_message_retailer", "org_id", "retailer_id", "created_at"),
    )

    channel_id: Mapped[UUID]
    retailer_id: Mapped[UUID | None]
    to_address: Mapped[str] = mapped_column(Text)
    language: Mapped[Word]
    kind: Mapped[Word]
    body: Mapped[str] = mapped_column(Text, default="")
    choices: Mapped[list[list[str]] | None] = mapped_column(JSONB)
    template: Mapped[Word | None]
    params: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    attachment: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    dedupe_key: Mapped[str | None] = mapped_column(Text)
    reply_to_id: Mapped[UUID | None]
    status: Mapped[Word] = mapped_column(default="queued")
    rank: Mapped[int] = mapped_column(SmallInteger, default=0)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    available_at: Mapped[Moment]
    lease_until: Mapped[Moment | None]
    posting_at: Mapped[Moment | None]  # the request may have left: set just before it, by the server's clock
    as_template: Mapped[bool] = mapped_column(Boolean, default=False, server_default=text("false"))
    provider_sid: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]


def put(
    session: Session,
    *,
    channel_id: UUID,
    to_address: str,
    language: str,
    body: str = "",
    choices: list[tuple[str, str]] | None = None,
    template: str | None = None,
    params: dict[str, str] | None = None,
    attachment: dict[str, str] | None = None,
    retailer_id: UUID | None = None,
    reply_to_id: UUID | None = None,
    dedupe_key: str | None = None,
    available_at: datetime | None = None,
) -> UUID | None:
    """Queue one message; returns its id, or None when `dedupe_key` was used before.

    `body` for free text (used inside the 24-hour window), `template` and `params` for what may have to go outside it
    (the sender renders the template as free text while the window is open); both may be given. `choices` are
    (id, title) pairs: buttons or a list inside the window, numbered text elsewhere. `available_at` is server time.
    """
    kind = DOCUMENT if attachment else TEMPLATE if template else TEXT
    message_id = ids.new()
    inserted = db.execute(
        session,
        "INSERT INTO outbox_message (org_id, id, channel_id, retailer_id, to_address, language, kind, body, choices,"
        " template, params, attachment, dedupe_key, reply_to_id, status, rank, attempt, available_at, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'queued', 0, 0,"
        " coalesce(%s, clock_timestamp()), %s)"
        " ON CONFLICT (org_id, dedupe_key) DO NOTHING RETURNING 1",
        (
            str(db.org_of(session)),
            str(message_id),
            str(channel_id),
            _text(retailer_id),
            to_address,
            language,
            kind,
            body,
            db.json(choices),
            template,
            db.json(params),
            db.json(attachment),
            dedupe_key,
            _text(reply_to_id),
            available_at,
            clock.now(),
        ),
    ).first()
    if not inserted:
        return None
    heard: list[UUID] | None = session.info.get(HEARD)
    if heard is not None:
        heard.append(message_id)
    return message_id


def text_of(message: OutboxMessage) -> str:
    """What the person reads: the template with its facts, or the free text."""
    if message.template and message.params is not None:
        return templates.get(message.template).render(message.language, message.params)
    return message.body


def is_on_its_way(session: Session, dedupe_key: str) -> bool:
    """True when the message with this key was queued, and was neither called back nor failed since."""
    sent = select(OutboxMessage.id).where(
        OutboxMessage.org_id == db.org_of(session),
        OutboxMessage.dedupe_key == dedupe_key,
        OutboxMessage.status.not_in(("cancelled", "failed")),
    )
    return session.scalars(sent).first() is not None


def withdraw(session: Session, message_ids: Sequence[UUID], why: str) -> int:
    """Cancel messages that still wait: events have overtaken them. What a worker holds goes out. Returns how many."""
    withdrawn = db.execute(
        session,
        "WITH withdrawn AS (UPDATE outbox_message SET status = 'cancelled', rank = %(rank)s, error = %(why)s"
        " WHERE org_id = %(org)s AND id = ANY(%(ids)s::uuid[]) AND status = 'queued' RETURNING org_id, id)"
        " INSERT INTO outbox_status (org_id, message_id, status, at)"
        " SELECT org_id, id, 'cancelled', %(at)s FROM withdrawn",
        {
            "org": str(db.org_of(session)),
            "ids": [str(message_id) for message_id in message_ids],
            "rank": RANK["cancelled"],
            "why": why,
            "at": clock.now(),
        },
    )
    return withdrawn.rowcount


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None

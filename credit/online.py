"""The tables of paying online: gateways with their secrets, links that ask for money, and what a gateway told us.

Nothing here moves the ledger by itself: money moves through the payment that a link or an event became.
"""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, Word, belongs_to, one_of

PROVIDERS = ("razorpay", "stripe")
LINK_STATES = (
    "requested",  # to be made at the gateway
    "open",  # can be paid
    "failed",  # the gateway would not make it
    "paid",
    "cancelled",
    "expired",
)
OUTCOMES = (
    "posted",  # became a payment
    "seen",  # told before in another event
    "noted",  # nothing to book
    "unknown_link",
    "mismatch",  # another amount or currency than asked for
    "paid_again",  # the link was paid before, by another payment
    "refused",  # a rule did not let it be booked
)


class PaymentGateway(Identified, Base):
    """An account with a payment provider. `secrets` are encrypted: what signs its webhooks, and the API's key."""

    __tablename__ = "payment_gateway"
    __table_args__ = (UniqueConstraint("org_id", "provider"), one_of("provider", PROVIDERS))

    provider: Mapped[Word]
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class PaymentLink(Identified, Base):
    """A request for one amount, paid at the gateway. `reference` is ours, `provider_link_id` the gateway's.

    One that was asked for `in_chat` is told there once it can be paid.
    """

    __tablename__ = "payment_link"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        belongs_to("payment_gateway", "gateway_id"),
        belongs_to("bill", "bill_id"),
        belongs_to("payment", "payment_id"),
        UniqueConstraint("org_id", "gateway_id", "reference"),
        UniqueConstraint("org_id", "gateway_id", "provider_link_id"),
        one_of("status", LINK_STATES),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(status = 'paid') = (payment_id IS NOT NULL)", name="paid_by_a_payment"),
        Index("ix_payment_link_retailer", "org_id", "retailer_id"),
        Index("ix_payment_link_requested", "org_id", postgresql_where=text("status = 'requested'")),
    )

    retailer_id: Mapped[UUID]
    gateway_id: Mapped[UUID]
    bill_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    reference: Mapped[str] = mapped_column(Text)
    in_chat: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    amount_minor: Mapped[Minor]
    currency: Mapped[Word]
    status: Mapped[Word]
    provider_link_id: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    try_at: Mapped[Moment]
    created_at: Mapped[Moment]


class GatewayEvent(Identified, Base):
    """One event as a gateway signed it, kept once, and what became of it."""

    __tablename__ = "gateway_event"
    __table_args__ = (
        belongs_to("payment_gateway", "gateway_id"),
        belongs_to("payment_link", "link_id"),
        belongs_to("payment", "payment_id"),
        UniqueConstraint("org_id", "gateway_id", "event_id"),
        Index(
            "uq_gateway_event_posted_once",
            "org_id",
            "gateway_id",
            "provider_payment_id",
            unique=True,
            postgresql_where=text("outcome = 'posted'"),
        ),
        one_of("outcome", OUTCOMES),
        CheckConstraint("(outcome = 'posted') = (payment_id IS NOT NULL)", name="posted_as_a_payment"),
        Index("ix_gateway_event_received", "org_id", "received_at"),
    )

    gateway_id: Mapped[UUID]
    event_id: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Word]
    link_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    provider_payment_id: Mapped[str | None] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[Word | None]
    detail: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[Moment]

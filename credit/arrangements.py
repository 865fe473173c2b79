"""The tables of what stands around a bill and a payment: cheques, promises, disputes, late fees, refunds.

None of them moves the ledger by itself: money moves through payments and bills, whose ids they carry.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, Word, belongs_to, one_of
from credit.tables import METHODS, PAYMENT_STATES

PROMISE_STATES = ("open", "kept", "broken", "withdrawn")
DISPUTE_STATES = ("open", "settled")
CHEQUE_STATES = ("received", "deposited", "cleared", "bounced", "returned")


class Cheque(Identified, Base):
    """A cheque in hand. The payment that it becomes has the same id; `chosen` are the bills that it is meant for."""

    __tablename__ = "cheque"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        one_of("state", CHEQUE_STATES),
        Index(
            "uq_cheque_number",
            "org_id",
            "number_key",
            unique=True,
            postgresql_where=text("state IN ('received', 'deposited', 'cleared')"),
        ),
        Index("ix_cheque_retailer", "org_id", "retailer_id"),
        Index(
            "ix_cheque_uncleared",
            "org_id",
            "retailer_id",
            postgresql_where=text("state IN ('received', 'deposited')"),
        ),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    number: Mapped[str] = mapped_column(Text)
    number_key: Mapped[str | None] = mapped_column(Text)  # what bank and number are compared by
    bank: Mapped[str | None] = mapped_column(Text)
    dated_on: Mapped[date]
    received_on: Mapped[date]
    state: Mapped[Word] = mapped_column(default="received")
    chosen: Mapped[list[list[object]]] = mapped_column(JSONB)
    deposited_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]


class Promise(Identified, Base):
    """Somebody promised to pay an amount by a day. Open until then: kept, broken, or withdrawn."""

    __tablename__ = "promise"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        one_of("status", PROMISE_STATES),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved_once"),
        Index("uq_promise_open", "org_id", "retailer_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("ix_promise_retailer", "org_id", "retailer_id", "promised_on"),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    promised_on: Mapped[date]
    status: Mapped[Word] = mapped_column(default="open")
    note: Mapped[str | None] = mapped_column(Text)
    made_on: Mapped[date]
    recorded_by: Mapped[Word]
    created_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]


class Dispute(Identified, Base):
    """Part of a bill that is contested. `freeze_id` is the credit that keeps it out of what is owed until settled."""

    __tablename__ = "dispute"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        belongs_to("bill", "bill_id"),
        belongs_to("payment", "freeze_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("accepted_minor >= 0 AND accepted_minor <= amount_minor", name="accepted_within_amount"),
        one_of("status", DISPUTE_STATES),
        CheckConstraint("(status = 'open') = (settled_at IS NULL)", name="settled_once"),
        Index("ix_dispute_open", "org_id", "retailer_id", postgresql_where=text("status = 'open'")),
        Index("ix_dispute_bill", "org_id", "bill_id"),
    )

    retailer_id: Mapped[UUID]
    bill_id: Mapped[UUID]
    freeze_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    accepted_minor: Mapped[Minor] = mapped_column(default=0)
    status: Mapped[Word] = mapped_column(default="open")
    reason: Mapped[str] = mapped_column(Text)
    settlement: Mapped[str | None] = mapped_column(Text)
    opened_on: Mapped[date]
    created_at: Mapped[Moment]
    settled_at: Mapped[Moment | None]
    recorded_by: Mapped[Word | None]
    settled_by: Mapped[Word | None]


class LateFee(Identified, Base):
    """Interest that staff charged on a late bill, through a day; `charge_id` is the bill that charges it."""

    __tablename__ = "late_fee"
    __table_args__ = (
        belongs_to("bill", "bill_id"),
        belongs_to("bill", "charge_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index("ix_late_fee_bill", "org_id", "bill_id"),
    )

    bill_id: Mapped[UUID]
    charge_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    through_on: Mapped[date]
    created_at: Mapped[Moment]


class Refund(Identified, Base):
    """Money on account that was paid back. It is a bill with the same id, which money on account settles at once."""

    __tablename__ = "refund"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        belongs_to("bill", "id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        one_of("method", METHODS),
        one_of("status", PAYMENT_STATES),
        CheckConstraint("(status = 'reversed') = (reversed_at IS NOT NULL)", name="reversed_once"),
        Index(
            "uq_refund_reference",
            "org_id",
            "reference_key",
            unique=True,
            postgresql_where=text("reference_key IS NOT NULL AND status = 'posted'"),
        ),
        Index("ix_refund_retailer", "org_id", "retailer_id"),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    method: Mapped[Word]
    reference: Mapped[str | None] = mapped_column(Text)
    reference_key: Mapped[str | None] = mapped_column(Text)  # see credit/references.py
    paid_on: Mapped[date]
    status: Mapped[Word] = mapped_column(default="posted")
    reason: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[Word]
    created_at: Mapped[Moment]
    reversed_at: Mapped[Moment | None]

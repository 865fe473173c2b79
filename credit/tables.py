"""The tables of credit. Transfers, allocations and their like are only ever added: a correction is a counter-entry."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, TenantOwned, Word, belongs_to, one_of

ACCOUNTS = (
    "receivable",  # what a retailer owes; retailer_id says which
    "sales",
    "output_cgst",
    "output_sgst",
    "output_utgst",
    "output_igst",
    "output_cess",
    "output_sales_tax",
    "output_further_tax",
    "round_off",
    "cash",
    "upi",
    "bank",
    "cheque",
    "other_receipts",
    "opening_balance",
    "returns",
    "discounts",
    "bad_debts",
    "charges",
    "disputed",  # contested parts of bills, kept out of what is owed until they are settled
)
METHODS = ("cash", "upi", "bank", "cheque", "other")
CREDIT = "credit"  # the method of a payment row that is no money: an adjustment
CREDITS = (
    "payment",
    "opening",
    "return",
    "damage",
    "short_supply",
    "rate_difference",
    "expiry",
    "scheme_claim",
    "goodwill",
    "write_off",
    "cash_discount",
    "dispute",
    "refund_returned",  # money that was paid back is here again
)
POSTED, REVERSED = "posted", "reversed"
PAYMENT_STATES = (POSTED, REVERSED)
BILL_KINDS = ("invoice", "opening", "charge", "debit_note", "refund")
CLAIM_STATES = ("claimed", "verified", "rejected")
OVERRIDE_STATES = ("requested", "approved", "used", "revoked", "expired")
TERMS = ("days", "bill_to_bill")
STATUSES = ("OK", "WATCH", "PAUSED", "BLOCKED")
_PAYS = text("reference_key IS NOT NULL AND status = 'posted'")  # a reference pays once
_HOLDS = text("reference_key IS NOT NULL AND status = 'claimed'")  # and one open claim tells of it


class CreditAccount(TenantOwned, Base):
    """One retailer's terms and running totals; every retailer has one from the start, so there is a row to lock."""

    __tablename__ = "credit_account"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        CheckConstraint("reserved_minor >= 0", name="reserved_not_negative"),
        CheckConstraint("limit_minor IS NULL OR limit_minor >= 0", name="limit_not_negative"),
        one_of("terms", TERMS),
        CheckConstraint("tolerance_minor >= 0", name="tolerance_not_negative"),
        CheckConstraint(
            "temporary_limit_minor IS NULL OR temporary_limit_minor >= 0", name="temporary_limit_not_negative"
        ),
        CheckConstraint("(temporary_limit_minor IS NULL) = (temporary_until IS NULL)", name="temporary_limit_ends"),
        belongs_to("credit_group", "group_id"),
        Index("ix_credit_account_group", "org_id", "group_id", postgresql_where=text("group_id IS NOT NULL")),
        Index(
            "ix_credit_account_owing",
            "org_id",
            "retailer_id",
            postgresql_where=text("outstanding_minor <> 0 OR reserved_minor <> 0"),
        ),
        Index(  # those that may have used up most of their limit, whatever the settings count
            "ix_credit_account_near_limit",
            "org_id",
            "retailer_id",
            postgresql_where=text(
                "(outstanding_minor + reserved_minor) * 100"
                " >= coalesce(nullif(limit_minor, 0), temporary_limit_minor) * 80"
            ),
        ),
        Index(
            "ix_credit_account_stopped",
            "org_id",
            "retailer_id",
            postgresql_where=text("paused_at IS NOT NULL OR blocked_at IS NOT NULL"),
        ),
    )

    retailer_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[Word]
    limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    outstanding_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    reserved_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    allowance_minor: Mapped[Minor] = mapped_column(
        Computed(
            "greatest(0, outstanding_minor + reserved_minor"
            " - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))"
        )
    )
    credit_days: Mapped[int] = mapped_column(Integer, default=0)
    max_order_minor: Mapped[int | None] = mapped_column(BigInteger)
    max_outstanding_days: Mapped[int | None] = mapped_column(Integer)
    terms: Mapped[Word] = mapped_column(default="days", server_default=text("'days'"))
    tolerance_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    temporary_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    temporary_until: Mapped[date | None]
    group_id: Mapped[UUID | None]
    watched_at: Mapped[Moment | None]
    paused_at: Mapped[Moment | None]
    pause_reason: Mapped[str | None] = mapped_column(Text)
    pause_source: Mapped[Word | None]
    blocked_at: Mapped[Moment | None]
    block_reason: Mapped[str | None] = mapped_column(Text)
    block_source: Mapped[Word | None]
    evaluated_at: Mapped[Moment | None]
    acknowledged: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'::jsonb"))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    audit_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    audit_head: Mapped[bytes] = mapped_column(LargeBinary, default=b"\0", server_default=text("'\\x00'::bytea"))


class CreditGroup(Identified, Base):
    """Shops of one owner under one cap, beside each shop's own limit. Its row is what concurrent orders queue on."""

    __tablename__ = "credit_group"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        CheckConstraint("limit_minor >= 0", name="limit_not_negative"),
    )

    name: Mapped[str] = mapped_column(Text)
    limit_minor: Mapped[Minor]
    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    created_at: Mapped[Moment]


class CreditOverride(Identified, Base):
    """Leave for one order (`reference_id`) to go past the rules, up to an amount and until a moment."""

    __tablename__ = "credit_override"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        one_of("status", OVERRIDE_STATES),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(status IN ('used', 'revoked', 'expired')) = (ended_at IS NOT NULL)", name="ended_once"),
        CheckConstraint("status NOT IN ('approved', 'used') OR approved_by IS NOT NULL", name="approved_by_somebody"),
        Index(
            "uq_credit_override_open",
            "org_id",
            "reference_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'approved')"),
        ),
        Index("ix_credit_override_retailer", "org_id", "retailer_id", "created_at"),
    )

    retailer_id: Mapped[UUID]
    reference_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[Word]
    requested_by: Mapped[Word]
    approved_by: Mapped[Word | None]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]


class CreditEvaluation(Identified, Base):
    """One decision about an account's status and the rules behind it. Never changed, never deleted."""

    __tablename__ = "credit_evaluation"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        one_of("status_before", STATUSES),
        one_of("status_after", STATUSES),
        Index("ix_credit_evaluation_retailer", "org_id", "retailer_id", "at"),
    )

    retailer_id: Mapped[UUID]
    cause: Mapped[Word]
    status_before: Mapped[Word]
    status_after: Mapped[Word]
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    at: Mapped[Moment]


class Reservation(Identified, Base):
    """Credit promised to a confirmed order. It ends exactly once: posted, voided or expired."""

    __tablename__ = "reservation"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        one_of("status", ["live", "posted", "voided", "expired"]),
        CheckConstraint("(status = 'live') = (resolved_at IS NULL)", name="resolved_once"),
        Index(
            "ix_reservation_reference",
            "org_id",
            "reference_id",
            unique=True,
            postgresql_where=text("status = 'live'"),
        ),
        Index("ix_reservation_live", "org_id", "retailer_id", postgresql_where=text("status = 'live'")),
    )

    retailer_id: Mapped[UUID]
    reference_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    status: Mapped[Word] = mapped_column(default="live")
    created_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]


class Bill(Identified, Base):
    """Something owed, with a due date. `open_minor` is what payments and credits have not settled yet."""

    __tablename__ = "bill"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        UniqueConstraint("org_id", "retailer_id", "kind", "reference"),
        one_of("kind", BILL_KINDS),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("open_minor >= 0 AND open_minor <= amount_minor", name="open_within_amount"),
        Index(
            "ix_bill_due",
            "org_id",
            "due_on",
            "id",
            postgresql_include=["retailer_id", "open_minor"],
            postgresql_where=text("open_minor > 0"),
        ),
        Index(
            "ix_bill_open_of_retailer",
            "org_id",
            "retailer_id",
            "due_on",
            "bill_on",
            "reference",
            postgresql_where=text("open_minor > 0"),
        ),
    )

    retailer_id: Mapped[UUID]
    kind: Mapped[Word]
    reference: Mapped[str] = mapped_column(Text)
    bill_on: Mapped[date]
    due_on: Mapped[date]
    amount_minor: Mapped[Minor]
    open_minor: Mapped[Minor]
    created_at: Mapped[Moment]


class Payment(Identified, Base):
    """Money received, or another credit. `unapplied_minor` stays on account until a bill takes it.

    `receipt_number` is what people are told of money received; another credit has the number of its paper.
    """

    __tablename__ = "payment"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        one_of("kind", CREDITS),
        one_of("method", [*METHODS, CREDIT]),
        one_of("status", PAYMENT_STATES),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("unapplied_minor >= 0 AND unapplied_minor <= amount_minor", name="unapplied_within_amount"),
        Index("uq_payment_reference", "org_id", "reference_key", unique=True, postgresql_where=_PAYS),
        UniqueConstraint("org_id", "receipt_number"),
        Index("ix_payment_retailer", "org_id", "retailer_id", "received_on"),
        Index(  # money that no bill took
            "ix_payment_on_account",
            "org_id",
            "retailer_id",
            postgresql_include=["unapplied_minor"],
            postgresql_where=text("status = 'posted' AND unapplied_minor > 0"),
        ),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    unapplied_minor: Mapped[Minor]
    method: Mapped[Word]
    reference: Mapped[str | None] = mapped_column(Text)
    reference_key: Mapped[str | None] = mapped_column(Text)  # what it is compared by, see credit/references.py
    received_on: Mapped[date]
    status: Mapped[Word] = mapped_column(default="posted")
    reversed_at: Mapped[Moment | None]
    reversed_on: Mapped[date | None]  # as of which day, in the books
    recorded_by: Mapped[Word]
    created_at: Mapped[Moment]
    kind: Mapped[Word] = mapped_column(default="payment", server_default=text("'payment'"))
    note: Mapped[str | None] = mapped_column(Text)
    receipt_number: Mapped[str | None] = mapped_column(Text)


class PaymentClaim(Identified, Base):
    """What somebody says was paid. A claim never moves the ledger; staff or the bank confirm it."""

    __tablename__ = "payment_claim"
    __table_args__ = (
        belongs_to("credit_account", "retailer_id", key="retailer_id"),
        belongs_to("payment", "payment_id"),
        one_of("status", CLAIM_STATES),
        Index("ix_payment_claim_retailer", "org_id", "retailer_id"),
        Index("uq_payment_claim_reference", "org_id", "reference_key", unique=True, postgresql_where=_HOLDS),
        Index("ix_payment_claim_proof", "org_id", "proof_sha256", postgresql_where=text("proof_sha256 IS NOT NULL")),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[str | None] = mapped_column(Text)
    reference_key: Mapped[str | None] = mapped_column(Text)  # NULL too while it stands elsewhere already
    status: Mapped[Word] = mapped_column(default="claimed")
    freezes_reminders: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]
    method: Mapped[Word | None]
    payment_id: Mapped[UUID | None]  # what it became once it was verified
    note: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[UUID | None]  # the message that brought a picture of it
    recorded_by: Mapped[Word | None]
    resolved_by: Mapped[Word | None]
    proof_sha256: Mapped[str | None] = mapped_column(Text)  # of that picture, once it is fetched

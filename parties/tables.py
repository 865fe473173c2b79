"""The tables of parties. Only `tenant_route` is not a tenant's own: it finds the organisation before one is known."""

from typing import Any
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Moment, TenantOwned, Word, belongs_to, one_of

RETAILER_STATES = ("active", "lead", "closed")
ROLES = ("owner", "admin", "accountant", "sales", "analyst")


class TenantRoute(Base):
    """From something the outside names (a WhatsApp number, a login, a link, a gateway) to the organisation it is of.

    Holds no secret and no personal text: `key` is the number with its account, or a SHA-256 in hex.
    """

    __tablename__ = "tenant_route"
    __table_args__ = (one_of("kind", ["channel", "login", "share", "session", "gateway"]),)

    kind: Mapped[Word] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    org_id: Mapped[UUID] = mapped_column(index=True)
    target_id: Mapped[UUID]


class Organisation(TenantOwned, Base):
    """A wholesaler. `audit_seq` and `audit_head` are the end of its audit chain (see core/audit.py).

    Of `settings` those that SQL reads must be there, since SQL knows no default of them.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "settings ?& ARRAY['cheques_counted_early', 'exposure', 'further_tax_bps', 'gst_scheme']",
            name="settings_whole",
        ),
    )

    name: Mapped[str] = mapped_column(Text)
    country: Mapped[Word]
    state_code: Mapped[Word]
    gstin: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(Text, default="")
    timezone: Mapped[Word]
    currency: Mapped[Word]
    upi_vpa: Mapped[str | None] = mapped_column(Text)
    catalogue_version: Mapped[int] = mapped_column(Integer, default=1)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    settings_version: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    audit_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    audit_head: Mapped[bytes] = mapped_column(LargeBinary, server_default=text("'\\x00'::bytea"), default=b"\0")
    created_at: Mapped[Moment]


class Channel(Identified, Base):
    """A WhatsApp number at Twilio. Tokens are encrypted; several are accepted while one is being rotated."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("org_id", "account_sid", "whatsapp_number"),)

    account_sid: Mapped[str] = mapped_column(Text)
    whatsapp_number: Mapped[str] = mapped_column(Text)
    tokens: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class User(Identified, Base):
    """A founder or a member of staff who signs in."""

    __tablename__ = "app_user"
    __table_args__ = (
        UniqueConstraint("org_id", "email"),
        one_of("role", ROLES),
        one_of("status", ["active", "disabled"]),
    )

    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, default="")
    role: Mapped[Word]
    status: Mapped[Word] = mapped_column(default="active")
    password_hash: Mapped[str] = mapped_column(Text)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[Moment | None]
    created_at: Mapped[Moment]


class UserSession(Identified, Base):
    """A refresh token: hashed, rotated at each use; the family falls when an old one comes back.

    A browser at the console is a family of one that is never rotated (see console_sessions).
    """

    __tablename__ = "user_session"
    __table_args__ = (belongs_to("app_user", "user_id"), UniqueConstraint("org_id", "token_hash"))

    user_id: Mapped[UUID]
    family_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(Text)
    successor: Mapped[bytes | None] = mapped_column(LargeBinary)
    rotated_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    expires_at: Mapped[Moment]
    created_at: Mapped[Moment]


class Retailer(Identified, Base):
    """A shop that orders. `order_seq` numbers its orders; the credit account stands beside it in credit.

    `price_class` names its price list and `route` its delivery days; empty is what everybody has. `sez` is a unit in a
    special economic zone.
    """

    __tablename__ = "retailer"
    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        UniqueConstraint("org_id", "phone"),
        one_of("status", RETAILER_STATES),
        Index("ix_retailer_name", "org_id", "name"),
    )

    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    language: Mapped[Word] = mapped_column(default="en")
    status: Mapped[Word] = mapped_column(default="active")
    gstin: Mapped[str | None] = mapped_column(Text)
    state_code: Mapped[Word | None]
    address: Mapped[str] = mapped_column(Text, default="")
    reminders_paused: Mapped[bool] = mapped_column(Boolean, default=False)
    price_class: Mapped[Word] = mapped_column(default="", server_default="")
    route: Mapped[Word] = mapped_column(default="", server_default="")
    sez: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    order_seq: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default=text("1"))
    created_at: Mapped[Moment]


class Contact(Identified, Base):
    """A person on WhatsApp: a phone, a business-scoped id (`IN.abc`), or both. Without a retailer it is a lead."""

    __tablename__ = "contact"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        UniqueConstraint("org_id", "phone"),
        UniqueConstraint("org_id", "external_user_id"),
        CheckConstraint("phone IS NOT NULL OR external_user_id IS NOT NULL", name="reachable"),
        Index("ix_contact_retailer", "org_id", "retailer_id"),
    )

    retailer_id: Mapped[UUID | None]
    phone: Mapped[str | None] = mapped_column(Text)
    external_user_id: Mapped[str | None] = mapped_column(Text)
    profile_name: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[Word | None]
    opted_out_at: Mapped[Moment | None]
    last_inbound_at: Mapped[Moment | None]
    created_at: Mapped[Moment]


class StaffTask(Identified, Base):
    """Something a person must do. The same `dedupe_key` is never open twice."""

    __tablename__ = "staff_task"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        Index(
            "uq_staff_task_open",
            "org_id",
            "dedupe_key",
            unique=True,
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    kind: Mapped[Word]
    retailer_id: Mapped[UUID | None]
    detail: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    dedupe_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
    done_by: Mapped[Word | None]

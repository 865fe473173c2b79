"""The tables of invoicing. An invoice is a snapshot: it copies what it prints and never changes."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, TenantOwned, Word, belongs_to, one_of


class NumberSeries(TenantOwned, Base):
    """The counter of one document type in one financial year, locked in the transaction that issues."""

    __tablename__ = "number_series"
    __table_args__ = (CheckConstraint("last_number >= 0", name="last_number_not_negative"),)

    document_type: Mapped[Word] = mapped_column(primary_key=True)
    financial_year: Mapped[Word] = mapped_column(primary_key=True)
    prefix: Mapped[Word]
    last_number: Mapped[int] = mapped_column(Integer, default=0)


class Invoice(Identified, Base):
    """An issued document: number, parties and totals as printed. `source_id` is what it was issued for."""

    __tablename__ = "invoice"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        belongs_to("bill", "bill_id"),
        UniqueConstraint("org_id", "number"),
        UniqueConstraint("org_id", "document_type", "financial_year", "sequence"),
        UniqueConstraint("org_id", "source_id"),
        one_of("document_type", ["tax_invoice", "bill_of_supply"]),
        one_of("status", ["issued", "cancelled"]),
        Index("ix_invoice_retailer", "org_id", "retailer_id", "issued_on"),
    )

    document_type: Mapped[Word]
    financial_year: Mapped[Word]
    sequence: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    retailer_id: Mapped[UUID]
    source_id: Mapped[UUID]
    bill_id: Mapped[UUID | None]
    status: Mapped[Word] = mapped_column(default="issued")
    issued_on: Mapped[date]
    due_on: Mapped[date]
    place_of_supply: Mapped[Word]
    currency: Mapped[Word]
    seller: Mapped[dict[str, Any]] = mapped_column(JSONB)
    buyer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    taxable_minor: Mapped[Minor]
    cgst_minor: Mapped[Minor] = mapped_column(default=0)
    sgst_minor: Mapped[Minor] = mapped_column(default=0)
    utgst_minor: Mapped[Minor] = mapped_column(default=0)
    igst_minor: Mapped[Minor] = mapped_column(default=0)
    cess_minor: Mapped[Minor] = mapped_column(default=0)
    round_off_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    pdf_sha256: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]


class InvoiceLine(TenantOwned, Base):
    """One line as printed."""

    __tablename__ = "invoice_line"
    __table_args__ = (belongs_to("invoice", "invoice_id"),)

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    sku: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    hsn: Mapped[Word]
    qty_milli: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[Word]
    packs: Mapped[str] = mapped_column(Text, default="")
    price_minor: Mapped[Minor]
    price_mode: Mapped[Word]
    rate_bps: Mapped[int] = mapped_column(Integer)
    treatment: Mapped[Word]
    taxable_minor: Mapped[Minor]
    cgst_minor: Mapped[Minor] = mapped_column(default=0)
    sgst_minor: Mapped[Minor] = mapped_column(default=0)
    utgst_minor: Mapped[Minor] = mapped_column(default=0)
    igst_minor: Mapped[Minor] = mapped_column(default=0)
    cess_minor: Mapped[Minor] = mapped_column(default=0)
    total_minor: Mapped[Minor]


class ShareLink(Identified, Base):
    """A random token for one invoice, stored hashed: 24 hours for Twilio's fetch, 7 days for a person, revocable."""

    __tablename__ = "share_link"
    __table_args__ = (
        belongs_to("invoice", "invoice_id"),
        UniqueConstraint("org_id", "token_hash"),
        one_of("purpose", ["media", "share"]),
    )

    invoice_id: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(Text)
    purpose: Mapped[Word]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    downloads: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[Moment]

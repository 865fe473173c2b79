"""The tables of invoicing. A document is a snapshot: it copies what it prints and never changes.

The application's role may not even update what was printed (see the migration): only what became of a document.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, TenantOwned, Word, belongs_to, one_of

TAX_INVOICE, BILL_OF_SUPPLY, INVOICE_CUM_BILL = "tax_invoice", "bill_of_supply", "invoice_cum_bill"
CREDIT_NOTE, DEBIT_NOTE, COMMERCIAL_CREDIT_NOTE = "credit_note", "debit_note", "commercial_credit_note"
PLAIN_BILL = "plain_bill"  # of a seller that is not registered for tax
SALES = (TAX_INVOICE, BILL_OF_SUPPLY, INVOICE_CUM_BILL, PLAIN_BILL)  # what goods were sold on
NOTES = (CREDIT_NOTE, DEBIT_NOTE, COMMERCIAL_CREDIT_NOTE)  # what corrects one of those
ISSUED, CANCELLED = "issued", "cancelled"
STATEMENT, ORDER_CONFIRMATION = "statement", "order_confirmation"
GSTR1 = "gstr1"
SHELF, DAMAGED, KEPT = "shelf", "damaged", "kept"
GOODS = {  # where the goods went that a note, or a cancelled document, is about
    SHELF: "put back on the shelf",
    DAMAGED: "broken, spoilt or past their date: not put back",
    KEPT: "they stay with the shop, or never came back",
}


class Invoice(Identified, Base):
    """An issued document: number, parties and totals as printed. `source_id` is what it was issued for: one that
    counts for each, beside any that were cancelled.

    Amounts of a credit note are above zero too: its type says which way they go. `payment_id` is the credit that it
    gave, `refers_to_id` the invoice that a note corrects. `details` holds what else is printed: `ship_to`, `notes`.
    `goods` says where goods went that came back; None: it is about none.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        belongs_to("bill", "bill_id"),
        UniqueConstraint("org_id", "number"),
        UniqueConstraint("org_id", "document_type", "financial_year", "sequence"),
        belongs_to("invoice", "refers_to_id"),
        belongs_to("payment", "payment_id"),
        one_of("document_type", [*SALES, *NOTES]),
        one_of("status", [ISSUED, CANCELLED]),
        one_of("goods", list(GOODS)),
        Index("ix_invoice_retailer", "org_id", "retailer_id", "issued_on"),
        Index("ix_invoice_refers_to", "org_id", "refers_to_id"),
        Index("ix_invoice_issued", "org_id", "issued_on"),
        Index("ix_invoice_source", "org_id", "source_id", unique=True, postgresql_where=text("status = 'issued'")),
    )

    document_type: Mapped[Word]
    financial_year: Mapped[Word]
    sequence: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    retailer_id: Mapped[UUID]
    source_id: Mapped[UUID]
    bill_id: Mapped[UUID | None]
    payment_id: Mapped[UUID | None]
    refers_to_id: Mapped[UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)
    status: Mapped[Word] = mapped_column(default=ISSUED)
    cancelled_at: Mapped[Moment | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)
    goods: Mapped[Word | None]
    issued_by: Mapped[Word | None]
    cancelled_by: Mapped[Word | None]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    place_of_supply: Mapped[Word]
    currency: Mapped[Word]
    seller: Mapped[dict[str, Any]] = mapped_column(JSONB)
    buyer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    reverse_charge: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    discount_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    taxable_minor: Mapped[Minor]
    cgst_minor: Mapped[Minor] = mapped_column(default=0)
    sgst_minor: Mapped[Minor] = mapped_column(default=0)
    utgst_minor: Mapped[Minor] = mapped_column(default=0)
    igst_minor: Mapped[Minor] = mapped_column(default=0)
    cess_minor: Mapped[Minor] = mapped_column(default=0)
    sales_tax_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    further_tax_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    round_off_minor: Mapped[Minor]
    total_minor: Mapped[Minor]
    pdf_sha256: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]


class InvoiceLine(TenantOwned, Base):
    """One line as printed. `discount_minor` is its own discount and its share of the invoice's together.

    On a note `original_line_no` is the line of the invoice that it corrects.
    """

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
    cess_bps: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    mrp_minor: Mapped[int | None] = mapped_column(BigInteger)
    original_line_no: Mapped[int | None] = mapped_column(Integer)
    treatment: Mapped[Word]
    discount_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    taxable_minor: Mapped[Minor]
    cgst_minor: Mapped[Minor] = mapped_column(default=0)
    sgst_minor: Mapped[Minor] = mapped_column(default=0)
    utgst_minor: Mapped[Minor] = mapped_column(default=0)
    igst_minor: Mapped[Minor] = mapped_column(default=0)
    cess_minor: Mapped[Minor] = mapped_column(default=0)
    sales_tax_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    further_tax_minor: Mapped[Minor] = mapped_column(default=0, server_default=text("0"))
    total_minor: Mapped[Minor]


class Paper(Identified, Base):
    """A statement or an order confirmation as it was printed: `content` is all that the drawing needs.

    `source_id` is what it tells of, such as the order.
    """

    __tablename__ = "paper"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        one_of("kind", [STATEMENT, ORDER_CONFIRMATION]),
        Index("ix_paper_retailer", "org_id", "retailer_id", "created_at"),
        Index("ix_paper_source", "org_id", "source_id"),
    )

    kind: Mapped[Word]
    retailer_id: Mapped[UUID]
    source_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    pdf_sha256: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Moment]


class ShareLink(Identified, Base):
    """A random token for one document, stored hashed: 24 hours for Twilio's fetch, 7 days for a person, revocable.

    `burst` counts the fetches since `burst_at`, so that one link cannot be fetched without end.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        belongs_to("invoice", "invoice_id"),
        belongs_to("paper", "paper_id"),
        CheckConstraint("(invoice_id IS NULL) <> (paper_id IS NULL)", name="one_target"),
        UniqueConstraint("org_id", "token_hash"),
        one_of("purpose", ["media", "share"]),
        Index("ix_share_link_invoice", "org_id", "invoice_id"),
    )

    invoice_id: Mapped[UUID | None]
    paper_id: Mapped[UUID | None]
    token_hash: Mapped[str] = mapped_column(Text)
    purpose: Mapped[Word]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    downloads: Mapped[int] = mapped_column(Integer, default=0)
    burst_at: Mapped[Moment | None]
    burst: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    created_at: Mapped[Moment]


class PayCode(Identified, Base):
    """A UPI code that was shown to a shop: exactly this amount, with this reference. Fetched by a link of its own."""

    __tablename__ = "pay_code"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        UniqueConstraint("org_id", "token_hash"),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
    )

    retailer_id: Mapped[UUID]
    amount_minor: Mapped[Minor]
    reference: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[Moment | None]
    created_at: Mapped[Moment]


class Registration(Identified, Base):
    """What the registration portal (IRP) answered for a document. Written once; the role may not change it.

    `is_signed` says that a known portal's key had signed the code when it was kept.
    """

    __tablename__ = "registration"
    __table_args__ = (
        belongs_to("invoice", "invoice_id"),
        UniqueConstraint("org_id", "invoice_id"),
        UniqueConstraint("org_id", "irn"),
    )

    invoice_id: Mapped[UUID]
    irn: Mapped[str] = mapped_column(Text)
    ack_number: Mapped[str] = mapped_column(Text)
    ack_at: Mapped[Moment]
    signed_code: Mapped[str] = mapped_column(Text)
    is_signed: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[Moment]


class FiledReturn(Identified, Base):
    """A month whose return was filed: what it said, and its reference at the portal. Written once.

    `documents` counts those issued and not cancelled; amounts are of them, less what credit notes took back.
    """

    __tablename__ = "filed_return"
    __table_args__ = (
        UniqueConstraint("org_id", "kind", "month_on"),
        one_of("kind", [GSTR1]),
        CheckConstraint("extract(day FROM month_on) = 1", name="first_of_month"),
    )

    kind: Mapped[Word]
    month_on: Mapped[date]
    filed_on: Mapped[date]
    reference: Mapped[str] = mapped_column(Text)
    documents: Mapped[int] = mapped_column(Integer)
    taxable_minor: Mapped[Minor]
    tax_minor: Mapped[Minor]
    created_at: Mapped[Moment]

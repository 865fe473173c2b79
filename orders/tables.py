"""The tables of orders: what is sold at which price and tax from when, and what was ordered."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, TenantOwned, Word, belongs_to, one_of

STATUSES = {
    "pending": "quoted, waits for a yes",
    "confirmed": "promised; credit is reserved when it goes on account",
    "dispatched": "left the shop; invoiced",
    "cancelled": "called off before dispatch",
    "expired": "nobody said yes in time",
    "failed": "refused; the reason is kept and it may be tried again",
    "held": "kept because only credit stands in the way; goes on by itself when that is gone",
}


class Product(Identified, Base):
    """Something sold. `listing` is the catalogue entry: names, aliases, sizes and units per base unit."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("org_id", "sku"),)

    sku: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    hsn: Mapped[Word]
    base_unit: Mapped[Word]
    default_unit: Mapped[Word]
    units: Mapped[dict[str, Any]] = mapped_column(JSONB)
    aliases: Mapped[dict[str, Any]] = mapped_column(JSONB)
    listing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    mrp_minor: Mapped[int | None] = mapped_column(BigInteger)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class ProductPrice(TenantOwned, Base):
    """The price of a base unit from a day on. `mode` says whether tax is inside."""

    __tablename__ = "product_price"
    __table_args__ = (
        belongs_to("product", "product_id"),
        one_of("mode", ["exclusive", "inclusive"]),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    price_minor: Mapped[Minor]
    mode: Mapped[Word] = mapped_column(default="exclusive")


class ProductTax(TenantOwned, Base):
    """The tax rate of a product from a day on, in hundredths of a percent (500 = 5 %)."""

    __tablename__ = "product_tax"
    __table_args__ = (
        belongs_to("product", "product_id"),
        one_of("treatment", ["taxable", "exempt", "nil_rated", "non_gst"]),
        CheckConstraint("rate_bps >= 0 AND cess_bps >= 0", name="rate_not_negative"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    rate_bps: Mapped[int] = mapped_column(Integer)
    cess_bps: Mapped[int] = mapped_column(Integer, default=0)
    treatment: Mapped[Word] = mapped_column(default="taxable")


class LearnedName(Identified, Base):
    """A shop's own name for a product, learned from its answers. `name` is the sound of it, `said` how it was typed."""

    __tablename__ = "learned_name"
    __table_args__ = (
        UniqueConstraint("org_id", "retailer_id", "name"),
        belongs_to("retailer", "retailer_id"),
        belongs_to("product", "product_id"),
        CheckConstraint("uses > 0", name="uses_positive"),
    )

    retailer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)
    product_id: Mapped[UUID]
    uses: Mapped[int] = mapped_column(Integer)
    used_at: Mapped[Moment]


class CatalogueWords(TenantOwned, Base):
    """The catalogue's own words for units and categories (`dabba`, `peti`, `cold drink`): one row per organisation."""

    __tablename__ = "catalogue_words"

    unit_aliases: Mapped[dict[str, Any]] = mapped_column(JSONB)
    category_aliases: Mapped[dict[str, Any]] = mapped_column(JSONB)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class Order(Identified, Base):
    """An order. `number` is the shop's code and a counter (`R1-7`), given when it is confirmed."""

    __tablename__ = "sales_order"
    __table_args__ = (
        belongs_to("retailer", "retailer_id"),
        UniqueConstraint("org_id", "number"),
        one_of("status", list(STATUSES)),
        one_of("payment_mode", ["CREDIT", "CASH"]),
        one_of("source", ["chat", "api", "console"]),
        Index("ix_sales_order_retailer", "org_id", "retailer_id", "created_at"),
        Index("ix_sales_order_pending", "org_id", "created_at", postgresql_where=text("status = 'pending'")),
        Index("ix_sales_order_held", "org_id", "created_at", postgresql_where=text("status = 'held'")),
    )

    retailer_id: Mapped[UUID]
    number: Mapped[str | None] = mapped_column(Text)
    status: Mapped[Word]
    payment_mode: Mapped[Word | None]
    source: Mapped[Word]
    currency: Mapped[Word]
    total_minor: Mapped[Minor]
    catalogue_version: Mapped[int] = mapped_column(Integer)
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    invoice_id: Mapped[UUID | None]
    created_at: Mapped[Moment]
    confirmed_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]


class OrderLine(TenantOwned, Base):
    """One product of an order at its confirmed price. Quantities are thousandths (2.5 kg = 2500)."""

    __tablename__ = "order_line"
    __table_args__ = (
        belongs_to("sales_order", "order_id"),
        belongs_to("product", "product_id"),
        CheckConstraint("qty_milli > 0 AND base_qty_milli > 0", name="quantity_positive"),
    )

    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    product_id: Mapped[UUID]
    sku: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    hsn: Mapped[Word]
    qty_milli: Mapped[int] = mapped_column(BigInteger)
    unit: Mapped[Word]
    base_qty_milli: Mapped[int] = mapped_column(BigInteger)
    base_unit: Mapped[Word]
    price_minor: Mapped[Minor]
    price_mode: Mapped[Word]
    rate_bps: Mapped[int] = mapped_column(Integer)
    cess_bps: Mapped[int] = mapped_column(Integer, default=0)
    treatment: Mapped[Word]
    taxable_minor: Mapped[Minor]
    tax_minor: Mapped[Minor]
    total_minor: Mapped[Minor]

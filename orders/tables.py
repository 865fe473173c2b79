"""The tables of orders: what is sold at which price and tax from when, and what was ordered."""

from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.tables import Base, Identified, Minor, Moment, TenantOwned, Word, belongs_to, one_of, table_of
from orders.order import CANCELLED, CONFIRMED, DISPATCHED, EXPIRED, FAILED, HELD, PENDING, SOURCES, Order, OrderLine
from tax import TREATMENTS

STATUSES = {
    PENDING: "quoted, waits for a yes",
    CONFIRMED: "promised; credit is reserved when it goes on account",
    DISPATCHED: "left the shop; invoiced",
    CANCELLED: "called off before dispatch",
    EXPIRED: "nobody said yes in time",
    FAILED: "refused; the reason is kept and it may be tried again",
    HELD: "kept because only credit stands in the way; goes on by itself when that is gone",
}
PRICE_MODES = ("exclusive", "inclusive")
MODES = ("CREDIT", "CASH")
MOVEMENTS = {
    "count": "somebody counted, and this is the difference",
    "receipt": "goods came in",
    "dispatch": "goods left with an order",
    "return": "goods came back from a shop",
    "damage": "goods were broken, spoilt or lost",
    "correction": "a wrong entry was put right",
}


class Product(Identified, Base):
    """Something sold. `listing` is the catalogue entry: names, aliases, sizes and units per base unit.

    `version` counts changes of its price, terms and stock rules by people.
    """

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
    stocked: Mapped[bool] = mapped_column(Boolean, default=False)  # its stock is counted: orders reserve it
    version: Mapped[int] = mapped_column(Integer, default=1)


class ProductPrice(TenantOwned, Base):
    """The price of a base unit from a day on. `mode` says whether tax is inside."""

    __tablename__ = "product_price"
    __table_args__ = (
        belongs_to("product", "product_id"),
        one_of("mode", PRICE_MODES),
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
        one_of("treatment", TREATMENTS),
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


class ProductTerms(TenantOwned, Base):
    """How a product is sold from a day on: quantities in base units, `rates` as orders/terms.py has them.

    The scheme gives `scheme_free` for every `scheme_buy` bought, until and on `scheme_until`.
    """

    __tablename__ = "product_terms"
    __table_args__ = (
        belongs_to("product", "product_id"),
        CheckConstraint("min_qty > 0 AND multiple > 0", name="quantities_positive"),
        CheckConstraint(
            "(scheme_buy IS NULL AND scheme_free IS NULL AND scheme_until IS NULL)"
            " OR (scheme_buy > 0 AND scheme_free > 0)",
            name="scheme_whole",
        ),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    min_qty: Mapped[int] = mapped_column(Integer, default=1)
    multiple: Mapped[int] = mapped_column(Integer, default=1)
    rates: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    scheme_buy: Mapped[int | None] = mapped_column(Integer)
    scheme_free: Mapped[int | None] = mapped_column(Integer)
    scheme_until: Mapped[date | None]


class SellingRules(TenantOwned, Base):
    """How an organisation sells: one row, read with the catalogue. `routes` maps a name to weekdays (0 = Monday)."""

    __tablename__ = "selling_rules"
    __table_args__ = (
        CheckConstraint("min_order_minor > 0", name="min_order_positive"),
        CheckConstraint("lead_days >= 0 AND stock_hold_hours > 0", name="days_not_negative"),
    )

    version: Mapped[int] = mapped_column(Integer, default=1)
    min_order_minor: Mapped[int | None] = mapped_column(BigInteger)
    price_classes: Mapped[list[str]] = mapped_column(JSONB, default=list)
    routes: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    cut_off: Mapped[time | None]
    lead_days: Mapped[int] = mapped_column(Integer, default=1)
    stock_hold_hours: Mapped[int | None] = mapped_column(Integer)


class Stock(TenantOwned, Base):
    """What is on the shelf and how much of it is promised, in thousandths of a base unit."""

    __tablename__ = "stock"
    __table_args__ = (
        belongs_to("product", "product_id"),
        CheckConstraint("on_hand_milli >= 0 AND reserved_milli >= 0", name="never_negative"),
    )

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    on_hand_milli: Mapped[int] = mapped_column(BigInteger)
    reserved_milli: Mapped[int] = mapped_column(BigInteger, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)


class StockMovement(Identified, Base):
    """One change of what is on the shelf, and why; only added. A product's movements sum up to its stock.

    `invoice_id` is the document that goods came back with.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        belongs_to("product", "product_id"),
        belongs_to("sales_order", "order_id"),
        belongs_to("invoice", "invoice_id"),
        one_of("kind", list(MOVEMENTS)),
        Index("ix_stock_movement_product", "org_id", "product_id", "created_at"),
        Index("ix_stock_movement_order", "org_id", "order_id"),
        Index("ix_stock_movement_invoice", "org_id", "invoice_id"),
    )

    product_id: Mapped[UUID]
    change_milli: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[Word]
    order_id: Mapped[UUID | None]
    invoice_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]


class CatalogueWords(TenantOwned, Base):
    """The catalogue's own words for units and categories (`dabba`, `peti`, `cold drink`): one row per organisation."""

    __tablename__ = "catalogue_words"

    unit_aliases: Mapped[dict[str, Any]] = mapped_column(JSONB)
    category_aliases: Mapped[dict[str, Any]] = mapped_column(JSONB)
    meta: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


table_of(
    Order,
    "sales_order",
    belongs_to("retailer", "retailer_id"),
    UniqueConstraint("org_id", "number"),
    one_of("status", list(STATUSES)),
    one_of("payment_mode", MODES),
    one_of("source", SOURCES),
    Index("ix_sales_order_retailer", "org_id", "retailer_id", "created_at"),
    Index("ix_sales_order_pending", "org_id", "created_at", postgresql_where=text("status = 'pending'")),
    Index("ix_sales_order_held", "org_id", "created_at", postgresql_where=text("status = 'held'")),
    Index("ix_sales_order_failed", "org_id", "created_at", postgresql_where=text("status = 'failed'")),
    key=("id",),
)
table_of(
    OrderLine,
    "order_line",
    belongs_to("sales_order", "order_id"),
    belongs_to("product", "product_id"),
    CheckConstraint("qty_milli > 0 AND base_qty_milli > 0", name="quantity_positive"),
    CheckConstraint("free_milli >= 0", name="free_not_negative"),
    key=("order_id", "line_no"),
)

"""An order as everybody above sees it: one frozen value with its lines."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from core import ids
from invoicing.charging import quantity

PENDING, CONFIRMED, DISPATCHED = "pending", "confirmed", "dispatched"
CANCELLED, EXPIRED, FAILED = "cancelled", "expired", "failed"
HELD = "held"  # only credit stands in the way
CALLED_OFF_IN_CHAT = "called off in the chat"  # the reason that stands where the shop itself did
REPLACED = "REPLACED"  # failure code of a quote that a newer one took the place of

LINE_COLUMNS = (
    "line_no", "product_id", "sku", "name", "hsn", "qty_milli", "unit", "base_qty_milli", "base_unit", "price_minor",
    "price_mode", "rate_bps", "cess_bps", "treatment", "taxable_minor", "tax_minor", "total_minor", "free_milli",
    "list_price_minor",
)  # fmt: skip
_ORDER_COLUMNS = (
    "id", "retailer_id", "number", "status", "payment_mode", "source", "currency", "total_minor", "catalogue_version",
    "failure", "invoice_id", "created_at", "confirmed_at", "closed_at", "price_class", "note", "delivery_address",
    "deliver_on", "shorts", "tries", "billing",
)  # fmt: skip
COLUMNS = f"""{", ".join(f"o.{name}" for name in _ORDER_COLUMNS)}, (
    SELECT json_agg(json_build_array({", ".join(f"l.{name}" for name in LINE_COLUMNS)}) ORDER BY l.line_no)
    FROM order_line l WHERE l.org_id = o.org_id AND l.order_id = o.id
) AS lines"""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order. Quantities in thousandths; the price is per base unit in its own mode."""

    line_no: int
    product_id: UUID
    sku: str
    name: str
    hsn: str
    qty_milli: int
    unit: str
    base_qty_milli: int
    base_unit: str
    price_minor: int
    price_mode: str
    rate_bps: int
    cess_bps: int
    treatment: str
    taxable_minor: int
    tax_minor: int
    total_minor: int
    free_milli: int = 0
    list_price_minor: int | None = None

    @property
    def qty(self) -> Decimal | int:
        """The quantity in the unit that was asked for."""
        return quantity(self.qty_milli)

    @property
    def base_qty(self) -> Decimal | int:
        """The quantity in base units."""
        return quantity(self.base_qty_milli)

    @property
    def free_qty(self) -> Decimal | int:
        """What comes free on top, in base units."""
        return quantity(self.free_milli)


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its lines. `failure` is `{code, detail, reasons}` of a refusal, or why it was called off.

    `shorts` is what was wanted and is not there: `{sku, name, wanted_milli, given_milli, base_unit}` each. `billing` is
    what orders/billing.py reads.
    """

    id: UUID
    retailer_id: UUID
    number: str | None
    status: str
    payment_mode: str | None
    source: str
    currency: str
    total_minor: int
    catalogue_version: int
    failure: dict[str, Any] | None
    invoice_id: UUID | None
    created_at: datetime
    confirmed_at: datetime | None
    closed_at: datetime | None
    price_class: str
    note: str
    delivery_address: str
    deliver_on: date | None
    shorts: list[dict[str, Any]] | None
    tries: int
    billing: dict[str, Any]
    lines: tuple[OrderLine, ...]

    @property
    def public_id(self) -> str:
        """`ord_...`"""
        return public_id(self.id)


def public_id(order_id: UUID) -> str:
    """`ord_...`"""
    return ids.public("ord", order_id)


def parse_id(text: str) -> UUID:
    """The id behind `ord_...`; raises NotFound."""
    return ids.parse("ord", text)


def from_row(row: Any) -> Order:
    """The value of a row that was read with COLUMNS, whatever columns follow them."""
    lines = tuple(OrderLine(line[0], UUID(line[1]), *line[2:]) for line in row.lines or ())
    given = dict(zip(_ORDER_COLUMNS, row, strict=False))
    return Order(**given, lines=lines)

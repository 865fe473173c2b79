"""An order as everybody above sees it: one frozen value with its lines.

The two dataclasses are the one description of the rows: their tables (orders/tables.py) and every list of columns are
made from the fields.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core import ids
from core.tables import Milli, Minor, Moment, Word, names_of
from invoicing.charging import quantity

PENDING, CONFIRMED, DISPATCHED = "pending", "confirmed", "dispatched"
CANCELLED, EXPIRED, FAILED = "cancelled", "expired", "failed"
SOURCES = ("chat", "api", "console")
HELD = "held"  # only credit stands in the way
CANCELLED_IN_CHAT = "called off in the chat"  # the reason that stands where the shop itself did
REPLACED = "REPLACED"  # failure code of a quote that a newer one took the place of


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One product of an order at its confirmed price, per base unit in its own mode. Thousandths: 2.5 kg is 2500.

    `free_milli` base units come on top by a scheme. `list_price_minor` is the usual price, where a better one applied.
    """

    line_no: int
    product_id: UUID
    sku: str
    name: str
    hsn: Word
    qty_milli: Milli
    unit: Word
    base_qty_milli: Milli
    base_unit: Word
    price_minor: Minor
    price_mode: Word
    rate_bps: int
    cess_bps: int
    treatment: Word
    taxable_minor: Minor
    tax_minor: Minor
    total_minor: Minor
    free_milli: Milli
    list_price_minor: Minor | None

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
    """An order with its lines. `number` is the shop's code and a counter (`R1-7`), given when it is confirmed.

    `failure` is `{code, detail, reasons}` of a refusal, or why it was called off. `shorts` is what was wanted and is
    not there: `{sku, name, wanted_milli, given_milli, base_unit}` each. `tries` counts how often a failed order was
    tried again by itself. `billing` is what orders/billing.py reads.
    """

    id: UUID
    retailer_id: UUID
    number: str | None
    status: Word
    payment_mode: Word | None
    source: Word
    currency: Word
    total_minor: Minor
    catalogue_version: int
    failure: dict[str, Any] | None
    invoice_id: UUID | None
    created_at: Moment
    confirmed_at: Moment | None
    closed_at: Moment | None
    price_class: Word
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


ORDER_COLUMNS, LINE_COLUMNS = names_of(Order), names_of(OrderLine)
COLUMNS = f"""{", ".join(f"o.{name}" for name in ORDER_COLUMNS)}, (
    SELECT json_agg(json_build_array({", ".join(f"l.{name}" for name in LINE_COLUMNS)}) ORDER BY l.line_no)
    FROM order_line l WHERE l.org_id = o.org_id AND l.order_id = o.id
) AS lines"""


def public_id(order_id: UUID) -> str:
    """`ord_...`"""
    return ids.public("ord", order_id)


def from_row(row: Any) -> Order:
    """The value of a row that was read with COLUMNS, whatever columns follow them."""
    lines = tuple(OrderLine(line[0], UUID(line[1]), *line[2:]) for line in row.lines or ())
    given = dict(zip(ORDER_COLUMNS, row, strict=False))
    return Order(**given, lines=lines)

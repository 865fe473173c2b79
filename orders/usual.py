"""What a shop usually takes: of each product the middle quantity and the middle gap between orders. No learning.

Both are values that occurred (the lower one of two middle ones), so a usual quantity is one that can be ordered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from operator import attrgetter
from statistics import median_low
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from invoicing.charging import quantity
from orders.catalogue import Catalogue
from orders.order import Order
from orders.understanding.facts import CartLine

LOOKS_BACK = timedelta(days=180)
OFTEN = 2  # ordered on so many days, it is usual
SLACK = 4  # due a quarter of its gap before the day
LAPSED = 3  # after so many gaps without it, it is usual no longer
MAX_LINES = 5000

_LINES = """
SELECT l.sku, l.unit, l.qty_milli, l.base_qty_milli, (o.confirmed_at AT TIME ZONE %(timezone)s)::date AS ordered_on
FROM sales_order o JOIN order_line l ON l.org_id = o.org_id AND l.order_id = o.id
WHERE o.org_id = %(org)s AND o.retailer_id = %(retailer)s AND o.status IN ('confirmed', 'dispatched')
    AND o.confirmed_at >= %(since)s
ORDER BY l.sku, ordered_on LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Usual:
    """One product as the shop takes it: the quantity, how often, and when it is wanted next."""

    sku: str
    qty: Decimal | int
    unit: str
    base_qty: Decimal | int
    times: int
    gap_days: int
    last_on: date

    @property
    def due_on(self) -> date:
        """The day on which the middle gap is over."""
        return self.last_on + timedelta(days=self.gap_days)

    def is_due(self, today: date) -> bool:
        """True from a quarter of the gap before that day on."""
        return today >= self.due_on - timedelta(days=self.gap_days // SLACK)

    def is_alive(self, today: date) -> bool:
        """False for what the shop has stopped taking."""
        return today <= self.last_on + timedelta(days=self.gap_days * LAPSED)


def of(session: Session, retailer_id: UUID, today: date, timezone: str) -> list[Usual]:
    """What the shop takes again and again, most often first; `today` and the days of orders are local."""
    where = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id),
        "timezone": timezone,
        "since": today - LOOKS_BACK,
        "most": MAX_LINES,
    }
    rows = db.execute(session, _LINES, where).all()
    found = [usual for _sku, taken in groupby(rows, attrgetter("sku")) if (usual := middle(list(taken)))]
    return sorted((usual for usual in found if usual.is_alive(today)), key=lambda usual: (-usual.times, usual.sku))


def middle(taken: Sequence[Any]) -> Usual | None:
    """The usual quantity and gap of one product from its lines in order of days; None when it was taken too seldom."""
    days = sorted({row.ordered_on for row in taken})
    if len(days) < OFTEN:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual_base = median_low(row.base_qty_milli for row in taken)
    as_taken = next(row for row in reversed(taken) if row.base_qty_milli == usual_base)
    return Usual(
        sku=as_taken.sku,
        qty=quantity(as_taken.qty_milli),
        unit=as_taken.unit,
        base_qty=quantity(usual_base),
        times=len(days),
        gap_days=median_low(gaps),
        last_on=days[-1],
    )


def basket(usuals: Iterable[Usual], today: date, goods: Catalogue) -> list[CartLine]:
    """What to propose today: what is due; when nothing is, everything usual. Only goods that are sold."""
    sold = [usual for usual in usuals if _is_sold(usual, goods)]
    due = [usual for usual in sold if usual.is_due(today)]
    return [_line(usual) for usual in due or sold]


def again(order: Order, goods: Catalogue) -> list[CartLine]:
    """The goods of an earlier order that are still sold."""
    return [_line(line) for line in order.lines if _is_sold(line, goods)]


def unsold(order: Order, goods: Catalogue) -> list[str]:
    """The names of what an earlier order had and nobody can order today."""
    return [line.name for line in order.lines if not _is_sold(line, goods)]


def _is_sold(line: Any, goods: Catalogue) -> bool:
    return line.sku in goods.products and line.unit in goods.product(line.sku).units


def _line(line: Any) -> CartLine:
    return CartLine(line.sku, Decimal(line.qty), line.unit, Decimal(line.base_qty))

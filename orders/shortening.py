"""Short supply after the yes: the order, the goods it holds, its credit and so its invoice shrink together.

What stays keeps the price it was agreed at, even where a smaller quantity would have cost more: the shop did not cause
the shortage. Free goods shrink in proportion, down to whole base units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit
from core.errors import DomainError, Invalid
from core.events import happened
from credit import reservations
from credit.guardrails import CREDIT
from invoicing.charging import charge
from orders import billing, catalogue, drafting, stock, supply
from orders.dispatching import NotConfirmed, goods
from orders.events import OrderShortened
from orders.listing import get
from orders.order import CONFIRMED, Order, OrderLine
from orders.quotes import DIVISIBLE
from orders.terms import THOUSANDTHS

MAX_REASON = 500


class NothingLeft(DomainError):
    """An order of nothing is called off, not shortened."""

    code = "NOTHING_LEFT"
    detail = "Nothing would be left of this order: cancel it instead."


def shorten(session: Session, order_id: UUID, there: Mapping[str, Decimal], reason: str) -> Order:
    """Bring a confirmed order down to what is there, by product in base units; products not named stay. Audited.

    Locks the order, its goods, the credit account. Raises NotConfirmed, NothingLeft, Invalid, NotFound.
    """
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", field="reason")
    found = get(session, order_id, lock=True)
    if found.status != CONFIRMED:
        raise NotConfirmed(f"Only a confirmed order is shortened; this one is {found.status}.", status=found.status)
    kept = _kept(found, there)
    if [line.base_qty_milli for line in kept] == [line.base_qty_milli for line in found.lines]:
        return found
    if not any(line.base_qty_milli for line in kept):
        raise NothingLeft
    shorts = [_short(before, after) for before, after in zip(found.lines, kept, strict=True) if before != after]
    smaller = _charged(session, found, [line for line in kept if line.base_qty_milli])
    smaller = drafting.store(session, replace(smaller, shorts=supply.merged(found.shorts, shorts)))
    stock.shrink(session, order_id, supply.needs(catalogue.load(session), smaller.lines))
    if found.payment_mode == CREDIT:
        reservations.shrink(session, order_id, smaller.total_minor)
    audit.record(
        session,
        "order.shortened",
        subject=found.public_id,
        retailer_id=found.retailer_id,
        before={"total_minor": found.total_minor},
        after={"total_minor": smaller.total_minor, "shorts": supply.shown(shorts)},
        reason=reason,
    )
    happened(session, OrderShortened(smaller, before_minor=found.total_minor))
    return smaller


def _kept(found: Order, there: Mapping[str, Decimal]) -> list[OrderLine]:
    """The lines with what is there of each, an earlier line of the same product first. Raises Invalid."""
    unknown = set(there) - {line.sku for line in found.lines}
    if unknown:
        raise Invalid(f"Not on this order: {', '.join(sorted(unknown))}.", field="lines")
    left = {sku: _milli(qty) for sku, qty in there.items()}
    kept = []
    for line in found.lines:
        given_milli = min(left.get(line.sku, line.base_qty_milli), line.base_qty_milli)
        if line.sku in left:
            left[line.sku] -= given_milli
        kept.append(_cut(line, given_milli))
    return kept


def _milli(qty: Decimal) -> int:
    scaled = qty * THOUSANDTHS
    if scaled < 0 or scaled != int(scaled):
        raise Invalid("A quantity is not below zero, and has at most three decimals.", field="lines")
    return int(scaled)


def _cut(line: OrderLine, given_milli: int) -> OrderLine:
    if given_milli == line.base_qty_milli:
        return line
    if line.base_unit not in DIVISIBLE and given_milli % THOUSANDTHS:
        raise Invalid(f"{line.name} is handed over whole.", field="lines", sku=line.sku)
    in_unit = Decimal(given_milli) * line.qty_milli / line.base_qty_milli
    is_whole = in_unit == int(in_unit) and int(in_unit) % THOUSANDTHS == 0
    free_milli = line.free_milli * given_milli // line.base_qty_milli
    return replace(
        line,
        qty_milli=int(in_unit) if is_whole else given_milli,
        unit=line.unit if is_whole else line.base_unit,
        base_qty_milli=given_milli,
        free_milli=free_milli - free_milli % THOUSANDTHS,
    )


def _charged(session: Session, found: Order, lines: Sequence[OrderLine]) -> Order:
    """The order with these lines at the prices they were agreed at."""
    at = drafting.standing(session, found.retailer_id)
    agreed = billing.loaded(found.billing)
    charged = charge([goods(line)[0] for line in lines], drafting.supply_of(at, agreed), agreed.discount)
    priced = tuple(
        replace(
            line,
            line_no=number,
            taxable_minor=money.taxable_minor,
            tax_minor=money.tax_minor,
            total_minor=money.total_minor,
        )
        for number, (line, money) in enumerate(zip(lines, charged.lines, strict=True), start=1)
    )
    if charged.total_minor <= 0:
        raise NothingLeft
    return replace(found, total_minor=charged.total_minor, lines=priced)


def _short(before: OrderLine, after: OrderLine) -> dict[str, Any]:
    return {
        "sku": before.sku,
        "name": before.name,
        "wanted_milli": before.base_qty_milli,
        "given_milli": after.base_qty_milli,
        "base_unit": before.base_unit,
    }

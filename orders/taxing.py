"""The tax of the day of supply: an order agrees on prices, the day on which its goods leave says how they are taxed.

Whatever rate was in force at the yes, goods are taxed when they are invoiced or removed (CGST Act s.12 and s.14). So a
fall is given, and a rise is asked about: prices without tax come to more than was agreed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from core import db
from core.errors import DomainError
from invoicing.charging import Charge
from orders.order import Order, OrderLine
from tax import TAXED, THIRD_SCHEDULE
from tax.rounding import percent

NAMES = {"exempt": "exempt", "nil_rated": "nil rated", "non_gst": "outside GST"}  # papers are in English

_OF_DAY = """
SELECT DISTINCT ON (product_id) product_id, rate_bps, cess_bps, treatment FROM product_tax
WHERE org_id = %s AND product_id = ANY(%s::uuid[]) AND valid_from <= %s
ORDER BY product_id, valid_from DESC
"""


class TotalRisen(DomainError):
    """More would be billed than was agreed to, by tax that rose meanwhile: it needs a yes to the new total."""

    code = "TOTAL_RISEN"

    def __init__(self, found: Order, now_minor: int, why: str) -> None:
        super().__init__(
            "By the tax of today this order comes to more than was agreed to. Ask the shop, and dispatch it again with"
            " the new total as accept_total_minor.",
            was_minor=found.total_minor,
            now_minor=now_minor,
            reason=why,
        )


def of_day(session: Session, lines: Sequence[OrderLine], on: date) -> tuple[OrderLine, ...]:
    """The lines with rate, cess and treatment of a day; of goods that had none yet they stay."""
    key = (str(db.org_of(session)), [str(line.product_id) for line in lines], on)
    found = {row.product_id: row for row in db.execute(session, _OF_DAY, key)}
    return tuple(
        replace(line, rate_bps=row.rate_bps, cess_bps=row.cess_bps, treatment=row.treatment)
        if (row := found.get(line.product_id))
        else line
        for line in lines
    )


def charged(found: Order, lines: Sequence[OrderLine], money: Charge) -> Order:
    """The order with these lines at the money that its bill charges; what comes free is a line of the bill alone."""
    billed = iter(money.lines)
    priced = []
    for line in lines:
        one = next(billed)
        if line.free_milli:
            next(billed)
        priced.append(
            replace(line, taxable_minor=one.taxable_minor, tax_minor=one.tax_minor, total_minor=one.total_minor)
        )
    return replace(found, lines=tuple(priced), total_minor=money.total_minor)


def why(before: Sequence[OrderLine], after: Sequence[OrderLine], on: date) -> str:
    """What a bill says of tax that is another than at the order; nothing when it is the same."""
    changes: dict[str, list[str]] = {}
    for was, now in zip(before, after, strict=True):
        if _taxed(was) != _taxed(now):
            changes.setdefault(f"{_taxed(now)} instead of {_taxed(was)}", []).append(now.name)
    told = "; ".join(f"{', '.join(dict.fromkeys(names))} {change}" for change, names in changes.items())
    return f"Taxed by the law of the day of supply, {on.day} {on:%b %Y}, not of the order: {told}." if told else ""


def _taxed(line: OrderLine) -> str:
    """`18%`, `40% and 12% cess`, or what stands for a rate."""
    if line.treatment not in TAXED:
        return NAMES.get(line.treatment, line.treatment)
    if line.treatment == THIRD_SCHEDULE:
        return f"{percent(line.rate_bps)}% on the retail price"
    cess = f" and {percent(line.cess_bps)}% cess" if line.cess_bps else ""
    return f"{percent(line.rate_bps)}%{cess}"

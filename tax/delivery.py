"""A delivery or packing charge: part of the goods' value, so it bears their rates. Source: CGST Act s.15(2)(c).

A document with one rate has one line of it; with several, one line a rate, in proportion to what the goods come to.
"""

from collections.abc import Sequence
from typing import TypeVar

from core.errors import Invalid
from tax.discounts import MAX_UNIT_PRICE_MINOR, discounted, gross
from tax.document import TaxLine
from tax.rounding import apportioned

DESCRIPTION = "Delivery"
Kind = TypeVar("Kind")


class ChargeInvalid(Invalid):
    """A delivery charge below zero or beyond any real one."""

    code = "CHARGE_INVALID"


def shares(amount_minor: int, kinds: Sequence[Kind], values: Sequence[int]) -> dict[Kind, int]:
    """The charge for each kind of goods, by what goods of it come to. Goods worth nothing: all to the first kind."""
    if not 0 <= amount_minor <= MAX_UNIT_PRICE_MINOR:
        raise ChargeInvalid(f"a charge of {amount_minor} is out of range", amount_minor=amount_minor)
    sums: dict[Kind, int] = {}
    for kind, value in zip(kinds, values, strict=True):
        sums[kind] = sums.get(kind, 0) + value
    weights = list(sums.values()) if any(sums.values()) else [1, *[0] * (len(sums) - 1)]
    parts = zip(sums, apportioned(amount_minor, weights), strict=True)
    return {kind: part for kind, part in parts if part}


def charge_lines(lines: Sequence[TaxLine], amount_minor: int) -> list[TaxLine]:
    """The charge as lines that stand behind the goods."""
    kinds = [(line.rate_bps, line.cess_bps, line.treatment) for line in lines]
    dearest: dict[tuple[int, int, str], tuple[str, int]] = {}
    for kind, line, worth in zip(kinds, lines, map(worth_of, lines), strict=True):
        if kind not in dearest or worth > dearest[kind][1]:
            dearest[kind] = (line.hsn, worth)
    return [
        TaxLine(
            qty=1,
            unit_price_minor=part,
            rate_bps=kind[0],
            cess_bps=kind[1],
            treatment=kind[2],
            description=DESCRIPTION,
            hsn=dearest[kind][0],
            is_charge=True,
        )
        for kind, part in shares(amount_minor, kinds, [worth_of(line) for line in lines]).items()
    ]


def worth_of(line: TaxLine) -> int:
    """A line after its own discount, before the invoice's."""
    gross_minor = gross(line, line.unit_price_minor)
    return gross_minor - discounted(line.discount, gross_minor)

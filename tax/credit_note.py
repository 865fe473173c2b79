"""Goods that came back: the original line's money in proportion, so that part returns add up to the whole.

The value, the rate and the discount are those of the original supply. Rounding is cumulative: a return is worth
(all returned so far) minus (returned before), and the last piece therefore takes exactly what is left. The rupee is
rounded cumulatively too: notes over everything give back the original's grand total, and never more on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.errors import Invalid
from tax.document import Computed, ComputedLine, RateGroup, TaxTotals, payable
from tax.engine import by_rate, totals
from tax.rounding import divided, share, thousandths, to_rupee

Quantities = Mapping[int, Decimal | int]  # by line number of the original


class ReturnInvalid(Invalid):
    """A return of a line that does not exist, of nothing, or of more than was sold and not yet returned."""

    code = "RETURN_INVALID"


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """One line of a credit note. `line_number` counts the original's lines from 1."""

    line_number: int
    qty: Decimal | int
    money: ComputedLine


@dataclass(frozen=True, slots=True)
class CreditNote:
    """What a return gives back, shaped like the document that it corrects."""

    country: str
    currency: str
    heads: tuple[str, ...]
    lines: tuple[ReturnedLine, ...]
    totals: TaxTotals
    by_rate_bps: Mapping[int, RateGroup]
    total_before_round_off_minor: int
    round_off_minor: int
    grand_total_minor: int


def credit_note(
    original: Computed,
    returns: Mapping[int, Decimal | int],
    previously_returned: Mapping[int, Decimal | int] | None = None,
) -> CreditNote:
    """The credit for returned quantities by original line number. Raises ReturnInvalid."""
    if not returns:
        raise ReturnInvalid("a credit note needs at least one returned line")
    earlier = {number: qty for number, qty in (previously_returned or {}).items() if qty}
    lines = tuple(_returned(original, number, qty, earlier.get(number, 0)) for number, qty in returns.items())
    money = [line.money for line in lines]
    before_minor = sum(line.total_minor for line in money)
    given_minor = _payable(original, earlier)
    payable_minor = _payable(original, {**earlier, **_together(returns, earlier)}) - given_minor
    return CreditNote(
        country=original.country,
        currency=original.currency,
        heads=original.heads,
        lines=lines,
        totals=totals(money, original.heads),
        by_rate_bps=by_rate(money, original.heads),
        total_before_round_off_minor=before_minor,
        round_off_minor=payable_minor - before_minor,
        grand_total_minor=payable_minor,
    )


def commercial_credit(base_minor: int, bps: int) -> int:
    """A cash discount after the sale without any change of tax: only the ledger moves."""
    if base_minor < 0 or not 0 <= bps <= 10_000:
        raise ReturnInvalid("a commercial credit is a share of 0 to 100 percent of an amount", bps=bps)
    return share(base_minor, bps)


def _returned(original: Computed, number: int, qty: Decimal | int, earlier: Decimal | int) -> ReturnedLine:
    sold = _sold(original, number)
    before = thousandths(earlier) if earlier else 0
    after = before + thousandths(qty)
    if after > sold:
        raise ReturnInvalid(f"line {number}: more is returned than was sold", line=number, qty=str(qty))
    return ReturnedLine(number, qty, _part(original.lines[number - 1], before, after, sold))


def _sold(original: Computed, number: int) -> int:
    if not 1 <= number <= len(original.lines):
        raise ReturnInvalid(f"the original has no line {number}", line=number)
    return thousandths(original.lines_sold[number - 1].qty)


def _together(returns: Quantities, earlier: Quantities) -> Quantities:
    return {number: qty + earlier.get(number, 0) for number, qty in returns.items()}


def _part(line: ComputedLine, before: int, after: int, sold: int) -> ComputedLine:
    def between(amount_minor: int) -> int:
        size_minor = abs(amount_minor)
        part_minor = divided(size_minor * after, sold) - divided(size_minor * before, sold)
        return part_minor if amount_minor >= 0 else -part_minor

    taxable_minor = between(line.taxable_minor)
    taxes = {head: between(amount_minor) for head, amount_minor in line.taxes.items()}
    # What the total holds beside value and tax is nothing, except where tax hangs on a retail price.
    other_minor = between(line.total_minor - line.taxable_minor - line.tax_minor)
    return ComputedLine(
        gross_minor=between(line.gross_minor),
        line_discount_minor=between(line.line_discount_minor),
        invoice_discount_share_minor=between(line.invoice_discount_share_minor),
        net_minor=between(line.net_minor),
        taxable_minor=taxable_minor,
        taxes=taxes,
        total_minor=taxable_minor + sum(taxes.values()) + other_minor,
        rate_bps=line.rate_bps,
    )


def _payable(original: Computed, returned: Quantities) -> int:
    """What all these returns together give back, the rupee rounded once over them."""
    parts, inclusive = [], []
    for number, qty in returned.items():
        sold = _sold(original, number)
        parts.append(_part(original.lines[number - 1], 0, min(thousandths(qty), sold), sold))
        inclusive.append(original.inclusive[number - 1])
    payable_minor = payable(parts, inclusive, original.reverse_charge)
    return to_rupee(payable_minor) if original.round_to_rupee else payable_minor

"""From a document to its money: lines, discounts, tax by the country's rule, totals, round-off."""

from collections.abc import Mapping, Sequence

from core.errors import Invalid
from tax.delivery import charge_lines
from tax.discounts import discounted, gross, spread
from tax.document import Computed, ComputedLine, RateGroup, TaxDocument, TaxLine, TaxTotals, payable
from tax.rounding import to_rupee
from tax.rules import Assess, Taxing

MAX_LINES = 1000


class LinesInvalid(Invalid):
    """A document without lines, or with more than one paper can carry."""

    code = "LINES_INVALID"


def compute(document: TaxDocument, country: Taxing) -> Computed:
    """The document's money, every rounding named. Raises Invalid subclasses for what no document may hold."""
    if not 0 < len(document.lines) <= MAX_LINES:
        raise LinesInvalid(f"a document has 1 to {MAX_LINES} lines, not {len(document.lines)}")
    sold = [
        *document.lines,
        *(charge_lines(document.lines, document.delivery_minor) if document.delivery_minor else []),
    ]
    rules = country.tax
    lines = _lines(document, sold, rules.assessor(document))
    inclusive = tuple(document.includes_tax(line) for line in sold)
    before_minor = sum(line.total_minor for line in lines)
    payable_minor = payable(lines, inclusive, document.reverse_charge)
    if document.round_to_rupee:
        payable_minor = to_rupee(payable_minor)
    return Computed(
        country=country.code,
        currency=country.currency,
        heads=rules.head_names,
        lines=lines,
        totals=totals(lines, rules.head_names),
        by_rate_bps=by_rate(lines, rules.head_names),
        total_before_round_off_minor=before_minor,
        round_off_minor=payable_minor - before_minor,
        grand_total_minor=payable_minor,
        place_of_supply=rules.place_of_supply(document),
        lines_sold=tuple(sold),
        inclusive=inclusive,
        round_to_rupee=document.round_to_rupee,
        reverse_charge=document.reverse_charge,
    )


def totals(lines: Sequence[ComputedLine], heads: Sequence[str]) -> TaxTotals:
    """The sums that the document prints."""
    return TaxTotals(
        gross_minor=sum(line.gross_minor for line in lines),
        discount_minor=sum(line.line_discount_minor + line.invoice_discount_share_minor for line in lines),
        taxable_minor=sum(line.taxable_minor for line in lines),
        taxes=summed(lines, heads),
    )


def by_rate(lines: Sequence[ComputedLine], heads: Sequence[str]) -> dict[int, RateGroup]:
    """The same sums for each rate, in the order in which the rates first occur."""
    grouped: dict[int, list[ComputedLine]] = {}
    for line in lines:
        grouped.setdefault(line.rate_bps, []).append(line)
    return {
        rate_bps: RateGroup(sum(line.taxable_minor for line in group), summed(group, heads))
        for rate_bps, group in grouped.items()
    }


def summed(lines: Sequence[ComputedLine], heads: Sequence[str]) -> Mapping[str, int]:
    """Tax by head over some lines."""
    return {head: sum(line.taxes[head] for line in lines) for head in heads}


def _lines(document: TaxDocument, sold: Sequence[TaxLine], assess: Assess) -> tuple[ComputedLine, ...]:
    gross_minors = [gross(line, line.unit_price_minor) for line in sold]
    off_minors = [discounted(line.discount, gross_minor) for line, gross_minor in zip(sold, gross_minors, strict=True)]
    nets = [gross_minor - off_minor for gross_minor, off_minor in zip(gross_minors, off_minors, strict=True)]
    goods = [0 if line.is_charge else net_minor for line, net_minor in zip(sold, nets, strict=True)]
    shares = spread(document.invoice_discount, goods)
    return tuple(map(_line, sold, gross_minors, off_minors, shares, [assess] * len(nets)))


def _line(line: TaxLine, gross_minor: int, off_minor: int, share_minor: int, assess: Assess) -> ComputedLine:
    net_minor = gross_minor - off_minor - share_minor
    assessed = assess(line, net_minor)
    return ComputedLine(
        gross_minor=gross_minor,
        line_discount_minor=off_minor,
        invoice_discount_share_minor=share_minor,
        net_minor=net_minor,
        taxable_minor=assessed.taxable_minor,
        taxes=assessed.taxes,
        total_minor=assessed.total_minor,
        rate_bps=line.rate_bps,
    )

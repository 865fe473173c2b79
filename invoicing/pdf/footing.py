"""What a document adds up to, as the rows of its last column: every row added up is the printed total.

Goods that are not taxed stand apart from taxable ones, as the return wants them. Where prices hold their tax, what
they come to before the discount holds it too and cannot stand above values without: then the column begins with the
values, and the discount is said beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n import N_
from invoicing.pdf.paper import InvoicePaper

TAXABLE, UNTAXED = N_("Taxable value"), N_("Value of goods")
APART = {"Exempt": N_("Exempt goods"), "Nil": N_("Nil-rated goods"), "Non-GST": N_("Non-GST goods")}
GROSS, DISCOUNT = N_("Gross value"), N_("Discount")
ROUND_OFF, TOTAL = N_("Round off"), N_("Total")
BELOW_RETAIL = N_("Less than printed prices")


@dataclass(frozen=True, slots=True)
class Footing:
    """`rows` add up to the total, label and amount; `before` to the values that they begin with.

    `discount_inside_minor` was taken off and stands in no row, because it holds tax.
    """

    rows: Sequence[tuple[str, int]]
    before: Sequence[tuple[str, int]] = ()
    discount_inside_minor: int = 0


def footing(paper: InvoicePaper) -> Footing:
    """How this document comes to its total."""
    totals, values = paper.totals, _values(paper)
    worth_minor = sum(amount_minor for _, amount_minor in values)
    heads = (
        [] if paper.reverse_charge else [(paper.head(head).label, totals.taxes.get(head, 0)) for head in paper.heads]
    )
    rows = [*values, *heads, (ROUND_OFF, paper.round_off_minor)]
    rest_minor = paper.grand_total_minor - sum(amount_minor for _, amount_minor in rows)
    if rest_minor:  # tax by the printed retail price: what is asked for is less than what was taxed
        rows.insert(len(rows) - 1, (BELOW_RETAIL, rest_minor))
    if not totals.discount_minor:
        return Footing(rows)
    if totals.gross_minor - totals.discount_minor != worth_minor:
        return Footing(rows, discount_inside_minor=totals.discount_minor)
    return Footing(rows, before=[(GROSS, totals.gross_minor), (DISCOUNT, -totals.discount_minor)])


def _values(paper: InvoicePaper) -> list[tuple[str, int]]:
    """What the goods are worth without tax, by how they are treated."""
    sums: dict[str, int] = {}
    for line in paper.lines:
        sums[line.rate_label] = sums.get(line.rate_label, 0) + line.taxable_minor
    if not paper.heads and len(sums) <= 1:
        return [(UNTAXED, sum(sums.values()))]
    first = TAXABLE if paper.heads else UNTAXED
    return [(APART.get(label, label) if label else first, sums[label]) for label in ("", *APART) if label in sums]

"""Table 8 of GSTR-1: what was sold without tax, by whether it crossed a border and whether the buyer is registered."""

from dataclasses import dataclass, field
from typing import Any

from reports.documents import EXEMPT, NIL_RATED, NON_GST, IssuedDocument, IssuedLine
from reports.plain_json import rupees

COLUMNS = {EXEMPT: "expt_amt", NIL_RATED: "nil_amt", NON_GST: "ngsup_amt"}
KINDS = ("INTRB2B", "INTRAB2B", "INTRB2C", "INTRAB2C")


@dataclass
class UntaxedTable:
    """Minor units by kind of supply and column."""

    sums: dict[tuple[str, str], int] = field(default_factory=dict)


def add(table: UntaxedTable, document: IssuedDocument, line: IssuedLine) -> None:
    """Count one line that carries no tax."""
    border, buyer = "INTR" if document.is_inter_state else "INTRA", "B2B" if document.buyer_gstin else "B2C"
    key = (border + buyer, COLUMNS[line.kind])
    table.sums[key] = table.sums.get(key, 0) + document.sign * line.amounts.taxable_minor


def rows(table: UntaxedTable) -> dict[str, Any]:
    """The section; nothing when nothing was sold without tax."""
    found = []
    for kind in KINDS:
        amounts = {column: table.sums.get((kind, column), 0) for column in COLUMNS.values()}
        if any(amounts.values()):
            found.append({"sply_ty": kind, **{column: rupees(amount) for column, amount in amounts.items()}})
    return {"inv": found} if found else {}

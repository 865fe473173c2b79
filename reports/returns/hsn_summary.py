"""Table 12 of GSTR-1: everything sold, less what came back, by HSN, unit and rate; registered buyers apart."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reports.documents import NOTHING, Amounts, Document, Line
from reports.plain_json import rupees, trimmed
from reports.unit_codes import unit_code

SPLIT_SINCE = date(2025, 5, 1)  # before, registered and other buyers stood in one table
HsnKey = tuple[str, str, int]


@dataclass
class HsnRow:
    """What one code adds up to. The first description that was met stands for all."""

    description: str
    qty_milli: int = 0
    amounts: Amounts = NOTHING


@dataclass
class HsnTable:
    """Rows by code, unit and rate: of registered buyers, and of all others."""

    registered: dict[HsnKey, HsnRow] = field(default_factory=dict)
    others: dict[HsnKey, HsnRow] = field(default_factory=dict)
    together: dict[HsnKey, HsnRow] = field(default_factory=dict)


def add(table: HsnTable, document: Document, line: Line) -> None:
    """Count one line; a credit note's is taken off."""
    key = (line.hsn, unit_code(line.unit), line.rate_bps)
    for rows_of in (table.registered if document.buyer_gstin else table.others, table.together):
        row = rows_of.setdefault(key, HsnRow(line.description))
        row.qty_milli += document.sign * line.qty_milli
        row.amounts = row.amounts.plus(line.amounts, document.sign)


def rows(table: HsnTable, month: date) -> dict[str, Any]:
    """The section as that month's form has it; nothing when nothing was sold."""
    parts = {"hsn_b2b": table.registered, "hsn_b2c": table.others} if month >= SPLIT_SINCE else {"data": table.together}
    shown = {name: _numbered(part) for name, part in parts.items()}
    return {name: part for name, part in shown.items() if part}


def _numbered(part: dict[HsnKey, HsnRow]) -> list[dict[str, Any]]:
    left = [(key, row) for key, row in sorted(part.items()) if row.qty_milli or row.amounts != NOTHING]
    return [_row(number, key, row) for number, (key, row) in enumerate(left, start=1)]


def _row(number: int, key: HsnKey, row: HsnRow) -> dict[str, Any]:
    code, uqc, rate_bps = key
    return {
        "num": number,
        "hsn_sc": code,
        "user_desc": row.description,
        "desc": "",
        "uqc": uqc,
        "qty": _quantity(row.qty_milli),
        "rt": trimmed(rupees(rate_bps)),
        "txval": rupees(row.amounts.taxable_minor),
        "iamt": rupees(row.amounts.igst_minor),
        "samt": rupees(row.amounts.state_minor),
        "camt": rupees(row.amounts.cgst_minor),
        "csamt": rupees(row.amounts.cess_minor),
    }


def _quantity(qty_milli: int) -> Decimal:
    """At most two decimals, as the form has them."""
    return trimmed(Decimal(qty_milli).scaleb(-3).quantize(Decimal("0.01"), ROUND_HALF_UP))

"""Table 12 of GSTR-1: everything sold, less what came back, by HSN, unit and rate; registered buyers apart."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reports.documents import NOTHING, Amounts, IssuedDocument, IssuedLine
from reports.plain_json import rupees, trimmed
from reports.unit_codes import unit_code

SPLIT_SINCE = date(2025, 5, 1)  # before, registered and other buyers stood in one table
SERVICES, NO_UNIT = "99", "NA"  # services have a code of this chapter, and are not counted
HsnKey = tuple[str, str, int]


@dataclass
class HsnRow:
    """What one code adds up to. The first description that was met stands for all."""

    description: str
    qty_milli: int = 0
    amounts: Amounts = NOTHING


Part = dict[HsnKey, HsnRow]


@dataclass
class HsnTable:
    """Rows by code, unit and rate: of registered buyers, and of all others."""

    registered: Part = field(default_factory=dict)
    others: Part = field(default_factory=dict)


def add(table: HsnTable, document: IssuedDocument, line: IssuedLine) -> None:
    """Count one line; a credit note's is taken off."""
    is_service = line.hsn.startswith(SERVICES)
    key = (line.hsn, NO_UNIT if is_service else unit_code(line.unit), line.rate_bps)
    part = table.registered if document.buyer_gstin else table.others
    qty_milli = 0 if is_service else line.qty_milli
    _count(part, key, HsnRow(line.description, qty_milli, line.amounts), document.sign)


def rows(table: HsnTable, month: date) -> dict[str, Any]:
    """The section as that month's form has it; nothing when nothing was sold."""
    split = {"hsn_b2b": table.registered, "hsn_b2c": table.others}
    parts = split if month >= SPLIT_SINCE else {"data": _together(table)}
    shown = {name: _numbered(part) for name, part in parts.items()}
    return {name: part for name, part in shown.items() if part}


def _count(part: Part, key: HsnKey, more: HsnRow, sign: int = 1) -> None:
    row = part.get(key)
    if row is None:
        row = part[key] = HsnRow(more.description)
    row.qty_milli += sign * more.qty_milli
    row.amounts = row.amounts.plus(more.amounts, sign)


def _together(table: HsnTable) -> Part:
    """One table, as it was before buyers were told apart."""
    sums: Part = {}
    for part in (table.registered, table.others):
        for key, row in part.items():
            _count(sums, key, row)
    return sums


def _numbered(part: Part) -> list[dict[str, Any]]:
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

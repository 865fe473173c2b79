"""Table 13 of GSTR-1: which numbers were used, series by series, and how many of them were cancelled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reports.documents import CREDIT_NOTE, DEBIT_NOTE, SALES

NATURES = {
    **dict.fromkeys(SALES, (1, "Invoices for outward supply")),
    DEBIT_NOTE: (4, "Debit Note"),
    CREDIT_NOTE: (5, "Credit Note"),
}
_SERIES = re.compile(r"(.*?)([0-9]*)")


@dataclass(frozen=True, slots=True)
class UsedNumber:
    """One number that was used."""

    kind: str
    text: str
    is_cancelled: bool = False

    @property
    def place(self) -> tuple[str, int]:
        """The series, and the place in it."""
        found = _SERIES.fullmatch(self.text)
        prefix, digits = found.groups() if found else (self.text, "")
        return prefix, int(digits or 0)


def rows(numbers: Iterable[UsedNumber]) -> dict[str, Any]:
    """The section: for each nature of document its series, each from a first to a last number without a gap."""
    by_nature: dict[tuple[int, str], list[UsedNumber]] = {}
    for number in numbers:
        by_nature.setdefault(NATURES[number.kind], []).append(number)
    found = [
        {"doc_num": code, "doc_typ": title, "docs": _series(of_nature)}
        for (code, title), of_nature in sorted(by_nature.items())
    ]
    return {"doc_det": found} if found else {}


def _series(numbers: list[UsedNumber]) -> list[dict[str, Any]]:
    ordered = sorted(numbers, key=lambda number: number.place)
    runs = groupby(enumerate(ordered), lambda counted: (counted[1].place[0], counted[1].place[1] - counted[0]))
    return [_run(row, [number for _, number in run]) for row, (_, run) in enumerate(runs, start=1)]


def _run(row: int, run: list[UsedNumber]) -> dict[str, Any]:
    cancelled = sum(number.is_cancelled for number in run)
    return {
        "num": row,
        "from": run[0].text,
        "to": run[-1].text,
        "totnum": len(run),
        "cancel": cancelled,
        "net_issue": len(run) - cancelled,
    }

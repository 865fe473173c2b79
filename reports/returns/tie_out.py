"""Does the return say what the documents say? Read back from the finished sections, to the paisa.

Two ways lead from the documents to the return: by buyer (invoices, notes and sums), and by HSN. Both must arrive at
what the documents' own totals come to.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.errors import DomainError
from reports.documents import Amounts

HEADS = ("txval", "iamt", "camt", "samt", "csamt")
Sums = dict[str, Decimal]


class DoesNotTieOut(DomainError):
    """The return would say something else than its documents: it is not written."""

    code = "GSTR1_DOES_NOT_TIE_OUT"


def check(sections: Mapping[str, Any], booked: Amounts) -> None:
    """Raises DoesNotTieOut with the sums that differ."""
    expected = _booked(booked)
    for name, found in (("sections", by_buyer(sections)), ("hsn", by_hsn(sections))):
        if found != expected:
            raise DoesNotTieOut(
                f"GSTR-1 does not tie out: {name} say {_shown(found)}, the documents {_shown(expected)}.",
                part=name,
                found=_shown(found),
                booked=_shown(expected),
            )


def by_buyer(sections: Mapping[str, Any]) -> Sums:
    """Value and tax of all sections but the HSN summary; what is given back is taken off."""
    sums = dict.fromkeys(HEADS, Decimal())
    for sign, row in _signed(sections):
        for head in HEADS:
            sums[head] += sign * row.get(head, 0)
    untaxed = sections.get("nil", {}).get("inv", [])
    sums["txval"] += sum((row["nil_amt"] + row["expt_amt"] + row["ngsup_amt"] for row in untaxed), Decimal())
    return sums


def by_hsn(sections: Mapping[str, Any]) -> Sums:
    """Value and tax of the HSN summary."""
    found = [row for part in sections.get("hsn", {}).values() for row in part]
    return {head: sum((row[head] for row in found), Decimal()) for head in HEADS}


def _signed(sections: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for name in ("b2b", "b2cl"):
        for group in sections.get(name, []):
            for invoice in group["inv"]:
                yield from ((1, item["itm_det"]) for item in invoice["itms"])
    for exported in sections.get("exp", []):
        yield from ((1, item) for invoice in exported["inv"] for item in invoice["itms"])
    yield from ((1, row) for row in sections.get("b2cs", []))
    notes = [note for group in sections.get("cdnr", []) for note in group["nt"]] + sections.get("cdnur", [])
    for note in notes:
        sign = -1 if note["ntty"] == "C" else 1
        yield from ((sign, item["itm_det"]) for item in note["itms"])


def _booked(booked: Amounts) -> Sums:
    minor = {
        "txval": booked.taxable_minor,
        "iamt": booked.igst_minor,
        "camt": booked.cgst_minor,
        "samt": booked.state_minor,
        "csamt": booked.cess_minor,
    }
    return {head: Decimal(amount_minor).scaleb(-2) for head, amount_minor in minor.items()}


def _shown(sums: Sums) -> dict[str, str]:
    return {head: f"{amount:.2f}" for head, amount in sums.items()}

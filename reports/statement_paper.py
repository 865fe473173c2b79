"""A shop's statement as a document: what the account says, put into words and kept; drawn and sent like a bill."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from core.i18n import N_
from credit import bills
from invoicing import cancelling, papers, snapshots
from invoicing.tables import STATEMENT
from parties import organisations, retailers
from reports import ageing, statement
from reports.statement import Movement

METHODS = {
    "cash": N_("cash"),
    "upi": N_("UPI"),
    "bank": N_("bank transfer"),
    "cheque": N_("cheque"),
    "other": N_("other means"),
}
LABELS = {
    "bill.invoice": N_("Invoice"),
    "bill.opening": N_("Opening bill"),
    "bill.charge": N_("Charge"),
    "bill.debit_note": N_("Debit note"),
    "bill.cancelled": N_("Cancelled"),
    "bill.refund": N_("Paid back"),
    "payment.recorded": N_("Payment"),
    "payment.reversed": N_("Payment taken back"),
    "adjustment.reversed": N_("Credit taken back"),
    "credit.opening": N_("Opening credit"),
    "credit.return": N_("Goods returned"),
    "credit.damage": N_("Damaged goods"),
    "credit.short_supply": N_("Short supply"),
    "credit.expiry": N_("Expired goods"),
    "credit.rate_difference": N_("Rate difference"),
    "credit.scheme_claim": N_("Scheme"),
    "credit.goodwill": N_("Goodwill"),
    "credit.cash_discount": N_("Cash discount"),
    "credit.write_off": N_("Written off"),
    "credit.refund_returned": N_("Refund taken back"),
    "credit.dispute": N_("Set aside: disputed"),
}

FIGURES = ("opening_minor", "closing_minor", "on_account_minor", "disputed_minor")


def keep(session: Session, retailer_id: UUID, from_on: date | None = None, to_on: date | None = None) -> UUID:
    """Keep the statement of a period as a paper, as it stands now, and return its id: for `papers.pdf`, links and chat.

    Without dates the last 30 days. What is open is listed as it is today. Raises what statement.of raises.
    """
    said = statement.of(session, retailer_id, from_on, to_on)
    organisation, shop = organisations.get(session), retailers.get(session, retailer_id)
    today = clock.today(organisation.timezone)
    content = {
        "seller": snapshots.seller(organisation),
        "buyer": snapshots.shop(shop),
        "from_on": said.from_on.isoformat(),
        "to_on": said.to_on.isoformat(),
        **{name: getattr(said, name) for name in FIGURES},
        "currency": said.currency,
        "movements": [_movement(line) for line in said.lines],
        "open_bills": _open_bills(session, retailer_id, today) if said.to_on == today else [],
        "ageing": _ageing(session, retailer_id, said.to_on),
        "pay_reference": f"{shop.code}-S{clock.now():%y%m%d%H%M%S}",  # another than of a bill, or of another statement
    }
    return papers.keep(session, STATEMENT, retailer_id, f"STATEMENT-{shop.code}-{said.to_on}", content)


def label(kind: str) -> str:
    """A kind of movement in words; one that has none is shown as it is written."""
    return LABELS.get(kind, kind.rpartition(".")[2].replace("_", " ").capitalize())


def _movement(line: Movement) -> dict[str, Any]:
    number = line.receipt_number
    gone = line.reference.removeprefix(cancelling.REFERENCE) if line.kind == f"credit.{cancelling.KIND}" else ""
    if gone and gone != line.reference:  # the bill was undone: no goods came back for it
        line = replace(line, kind="bill.cancelled", reference=gone)
    other = [f"Ref. {line.reference}"] if number and line.reference != number else []
    return {
        "on": line.on.isoformat(),
        "label": label(line.kind),
        "way": METHODS.get(line.method, line.method) if line.method else "",
        "reference": number or line.reference,
        "note": " · ".join([*other, *([line.note] if line.note else [])]),
        "debit_minor": line.debit_minor,
        "credit_minor": line.credit_minor,
        "balance_minor": line.balance_minor,
    }


def _ageing(session: Session, retailer_id: UUID, on: date) -> list[tuple[str, int]]:
    """How old what was open at the end of that day was; nothing when nothing was."""
    aged = ageing.report(session, on, retailer_id=retailer_id)
    return [(one.name, one.amount_minor) for one in aged.buckets] if aged.open_minor else []


def _open_bills(session: Session, retailer_id: UUID, today: date) -> list[dict[str, Any]]:
    return [
        {
            "number": bill.reference,
            "bill_on": bill.bill_on.isoformat(),
            "due_on": bill.due_on.isoformat(),
            "amount_minor": bill.amount_minor,
            "open_minor": bill.open_minor,
            "days_late": max(0, (today - bill.due_on).days),
        }
        for bill in bills.open_bills(session, retailer_id)
    ]

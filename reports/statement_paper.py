"""A shop's statement as a document: what the account says, put into words and kept; drawn and sent like a bill."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock
from credit import bills
from invoicing import papers, snapshots
from invoicing.tables import STATEMENT
from parties import organisations, retailers
from reports import statement
from reports.statement import Movement

METHODS = {"upi": "UPI", "bank": "bank transfer", "other": "other means"}
LABELS = {
    "bill.invoice": "Invoice",
    "bill.opening": "Opening bill",
    "bill.charge": "Charge",
    "bill.debit_note": "Debit note",
    "payment.recorded": "Payment",
    "payment.reversed": "Payment taken back",
    "adjustment.reversed": "Credit taken back",
    "credit.opening": "Opening credit",
    "credit.return": "Goods returned",
    "credit.damage": "Damaged goods",
    "credit.short_supply": "Short supply",
    "credit.expiry": "Expired goods",
    "credit.rate_difference": "Rate difference",
    "credit.scheme_claim": "Scheme",
    "credit.goodwill": "Goodwill",
    "credit.cash_discount": "Cash discount",
    "credit.write_off": "Written off",
    "credit.dispute": "Set aside: disputed",
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
    }
    return papers.keep(session, STATEMENT, retailer_id, f"STATEMENT-{shop.code}-{said.to_on}", content)


def label(kind: str) -> str:
    """A kind of movement in words; one that has none is shown as it is written."""
    return LABELS.get(kind, kind.rpartition(".")[2].replace("_", " ").capitalize())


def _movement(line: Movement) -> dict[str, Any]:
    method = f" ({METHODS.get(line.method, line.method)})" if line.method else ""
    return {
        "on": line.on.isoformat(),
        "label": label(line.kind) + method,
        "reference": line.reference,
        "note": line.note,
        "debit_minor": line.debit_minor,
        "credit_minor": line.credit_minor,
        "balance_minor": line.balance_minor,
    }


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

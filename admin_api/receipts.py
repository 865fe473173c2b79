"""Receipts as several operations show them: a payment, the bills named for it and the bills that it settled."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from admin_api.shapes import Id, PositiveMinor, Strict
from core import ids
from credit.allocating import Applied
from credit.payments import Receipt
from parties import retailers


class Chosen(Strict):
    """An amount for one bill, taken before the oldest-first rule."""

    bill_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)


def chosen(allocations: list[dict[str, Any]]) -> tuple[tuple[UUID, int], ...]:
    """The bills that somebody names for a payment. Raises NotFound."""
    return tuple((ids.parse("bil", one["bill_id"]), one["amount_minor"]) for one in allocations)


def show_receipt(receipt: Receipt) -> dict[str, Any]:
    """A receipt as the contract has it."""
    payment = receipt.payment
    return {
        "id": ids.public("pay", payment.id),
        "retailer_id": retailers.public_id(payment.retailer_id),
        "amount_minor": payment.amount_minor,
        "currency": receipt.currency,
        "method": payment.method,
        "reference": payment.reference,
        "received_on": payment.received_on.isoformat(),
        "status": payment.status,
        "allocations": show_applied(receipt.allocations),
        "unapplied_minor": payment.unapplied_minor,
        "outstanding_minor": receipt.outstanding_minor,
        "warnings": list(receipt.warnings),
    }


def show_applied(applied: Iterable[Applied]) -> list[dict[str, Any]]:
    """Which bill got which part."""
    return [
        {
            "bill_id": ids.public("bil", one.bill_id),
            "invoice_number": one.reference,
            "amount_minor": one.amount_minor,
        }
        for one in applied
    ]

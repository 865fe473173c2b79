"""Receipts as several operations have them: the bills named for a payment, and what it did."""

from typing import Any
from uuid import UUID

from admin_api.answers.shape import Beside
from admin_api.shapes import Id, PositiveMinor, Strict
from core import ids
from credit.payments import Receipt
from credit.tables import POSTED


class BillShare(Strict):
    """An amount for one bill, taken before the oldest-first rule."""

    bill_id = Id(needed=True)
    amount_minor = PositiveMinor(required=True)


def chosen(allocations: list[dict[str, Any]]) -> tuple[tuple[UUID, int], ...]:
    """The bills that somebody names for a payment. Raises NotFound."""
    return tuple((ids.parse("bil", one["bill_id"]), one["amount_minor"]) for one in allocations)


def receipt_of(receipt: Receipt) -> Beside:
    """A payment and what it did, as PaymentOut tells it."""
    payment = receipt.payment
    return Beside(
        payment,
        cheque_id=None,
        dated_on=None,
        counts=payment.status == POSTED,
        **what_it_did(receipt),
        warnings=receipt.warnings,
    )


def what_it_did(receipt: Receipt) -> dict[str, Any]:
    """What any credit changes, beside the credit itself."""
    return {
        "currency": receipt.currency,
        "allocations": receipt.allocations,
        "outstanding_minor": receipt.outstanding_minor,
    }

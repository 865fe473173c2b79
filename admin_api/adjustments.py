"""Credits that are no money, and debit notes: each with its kind, its reason and a role that may give it."""

from typing import Any

from flask import g
from marshmallow import ValidationError, fields, validate, validates_schema
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.adjustments import AdjustmentOut, ChargedOut, GivenOut
from admin_api.answers.shape import Beside
from admin_api.receipts import what_it_did
from admin_api.shapes import Day, Id, PositiveMinor, Strict, Text, Thousandths
from admin_api.spec import Blueprint
from core import ids
from core.errors import Invalid
from credit import adjustments, bills, debit_notes, disputes, late_fees, payments
from credit.payments import DISPUTE, Receipt
from invoicing import cancelling, charges, credit_notes
from invoicing.tables import GOODS
from invoicing.writing import HEADS
from parties import retailers
from parties.roles import BOOKKEEPERS, FOUNDERS
from tax.rules import MAX_RATE_BPS

blueprint = Blueprint("adjustments", __name__, url_prefix="/api/v1/admin/adjustment", description="Credits and debits")


class ReturnedIn(Strict):
    """How many of one line of the bill's invoice came back."""

    line = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    qty = Thousandths(required=True)


class AdjustmentIn(Strict):
    """A credit to give. With `bill_id` that bill is settled first; a dispute freezes part of its bill.

    With `lines` of the bill's invoice it is a credit note with tax, and the amount follows from them; `goods` says
    where those went (by the kind when nobody says).
    """

    retailer_id = Id(needed=True)
    kind = fields.String(required=True, validate=validate.OneOf((*adjustments.MAY_GIVE, DISPUTE)))
    amount_minor = PositiveMinor(load_default=None)
    bill_id = Id(load_default=None, allow_none=True)
    lines = fields.List(fields.Nested(ReturnedIn), load_default=list, validate=validate.Length(max=500))
    goods = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(list(GOODS)))
    reason = Text(longest=500, needed=True)

    @validates_schema
    def _has_an_amount(self, given: dict[str, Any], **_: Any) -> None:
        if given.get("lines"):
            if given.get("amount_minor") is not None or not given.get("bill_id"):
                raise ValidationError("With lines the bill is named and the amount follows from them.", "lines")
        elif given.get("amount_minor") is None:
            raise ValidationError("Missing data for required field.", "amount_minor")


class OfBill(Strict):
    """One bill, and why something is added to it or taken off."""

    bill_id = Id(needed=True)
    reason = Text(longest=500, needed=True)


class DebitNoteIn(Strict):
    """Something owed on top of what was billed: `amount_minor` without the tax that it bears.

    Freight, what was billed short and a rate difference name the invoice that they belong to and bear its rates, or
    say `rate_bps` and `hsn`. Only `other` may name neither, and bears no tax.
    """

    retailer_id = Id(needed=True)
    kind = fields.String(required=True, validate=validate.OneOf(tuple(debit_notes.EARNED_AS)))
    amount_minor = PositiveMinor(required=True)
    due_on = Day(load_default=None, allow_none=True)
    reason = Text(longest=500, needed=True)
    invoice_id = Id(load_default=None, allow_none=True)
    rate_bps = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(0, MAX_RATE_BPS))
    hsn = Text(longest=8, load_default="")


class Undoing(Strict):
    """Why a credit is taken back."""

    reason = Text(longest=500, needed=True)


@blueprint.route("/create", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(AdjustmentIn)
@blueprint.response(201, GivenOut)
def create(session: Session, given: dict[str, Any]) -> Beside:
    """Give a credit: return, damage, short supply, rate difference, expiry, scheme claim, goodwill or write-off.

    A dispute (with `bill_id`) is opened as `/disputes` does, and settled there. Every other credit has a numbered
    credit note, but for a write-off: with tax when `lines` came back, else a commercial one.
    """
    if given["kind"] == DISPUTE:
        return _dispute(session, given)
    if given["lines"]:
        return _returned(session, given)
    new = adjustments.Adjustment(
        retailer_id=retailers.find(session, given["retailer_id"]).id,
        kind=given["kind"],
        amount_minor=given["amount_minor"],
        reason=given["reason"],
        role=g.who.role,
        bill_id=ids.parse("bil", given["bill_id"]) if given["bill_id"] else None,
    )
    return _with_note(credit_notes.commercial(session, new))


@blueprint.route("/<adjustment_id>/reverse", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(Undoing)
@blueprint.response(200, AdjustmentOut)
def reverse(session: Session, why: dict[str, Any], adjustment_id: str) -> Beside:
    """Take a credit back: the same bills are open again. Needs a role that may give it.

    A cash discount that those bills earned by being settled goes with it, and with its note.
    """
    return shown(cancelling.take_back(session, ids.parse("adj", adjustment_id), why["reason"], g.who.role))


@blueprint.route("/cash-discount", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(OfBill)
@blueprint.response(201, GivenOut)
def cash_discount(session: Session, given: dict[str, Any]) -> Beside:
    """Give the discount that a bill has earned by being paid in full in time, with a commercial credit note of its own.

    Refused with what is missing.
    """
    bill_id = ids.parse("bil", given["bill_id"])
    return _with_note(credit_notes.cash_discount(session, bill_id, given["reason"], g.who.role))


@blueprint.route("/late-fee", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(OfBill)
@blueprint.response(201, ChargedOut)
def late_fee(session: Session, given: dict[str, Any]) -> Beside:
    """Charge the interest of a late bill until today, once; refused while late fees are off. It bears no tax."""
    bill = late_fees.charge(session, ids.parse("bil", given["bill_id"]), given["reason"], g.who.role)
    return Beside(bill, document=None, taxable_minor=bill.amount_minor, tax_minor=0)


@blueprint.route("/debit-note", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(DebitNoteIn)
@blueprint.response(201, ChargedOut)
def debit_note(session: Session, given: dict[str, Any]) -> Beside:
    """Make a shop owe more, as a bill of its own.

    With an invoice or a rate it is a numbered document with tax, which the shop gets; `tax_minor` is what it bears.
    """
    charge = charges.ExtraCharge(
        retailer_id=retailers.find(session, given["retailer_id"]).id,
        kind=given["kind"],
        amount_minor=given["amount_minor"],
        reason=given["reason"],
        role=g.who.role,
        due_on=given["due_on"],
        invoice_id=ids.parse("inv", given["invoice_id"]) if given["invoice_id"] else None,
        rate_bps=given["rate_bps"],
        hsn=given["hsn"],
    )
    made = charges.bill(session, charge)
    taxable_minor = made.document.taxable_minor if made.document else charge.amount_minor
    tax_minor = sum(getattr(made.document, f"{head}_minor") for head in HEADS) if made.document else 0
    return Beside(made.bill, document=made.document, taxable_minor=taxable_minor, tax_minor=tax_minor)


def _returned(session: Session, given: dict[str, Any]) -> Beside:
    shop, bill_id = retailers.find(session, given["retailer_id"]), ids.parse("bil", given["bill_id"])
    bills.of(session, shop.id, bill_id)
    invoice = credit_notes.of_bill(session, bill_id)
    if invoice is None:
        raise Invalid("This bill has no invoice whose lines could come back: give an amount.", field="lines")
    lines = [credit_notes.Correction(one["line"], int(one["qty"] * 1000)) for one in given["lines"]]
    new = credit_notes.NewCreditNote(
        invoice.id, given["kind"], given["reason"], g.who.role, lines, goods=given["goods"]
    )
    return _with_note(credit_notes.issue(session, new))


def _with_note(given: credit_notes.Given) -> Beside:
    """A credit with the paper that says it, which goes to the shop."""
    note = given.note
    return shown(given.receipt, credit_note=note, dispute_id=None)


def _dispute(session: Session, given: dict[str, Any]) -> Beside:
    if not given["bill_id"]:
        raise Invalid("A dispute is about a bill: name it.", field="bill_id")
    shop, bill_id = retailers.find(session, given["retailer_id"]), ids.parse("bil", given["bill_id"])
    bills.of(session, shop.id, bill_id)
    dispute = disputes.start(session, bill_id, given["amount_minor"], given["reason"])
    freeze = payments.receipt(session, payments.get(session, dispute.freeze_id))
    return shown(freeze, credit_note=None, dispute_id=dispute.id)


def shown(receipt: Receipt, **more: Any) -> Beside:
    """A credit and what it settled, as AdjustmentOut tells it."""
    return Beside(receipt.payment, **what_it_did(receipt), **more)

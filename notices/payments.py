"""What a shop is told of its money: received, taken back, a link to pay, and what could not be booked."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from bot.markup import plain
from core.i18n import N_, _, format_day, format_money, isolate, speaking
from credit import claims, payment_links
from credit.events import PaymentTaken, PaymentTakenBack, RefundPaid, RefundTakenBack
from credit.tables import PaymentClaim
from notices import addressing
from notices.addressing import Addressee
from speech import wording

METHODS = {
    "cash": N_("cash"),
    "upi": N_("UPI"),
    "bank": N_("bank transfer"),
    "cheque": N_("cheque"),
    "other": N_("other means"),
}


def received(session: Session, paid: PaymentTaken) -> UUID | None:
    """Thank for a payment: amount, way, day and what is owed now."""
    to = addressing.addressee(session, paid.retailer_id)
    if to is None:
        return None
    return addressing.put(
        session, to, "payment_received", _of_payment(to, paid), dedupe_key=f"payment:{paid.payment_id}"
    )


def taken_back(session: Session, paid: PaymentTakenBack) -> UUID | None:
    """Say calmly that a payment was taken out of the books again, and what is owed now."""
    to = addressing.addressee(session, paid.retailer_id)
    if to is None:
        return None
    params = {**_of_payment(to, paid), "phone": isolate(to.phone)}
    return addressing.put(session, to, "payment_reversed", params, dedupe_key=f"payment-reversed:{paid.payment_id}")


def paid_back(session: Session, refund: RefundPaid) -> UUID | None:
    """Say that money on account was paid back: amount, way, day and what is owed now."""
    return _of_refund(session, refund, "refund_paid")


def refund_taken_back(session: Session, refund: RefundTakenBack) -> UUID | None:
    """Say calmly that a refund stands no more, and that the money is on account again."""
    return _of_refund(session, refund, "refund_reversed")


def _of_refund(session: Session, refund: RefundPaid | RefundTakenBack, template: str) -> UUID | None:
    to = addressing.addressee(session, refund.retailer_id)
    if to is None:
        return None
    params = {**_of_money(to, refund, refund.paid_on), "phone": isolate(to.phone)}
    return addressing.put(session, to, template, params, dedupe_key=f"{template}:{refund.refund_id}")


def _of_payment(to: Addressee, paid: PaymentTaken | PaymentTakenBack) -> dict[str, str]:
    return {**_of_money(to, paid, paid.received_on), "receipt": isolate(paid.receipt_number or "-")}


def _of_money(
    to: Addressee, moved: PaymentTaken | PaymentTakenBack | RefundPaid | RefundTakenBack, on: date
) -> dict[str, str]:
    with speaking(to.reach.language):
        return {
            **to.names(),
            "amount": format_money(moved.amount_minor, moved.currency),
            "mode": _(METHODS[moved.method]),
            "date": format_day(on),
            "balance": wording.balance(moved.outstanding_minor, moved.currency),
        }


def link_to_pay(session: Session, link_id: UUID) -> UUID | None:
    """Send the address of a payment link that was asked for in chat and can be paid now."""
    link = payment_links.get(session, link_id)
    to = addressing.addressee(session, link.retailer_id)
    if to is None or not link.in_chat or link.url is None:
        return None
    with speaking(to.reach.language):
        amount = format_money(link.amount_minor, link.currency)
    params = {**to.names(), "amount": amount, "link": isolate(link.url)}
    return addressing.put(session, to, "payment_link_ready", params, dedupe_key=f"payment-link:{link.id}")


def claim_declined(session: Session, claim_id: UUID) -> UUID | None:
    """Say that a payment the shop told of could not be booked, why in the words of staff, and what helps."""
    claim = claims.get(session, claim_id)
    to = addressing.addressee(session, claim.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "payment": _claimed(claim, to.business.currency),
            "reason": addressing.reason(claim.note),
            "phone": isolate(to.phone),
        }
    return addressing.put(session, to, "payment_claim_declined", params, dedupe_key=f"claim-declined:{claim.id}")


def _claimed(claim: PaymentClaim, currency: str) -> str:
    """`₹5,000, reference 412345678901`: what the shop told of the payment."""
    amount = format_money(claim.amount_minor, currency) if claim.amount_minor else ""
    ref = isolate(plain(claim.reference)) if claim.reference else ""
    if amount and ref:
        return _("%(amount)s, reference %(ref)s", amount=amount, ref=ref)
    return amount or (_("reference %(ref)s", ref=ref) if ref else _("the one in your picture"))

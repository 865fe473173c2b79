"""Notices: what the shop is told without having asked. An approved template with its facts, put to the outbox.

Each returns the message's id, or None when nothing is to be said: nobody to write to, automatic messages stopped, or
said before. Amounts come from the books, in the transaction that changed them.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.markup import plain
from core import clock, db, ids, outbox
from core.errors import NotFound
from core.i18n import N_, _, format_day, format_money, isolate, speaking
from core.outbox import OutboxMessage
from credit import accounts, bills, payment_links, rules
from credit.ladder import Evaluation
from credit.papers import Dispute
from credit.payments import PAYMENT, Receipt
from credit.reminders import Digest
from credit.tables import Payment, PaymentClaim
from flows import quoting, wording
from invoicing.tables import DEBIT_NOTE, Invoice
from orders.order import Order
from parties import channels, contacts, organisations, retailers, tasks
from parties.contacts import Reach
from parties.tables import Organisation, Retailer

SINGLE = {"T-1": "payment_due_tomorrow", "T+0": "payment_due_today", "T+3": "payment_overdue_3d"}
MERGED = "payment_reminder_merged"
RECENTLY = timedelta(days=7)
MAX_REASON = 200
METHODS = {
    "cash": N_("cash"),
    "upi": N_("UPI"),
    "bank": N_("bank transfer"),
    "cheque": N_("cheque"),
    "other": N_("other means"),
}


@dataclass(frozen=True)
class Addressee:
    """Whom a notice goes to, from whom."""

    retailer: Retailer
    business: Organisation
    reach: Reach
    phone: str

    def names(self) -> dict[str, str]:
        """The parameters that every template has."""
        return {"name": isolate(plain(self.retailer.name)), "business": isolate(plain(self.business.name))}


def payment_received(session: Session, receipt: Receipt) -> UUID | None:
    """Thank for a payment: amount, way, day and what is owed now; and say so when it opened credit again."""
    to, payment = _addressee(session, receipt.retailer_id), receipt.payment
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "amount": format_money(payment.amount_minor, receipt.currency),
            "mode": _(METHODS[payment.method]),
            "date": format_day(payment.received_on),
            "balance": wording.balance(receipt.outstanding_minor, receipt.currency),
        }
    message_id = _put(session, to, "payment_received", params, dedupe_key=f"payment:{payment.id}")
    status_changed(session, receipt.evaluation)
    return message_id


def link_to_pay(session: Session, link_id: UUID) -> UUID | None:
    """Send the address of a payment link that was asked for in chat and can be paid now."""
    link = payment_links.get(session, link_id)
    to = _addressee(session, link.retailer_id)
    if to is None or not link.in_chat or link.url is None:
        return None
    with speaking(to.reach.language):
        amount = format_money(link.amount_minor, link.currency)
    params = {**to.names(), "amount": amount, "link": isolate(link.url)}
    return _put(session, to, "payment_link_ready", params, dedupe_key=f"payment-link:{link.id}")


def payment_reversed(session: Session, receipt: Receipt) -> UUID | None:
    """Say calmly that a payment was taken out of the books again, and what is owed now."""
    to, payment = _addressee(session, receipt.retailer_id), receipt.payment
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "amount": format_money(payment.amount_minor, receipt.currency),
            "mode": _(METHODS[payment.method]),
            "date": format_day(payment.received_on),
            "balance": wording.balance(receipt.outstanding_minor, receipt.currency),
            "phone": isolate(to.phone),
        }
    return _put(session, to, "payment_reversed", params, dedupe_key=f"payment-reversed:{payment.id}")


def claim_declined(session: Session, claim: PaymentClaim) -> UUID | None:
    """Say that a payment the shop told of could not be booked, why in the words of staff, and what helps."""
    to = _addressee(session, claim.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "payment": _claimed(claim, to.business.currency),
            "reason": _reason(claim.note),
            "phone": isolate(to.phone),
        }
    return _put(session, to, "payment_claim_declined", params, dedupe_key=f"claim-declined:{claim.id}")


def dispute_settled(session: Session, dispute: Dispute) -> UUID | None:
    """Say how a dispute about a bill ended: what is taken off, what stays, why in the words of staff."""
    to = _addressee(session, dispute.retailer_id)
    if to is None:
        return None
    stands, accepted = accounts.position(session, dispute.retailer_id), dispute.accepted_minor
    rest = dispute.amount_minor - accepted
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "bill_no": isolate(plain(bills.get(session, dispute.bill_id).reference)),
            "accepted": format_money(accepted, stands.currency),
            "rest": format_money(rest, stands.currency),
            "reason": _reason(dispute.settlement),
            "balance": wording.balance(stands.outstanding_minor, stands.currency),
            "phone": isolate(to.phone),
        }
    template = "dispute_declined" if not accepted else "dispute_partly_accepted" if rest else "dispute_accepted"
    return _put(session, to, template, params, dedupe_key=f"dispute:{dispute.id}")


def invoice_sent(session: Session, invoice_id: UUID) -> UUID | None:
    """Send a bill as PDF with its number, amount and due date.

    STOP is respected here too, although a bill answers an order: whoever sent it wants nothing unasked. *bill* in the
    chat still fetches it. Whoever cannot be sent a bill is to be handed it on paper: one task for people.
    """
    invoice = db.fetch(session, Invoice, invoice_id)
    to = _addressee(session, invoice.retailer_id)
    if to is None:
        _hand_over(session, invoice)
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "bill_no": isolate(invoice.number),
            "amount": format_money(invoice.total_minor, invoice.currency),
            "due_date": format_day(invoice.due_on),
        }
    attachment = {"kind": "invoice", "id": str(invoice_id)}
    return _put(session, to, "invoice_shared", params, attachment=attachment, dedupe_key=f"invoice:{invoice_id}")


def note_sent(session: Session, note: Invoice) -> UUID | None:
    """Send a credit or debit note as PDF: what it does to the account, and what is owed now, or by when."""
    to = _addressee(session, note.retailer_id)
    if to is None:
        return None
    stands = accounts.position(session, note.retailer_id)
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "note_no": isolate(note.number),
            "amount": format_money(note.total_minor, note.currency),
            "balance": wording.balance(stands.outstanding_minor, stands.currency),
            "due_date": format_day(note.due_on),
            "phone": isolate(to.phone),
        }
    template = "debit_note_shared" if note.document_type == DEBIT_NOTE else "credit_note_shared"
    attachment = {"kind": "invoice", "id": str(note.id)}
    return _put(session, to, template, params, attachment=attachment, dedupe_key=f"invoice:{note.id}")


def is_invoice_sent(session: Session, invoice_id: UUID) -> bool:
    """True when the bill was put on its way to the shop, and was not called back since."""
    sent = select(OutboxMessage.id).where(
        OutboxMessage.org_id == db.org_of(session),
        OutboxMessage.dedupe_key == f"invoice:{invoice_id}",
        OutboxMessage.status.not_in(("cancelled", "failed")),
    )
    return session.scalars(sent).first() is not None


def credit_paused(session: Session, retailer_id: UUID) -> UUID | None:
    """Say once that credit is on hold, what is past due if anything is, and what goes on."""
    to = _addressee(session, retailer_id)
    if to is None:
        return None
    overdue_minor = rules.one(session, retailer_id).facts.overdue_minor  # less what is on account
    with speaking(to.reach.language):
        params = {**to.names(), "phone": isolate(to.phone)}
        if overdue_minor:
            params["amount"] = format_money(overdue_minor, to.business.currency)
    return _put(session, to, "credit_paused" if overdue_minor else "credit_on_hold", params)


def credit_restored(session: Session, retailer_id: UUID) -> UUID | None:
    """Say that credit is open again, with what is available; thank for a payment only when there was one."""
    to = _addressee(session, retailer_id)
    if to is None:
        return None
    stands = accounts.position(session, retailer_id)
    with speaking(to.reach.language):
        params = {**to.names(), "available": format_money(stands.available_minor, stands.currency)}
    has_paid = _paid_lately(session, retailer_id)
    return _put(session, to, "credit_restored" if has_paid else "credit_open_again", params)


def status_changed(session: Session, evaluation: Evaluation | None) -> UUID | None:
    """Say that a rule has put credit on hold, or that the hold is over; nothing for what concerns only staff."""
    if evaluation is not None and (evaluation.is_paused_now or evaluation.is_blocked_now):
        return credit_paused(session, evaluation.retailer_id)
    if evaluation is not None and evaluation.is_restored_now:
        return credit_restored(session, evaluation.retailer_id)
    return None


def order_released(session: Session, order: Order) -> UUID | None:
    """Say that an order that had to wait for credit is placed now, and what of it is not in stock."""
    to = _addressee(session, order.retailer_id)
    if to is None:
        return None
    template = "order_released_short" if order.shorts else "order_released"
    return _put(session, to, template, _of_order(to, order), dedupe_key=f"released:{order.id}")


def order_shortened(session: Session, order: Order) -> UUID | None:
    """Say that less of a placed order will come than was promised, and what it comes to now."""
    to = _addressee(session, order.retailer_id)
    if to is None:
        return None
    return _put(session, to, "order_shortened", _of_order(to, order))


def held_order_dearer(session: Session, order: Order, before_minor: int) -> UUID | None:
    """Say that credit covers a kept order now, at a price that needs a fresh yes; once for each price."""
    to = _addressee(session, order.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "day": format_day(quoting.day_of(order, to.business.timezone)),
            "amount": format_money(order.total_minor, order.currency),
            "before": format_money(before_minor, order.currency),
        }
    return _put(session, to, "order_held_dearer", params, dedupe_key=f"dearer:{order.id}:{order.total_minor}")


def order_called_off(session: Session, order: Order) -> UUID | None:
    """Say that staff called off an order that was placed or kept, with their reason where they gave one."""
    to = _addressee(session, order.retailer_id)
    if to is None:
        return None
    reason = quoting.reason_of(order)
    with speaking(to.reach.language):
        day = format_day(quoting.day_of(order, to.business.timezone))
        params = {
            **to.names(),
            "order_ref": isolate(order.number) if order.number else f"({day})",
            "amount": format_money(order.total_minor, order.currency),
            "reason": _reason(reason),
            "phone": isolate(to.phone),
        }
    template = "order_called_off_because" if reason else "order_called_off"
    return _put(session, to, template, params, dedupe_key=f"called-off:{order.id}")


def order_not_kept(session: Session, order: Order) -> UUID | None:
    """Say that an order that waited for credit is kept no longer."""
    to = _addressee(session, order.retailer_id)
    if to is None:
        return None
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "day": format_day(quoting.day_of(order, to.business.timezone)),
            "amount": format_money(order.total_minor, order.currency),
        }
    return _put(session, to, "order_not_kept", params, dedupe_key=f"not-kept:{order.id}")


def _of_order(to: Addressee, order: Order) -> dict[str, str]:
    with speaking(to.reach.language):
        return {
            **to.names(),
            "order_ref": isolate(order.number or ""),
            "amount": format_money(order.total_minor, order.currency),
            "what": " ".join(quoting.shortage(order.shorts or ())),
        }


def reminder(session: Session, digest: Digest) -> UUID | None:
    """Remind of the bills of one digest in one message, with what is open on them now."""
    to = _addressee(session, digest.retailer_id)
    if to is None:
        return None
    currency, first = to.business.currency, digest.bills[0]
    with speaking(to.reach.language):
        params = {
            **to.names(),
            "amount": format_money(digest.total_minor, currency),
            "due_date": format_day(min(bill.due_on for bill in digest.bills)),
            "phone": isolate(to.phone),
            "bill_no": isolate(plain(first.reference)),
            "count": isolate(str(len(digest.bills))),
        }
    template = SINGLE[digest.stage] if len(digest.bills) == 1 else MERGED
    return _put(
        session, to, template, params, dedupe_key=f"reminder:{digest.retailer_id}:{digest.local_on.isoformat()}"
    )


def _addressee(session: Session, retailer_id: UUID) -> Addressee | None:
    try:
        reach = contacts.reach(session, retailer_id)
    except NotFound:
        return None
    if reach.opted_out:
        return None
    business = organisations.get(session)
    phone = business.phone or channels.line(session, reach.channel_id).number
    return Addressee(retailers.get(session, retailer_id), business, reach, phone)


def _hand_over(session: Session, invoice: Invoice) -> None:
    tasks.ask_staff(
        session,
        "bill_on_paper",
        f"Hand over bill {invoice.number} on paper: the shop has stopped messages, or is not on WhatsApp.",
        retailer_id=invoice.retailer_id,
        facts={"invoice_id": ids.public("inv", invoice.id), "number": invoice.number},
        dedupe_key=f"paper:{invoice.id}",
    )


def _put(
    session: Session,
    to: Addressee,
    template: str,
    params: dict[str, str],
    *,
    attachment: dict[str, str] | None = None,
    dedupe_key: str | None = None,
) -> UUID | None:
    return outbox.put(
        session,
        channel_id=to.reach.channel_id,
        to_address=to.reach.to_address,
        language=to.reach.language,
        template=template,
        params=params,
        attachment=attachment,
        retailer_id=to.retailer.id,
        dedupe_key=dedupe_key,
    )


def _claimed(claim: PaymentClaim, currency: str) -> str:
    """`₹5,000, reference 412345678901`: what the shop told of the payment."""
    amount = format_money(claim.amount_minor, currency) if claim.amount_minor else ""
    ref = isolate(plain(claim.reference)) if claim.reference else ""
    if amount and ref:
        return _("%(amount)s, reference %(ref)s", amount=amount, ref=ref)
    return amount or (_("reference %(ref)s", ref=ref) if ref else _("the one in your picture"))


def _reason(said: str | None) -> str:
    """What staff gave as the reason, short enough for a message, without the full stop that follows it."""
    words = plain(said or "")
    short = words if len(words) <= MAX_REASON else words[: MAX_REASON - 1] + "…"
    return isolate(short.rstrip(" .।۔"))


def _paid_lately(session: Session, retailer_id: UUID) -> bool:
    recent = select(Payment.id).where(
        Payment.org_id == db.org_of(session),
        Payment.retailer_id == retailer_id,
        Payment.kind == PAYMENT,
        Payment.status == "posted",
        Payment.created_at >= clock.now() - RECENTLY,
    )
    return session.scalars(recent.limit(1)).first() is not None

"""What a payment gateway tells us, taken in once: the only door through which a link's money is booked.

Gateways repeat themselves, in any order and for days. Each event is kept once under its id, each payment is booked once
under its own: a body that was replayed under another event's id finds the payment there. What does not fit (another
amount, an unknown link) is kept, books nothing, and is shown to staff.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError
from credit import bills, gateway_accounts, payment_links, payments
from credit.gateway_accounts import Account
from credit.gateways import Event
from credit.online import PaymentLink
from credit.payments import NewPayment, Receipt
from parties import tasks

POSTED, SEEN, NOTED, UNKNOWN_LINK = "posted", "seen", "noted", "unknown_link"
MISMATCH, PAID_AGAIN, REFUSED = "mismatch", "paid_again", "refused"
FOR_STAFF = {
    UNKNOWN_LINK: "A payment came in through {provider} for a link that is not known here. Please find whose it is.",
    MISMATCH: "A payment came in through {provider} with another amount than its link asked for. Please look at it.",
    PAID_AGAIN: "A link of {provider} was paid a second time. Please ask the shop, and give the money back or book it.",
    REFUSED: "A payment came in through {provider} and could not be booked. Please book it by hand.",
}

_KEEP = """
INSERT INTO gateway_event (org_id, id, gateway_id, event_id, kind, outcome, body, received_at)
VALUES (%(org)s, %(id)s, %(gateway)s, %(event)s, %(kind)s, 'noted', %(body)s, %(at)s)
ON CONFLICT (org_id, gateway_id, event_id) DO NOTHING RETURNING 1
"""
_CLOSE = """
UPDATE gateway_event SET outcome = %(outcome)s, link_id = %(link)s, payment_id = %(payment)s,
    provider_payment_id = %(provider_payment)s, amount_minor = %(amount)s, currency = %(currency)s, detail = %(detail)s
WHERE org_id = %(org)s AND id = %(id)s
"""
_POSTED = """
SELECT 1 FROM gateway_event
WHERE org_id = %s AND gateway_id = %s AND provider_payment_id = %s AND outcome = 'posted'
"""
_FORGET = """
UPDATE gateway_event SET body = '' WHERE org_id = %s AND received_at < %s AND body <> ''
"""
BODIES_LIVE = timedelta(days=180)  # gateways repeat for days, banks dispute for months; a body names who paid and how


@dataclass(frozen=True)
class Taken:
    """What became of an event. `receipt` is the payment that it became."""

    outcome: str
    link: PaymentLink | None = None
    receipt: Receipt | None = None
    detail: str | None = None


def take(session: Session, account: Account, event: Event, body: str) -> Taken:
    """Keep an event whose signature was checked, and book what was paid; a second time nothing happens.

    Locks the link, then the credit account. Whatever cannot be booked becomes a staff task, never an error.
    """
    event_row = ids.new()
    kept = {"id": str(event_row), "gateway": str(account.id), "event": event.id, "kind": event.kind, "body": body}
    if not db.execute(session, _KEEP, {**kept, "org": str(db.org_of(session)), "at": clock.now()}).first():
        return Taken(SEEN)
    link = payment_links.find(session, account.id, event.link_ids, event.reference)
    taken = _paid(session, account, event, link) if event.meaning == "paid" else _ended(session, event, link)
    _close(session, event_row, event, taken)
    if taken.outcome in FOR_STAFF:
        _ask_staff(session, account, event, taken)
    return taken


def _ended(session: Session, event: Event, link: PaymentLink | None) -> Taken:
    """A link that can no longer be paid; one that was paid stays paid, whichever event came first."""
    if link is not None and event.meaning in ("cancelled", "expired") and link.status == payment_links.OPEN:
        link.status = event.meaning
        session.flush()
    return Taken(NOTED, link)


def _paid(session: Session, account: Account, event: Event, link: PaymentLink | None) -> Taken:
    if event.payment_id and _is_posted(session, account, event.payment_id):
        return Taken(SEEN, link)
    if link is None:
        return Taken(UNKNOWN_LINK)
    if link.status == payment_links.PAID:
        return Taken(PAID_AGAIN, link)
    if (event.amount_minor, event.currency) != (link.amount_minor, link.currency):
        return Taken(MISMATCH, link)
    try:
        with session.begin_nested():
            return Taken(POSTED, link, _post(session, event, link))
    except DomainError as error:
        session.refresh(link)
        return Taken(REFUSED, link, detail=f"{error.code}: {error.detail}")


def _post(session: Session, event: Event, link: PaymentLink) -> Receipt:
    receipt = payments.record(
        session,
        NewPayment(
            retailer_id=link.retailer_id,
            amount_minor=link.amount_minor,
            method=event.method,
            reference=event.bank_reference or event.payment_id or link.reference,
            chosen=_chosen(session, link),
        ),
    )
    link.status, link.payment_id = payment_links.PAID, receipt.payment_id
    session.flush()
    return receipt


def _chosen(session: Session, link: PaymentLink) -> tuple[tuple[UUID, int], ...]:
    """The bill that the link is for, as far as it is still open."""
    if link.bill_id is None:
        return ()
    part_minor = min(link.amount_minor, bills.of(session, link.retailer_id, link.bill_id).open_minor)
    return ((link.bill_id, part_minor),) if part_minor else ()


def _is_posted(session: Session, account: Account, payment_id: str) -> bool:
    where = (str(db.org_of(session)), str(account.id), payment_id)
    return db.execute(session, _POSTED, where).first() is not None


def _close(session: Session, event_row: UUID, event: Event, taken: Taken) -> None:
    db.execute(
        session,
        _CLOSE,
        {
            "org": str(db.org_of(session)),
            "id": str(event_row),
            "outcome": taken.outcome,
            "link": str(taken.link.id) if taken.link else None,
            "payment": str(taken.receipt.payment_id) if taken.receipt else None,
            "provider_payment": event.payment_id or None,
            "amount": event.amount_minor,
            "currency": event.currency or None,
            "detail": taken.detail,
        },
    )


def _ask_staff(session: Session, account: Account, event: Event, taken: Taken) -> None:
    link = taken.link
    facts: dict[str, Any] = {
        "provider": account.provider,
        "event_id": event.id,
        "provider_payment_id": event.payment_id,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "reference": event.reference,
        "link_id": payment_links.public_id(link) if link else None,
        "asked_minor": link.amount_minor if link else None,
        "outcome": taken.outcome,
        "detail": taken.detail,
    }
    tasks.ask_staff(
        session,
        "gateway_payment",
        FOR_STAFF[taken.outcome].format(provider=account.provider.capitalize()),
        retailer_id=link.retailer_id if link else None,
        facts=facts,
        dedupe_key=f"gateway:{account.id}:{event.payment_id or event.id}:{taken.outcome}",
    )
    audit.record(
        session,
        "gateway_payment.not_booked",
        subject=gateway_accounts.public_id(account.id),
        retailer_id=link.retailer_id if link else None,
        after=facts,
    )


def purge(session: Session) -> int:
    """Empty the bodies of old events, which name payers; what was booked, and the id that keeps it single, stay."""
    gone: int = db.execute(session, _FORGET, (str(db.org_of(session)), clock.now() - BODIES_LIVE)).rowcount
    return gone

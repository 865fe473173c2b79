"""Payment links: a request for one amount that a shop pays at a gateway.

A link moves no money. What was paid is said by the gateway's signed event and by nothing else: neither the payer's
browser that comes back, nor somebody with a screenshot (see gateway_events).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids, settings
from core.errors import DomainError, Invalid
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts, bills, gateway_accounts
from credit.events import PaymentLinkMade
from credit.gateway_accounts import Account
from credit.gateways import LinkWanted, Made
from credit.online import PaymentLink
from parties import organisations, retailers, tasks

REQUESTED, OPEN, FAILED, PAID, CANCELLED, EXPIRED = "requested", "open", "failed", "paid", "cancelled", "expired"
MAX_REFERENCE = 40
MAX_URL = 500
TRY_AGAIN = timedelta(minutes=1)
OFFERED_FOR = timedelta(hours=12)  # shorter than any gateway's link lives
MOST_OFFERED = 10  # to one shop in that time
_REFERENCE = re.compile(r"[A-Za-z0-9]{1,40}")


class LinkExists(DomainError):
    """The reference, or the gateway's id, belongs to another link."""

    code = "PAYMENT_LINK_EXISTS"
    detail = "There is a payment link with this reference or id already."


class LinkOver(DomainError):
    """A link that was paid or has ended stays as it is."""

    code = "PAYMENT_LINK_OVER"
    detail = "This payment link was paid or has ended."


class KeysMissing(DomainError):
    """Links can be noted, not made."""

    code = "GATEWAY_KEYS_MISSING"
    detail = "This gateway has no API key: make the link there and note its id and address here."


@dataclass(frozen=True)
class NewLink:
    """What is asked for. With the gateway's own id and address it was made there by hand; else it is to be made.

    With `bill_id` the payment settles that bill first. Without `reference` one is made up.
    """

    retailer_id: UUID
    amount_minor: int
    provider: str
    bill_id: UUID | None = None
    reference: str | None = None
    provider_link_id: str | None = None
    url: str | None = None
    in_chat: bool = False


@dataclass(frozen=True)
class ClaimedLink:
    """A link that this process may make now, with what its gateway needs. The first try has the number 1."""

    link_id: UUID
    attempt: int
    account: Account
    wanted: LinkWanted


def create(session: Session, new: NewLink) -> PaymentLink:
    """Note a link, open when it exists at the gateway, else requested; audited.

    Raises Invalid, NotFound, LinkExists, KeysMissing.
    """
    _check(new)
    account = accounts.get(session, new.retailer_id)
    gateway = gateway_accounts.of_provider(session, new.provider)
    if new.bill_id is not None:
        bills.of(session, new.retailer_id, new.bill_id)
    if new.provider_link_id is None and gateway.keys is None:
        raise KeysMissing
    link_id, now = ids.new(), clock.now()
    reference = new.reference or ids.public("pln", link_id).removeprefix("pln_")
    if _taken(session, gateway.id, reference, new.provider_link_id):
        raise LinkExists(reference=reference)
    link = PaymentLink(
        id=link_id,
        retailer_id=new.retailer_id,
        gateway_id=gateway.id,
        bill_id=new.bill_id,
        reference=reference,
        amount_minor=new.amount_minor,
        currency=account.currency,
        status=OPEN if new.provider_link_id else REQUESTED,
        provider_link_id=new.provider_link_id,
        url=new.url,
        in_chat=new.in_chat,
        attempts=0,
        try_at=now,
        created_at=now,
    )
    session.add(link)
    session.flush()
    audit.record(
        session,
        "payment_link.created",
        subject=public_id(link),
        retailer_id=link.retailer_id,
        after={"amount_minor": link.amount_minor, "reference": reference, "provider": new.provider},
    )
    return link


def offer(session: Session, retailer_id: UUID, amount_minor: int) -> PaymentLink | None:
    """A link for somebody who asks in chat how to pay: the one that asks for this already, else a new one.

    None when no gateway makes links here, or when the shop asked for very many today.
    """
    maker = gateway_accounts.maker(session)
    if maker is None:
        return None
    recent = list(
        session.scalars(
            select(PaymentLink)
            .where(
                PaymentLink.org_id == db.org_of(session),
                PaymentLink.retailer_id == retailer_id,
                PaymentLink.in_chat,
                PaymentLink.created_at > clock.now() - OFFERED_FOR,
            )
            .order_by(PaymentLink.id.desc())
            .limit(MOST_OFFERED)
        )
    )
    for link in recent:
        if link.amount_minor == amount_minor and link.status in (REQUESTED, OPEN):
            return link
    if len(recent) >= MOST_OFFERED:
        return None
    return create(session, NewLink(retailer_id, amount_minor, maker.provider, in_chat=True))


def get(session: Session, link_id: UUID, *, lock: bool = False) -> PaymentLink:
    """One link. Raises NotFound."""
    return db.fetch(session, PaymentLink, link_id, lock=lock)


def cancel(session: Session, link_id: UUID, reason: str) -> PaymentLink:
    """Ask for it no longer, audited. Should it be paid at the gateway all the same, that is booked. Raises LinkOver."""
    reason = accounts.given(reason)
    link = get(session, link_id, lock=True)
    if link.status not in (REQUESTED, OPEN, FAILED):
        raise LinkOver(status=link.status)
    before, link.status = link.status, CANCELLED
    session.flush()
    audit.record(
        session,
        "payment_link.cancelled",
        subject=public_id(link),
        retailer_id=link.retailer_id,
        before={"status": before},
        after={"status": CANCELLED},
        reason=reason,
    )
    return link


def cancel_for_bill(session: Session, bill_id: UUID, reason: str) -> int:
    """Ask no longer for what this bill was to bring; returns how many links ended. Audited."""
    asking = select(PaymentLink.id).where(
        PaymentLink.org_id == db.org_of(session),
        PaymentLink.bill_id == bill_id,
        PaymentLink.status.in_((REQUESTED, OPEN, FAILED)),
    )
    return len([cancel(session, link_id, reason) for link_id in session.scalars(asking).all()])


def claim(session: Session, limit: int) -> list[ClaimedLink]:
    """Links that are to be made now, each taken for a minute: whoever dies on the way leaves them to the next try."""
    now = clock.now()
    due = (
        select(PaymentLink)
        .where(PaymentLink.org_id == db.org_of(session), PaymentLink.status == REQUESTED, PaymentLink.try_at <= now)
        .order_by(PaymentLink.try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = []
    for link in session.scalars(due):
        link.attempts, link.try_at = link.attempts + 1, now + TRY_AGAIN * 2**link.attempts
        claimed.append(
            ClaimedLink(link.id, link.attempts, gateway_accounts.get(session, link.gateway_id), _wanted(session, link))
        )
    session.flush()
    return claimed


def made(session: Session, link_id: UUID, link: Made) -> bool:
    """The gateway made it: it can be paid. False when somebody decided otherwise meanwhile."""
    found = get(session, link_id, lock=True)
    found.provider_link_id, found.url = link.link_id, link.url
    if found.status != REQUESTED:
        return False
    found.status = OPEN
    session.flush()
    happened(session, PaymentLinkMade(link_id))
    return True


def not_made(session: Session, link_id: UUID, why: str) -> None:
    """The gateway refuses, or did not answer often enough: staff is asked."""
    link = get(session, link_id, lock=True)
    if link.status != REQUESTED:
        return
    link.status, link.failure = FAILED, why[:MAX_URL]
    session.flush()
    tasks.ask_staff(
        session,
        "payment_link_failed",
        "A payment link could not be made at the gateway. Please ask for the money in another way.",
        retailer_id=link.retailer_id,
        facts={"link_id": public_id(link), "reason": link.failure},
        dedupe_key=f"payment_link:{link.id}",
    )


def organisations_due(session: Session) -> list[UUID]:
    """Organisations with links to be made now; for a role that sees all of them."""
    found = db.execute(
        session,
        "SELECT DISTINCT org_id FROM payment_link WHERE status = 'requested' AND try_at <= %s",
        (clock.now(),),
    )
    return [org_id for (org_id,) in found]


def find(session: Session, gateway_id: UUID, link_ids: tuple[str, ...], reference: str) -> PaymentLink | None:
    """The link that an event is about, locked: by the gateway's id, else by our reference."""
    of_gateway = (PaymentLink.org_id == db.org_of(session), PaymentLink.gateway_id == gateway_id)
    for named in (PaymentLink.provider_link_id.in_(link_ids), PaymentLink.reference == reference):
        found = session.scalars(
            select(PaymentLink).where(*of_gateway, named).with_for_update().execution_options(populate_existing=True)
        ).first()
        if found is not None:
            return found
    return None


def _wanted(session: Session, link: PaymentLink) -> LinkWanted:
    shop, seller = retailers.get(session, link.retailer_id), organisations.get(session)
    return LinkWanted(
        reference=link.reference,
        amount_minor=link.amount_minor,
        currency=link.currency,
        description=f"Payment to {seller.name}",
        phone=shop.phone,
        name=shop.name,
        expires_at=clock.now() + gateway_accounts.get(session, link.gateway_id).gateway.link_life,
        back_url=settings.current().public_base_url,
    )


def public_id(link: PaymentLink) -> str:
    """`pln_...`"""
    return ids.public("pln", link.id)


def _taken(session: Session, gateway_id: UUID, reference: str, provider_link_id: str | None) -> bool:
    same = PaymentLink.reference == reference
    if provider_link_id is not None:
        same = or_(same, PaymentLink.provider_link_id == provider_link_id)
    of_gateway = (PaymentLink.org_id == db.org_of(session), PaymentLink.gateway_id == gateway_id)
    return session.scalars(select(PaymentLink.id).where(*of_gateway, same).limit(1)).first() is not None


def _check(new: NewLink) -> None:
    if not 0 < new.amount_minor <= MAX_MINOR:
        raise Invalid("A link asks for more than nothing.", field="amount_minor", value=new.amount_minor)
    if new.reference is not None and _REFERENCE.fullmatch(new.reference) is None:
        raise Invalid(f"A reference has letters and digits only, at most {MAX_REFERENCE}.", field="reference")
    if (new.provider_link_id is None) != (new.url is None):
        raise Invalid("A link that was made at the gateway has both its id and its address.", field="url")
    if new.url is not None and not (new.url.startswith("https://") and len(new.url) <= MAX_URL):
        raise Invalid("A payment link begins with https://.", field="url")

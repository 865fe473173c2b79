"""E-invoices as the portal (IRP) registered them: kept once, never changed, printed with their signed code.

A registered document can be cancelled at the portal for a day; after that only a credit note corrects it (rule 48(4)).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Forbidden, Invalid
from credit.adjustments import BOOKKEEPERS
from invoicing import irn
from invoicing.irn import Registered
from invoicing.tables import CANCELLED, Invoice, Registration

CANCELLABLE_FOR = timedelta(hours=24)
CLOCKS_DIFFER_BY = timedelta(minutes=10)  # between the portal and us


class RegistrationWrong(Invalid):
    """What the portal answered belongs to another document, or no known portal signed it."""

    code = "REGISTRATION_WRONG"


class RegisteredAlready(DomainError):
    """The document has its registration, and that one is another."""

    code = "REGISTERED_ALREADY"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the portal answered: the reference number, its acknowledgement and the signed code (JWT)."""

    irn: str
    ack_number: str
    ack_at: datetime
    signed_code: str


def keep(
    session: Session, invoice_id: UUID, document: Registered, answer: Answer, keys: list[str], role: str
) -> Registration:
    """Keep a registration that fits its document; the same once more changes nothing. Audited. Locks the document.

    `keys` are the portals' (PEM); where there are some, one must have signed. Raises Forbidden, RegistrationWrong,
    RegisteredAlready, irn's NoIrn and KeyInvalid.
    """
    if role not in BOOKKEEPERS:
        raise Forbidden("A registration is noted by bookkeeping.")
    invoice = db.fetch(session, Invoice, invoice_id, lock=True)
    checked = irn.check(document, answer.irn, answer.signed_code, keys)
    problems = [*checked.differences, *_impossible(invoice, answer)]
    if problems:
        raise RegistrationWrong(f"{invoice.number}: {'; '.join(problems)}.", problems=problems)
    found = of(session, invoice_id)
    if found is not None:
        return _same(invoice, found, answer)
    kept = Registration(
        id=ids.new(),
        invoice_id=invoice_id,
        irn=checked.irn,
        ack_number=answer.ack_number.strip(),
        ack_at=answer.ack_at,
        signed_code=answer.signed_code.strip(),
        is_signed=checked.is_signed,
        created_at=clock.now(),
    )
    session.add(kept)
    invoice.pdf_sha256 = None  # the paper that was drawn lacks the registration: it is drawn anew
    session.flush()
    audit.record(
        session,
        "invoice.registered",
        subject=ids.public("inv", invoice_id),
        retailer_id=invoice.retailer_id,
        after={"number": invoice.number, "irn": kept.irn, "ack_number": kept.ack_number, "is_signed": kept.is_signed},
    )
    return kept


def of(session: Session, invoice_id: UUID) -> Registration | None:
    """The document's registration, if it has one."""
    where = (Registration.org_id == db.org_of(session), Registration.invoice_id == invoice_id)
    return session.scalars(select(Registration).where(*where)).first()


def cancellable_until(session: Session, invoice_id: UUID) -> datetime | None:
    """Until when a registered document may still be cancelled; None when it is not registered."""
    found = of(session, invoice_id)
    return found.ack_at + CANCELLABLE_FOR if found else None


def _impossible(invoice: Invoice, answer: Answer) -> list[str]:
    problems = []
    if invoice.status == CANCELLED:
        problems.append("the document is cancelled")
    number = answer.ack_number.strip()
    if not (number.isascii() and number.isdecimal()):
        problems.append("an acknowledgement's number has digits only")
    if not invoice.created_at - CLOCKS_DIFFER_BY <= answer.ack_at <= clock.now() + CLOCKS_DIFFER_BY:
        problems.append("the acknowledgement is of a time before the document, or of one to come")
    return problems


def _same(invoice: Invoice, found: Registration, answer: Answer) -> Registration:
    if (found.ack_number, found.signed_code) != (answer.ack_number.strip(), answer.signed_code.strip()):
        raise RegisteredAlready(f"{invoice.number} is registered already, under {found.ack_number}.")
    return found

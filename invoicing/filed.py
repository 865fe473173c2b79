"""Months whose return was filed: their documents stand as they are, and what is wrong is corrected in a later month.

By law (CGST Act s.34 and s.39(9)) a note of a later month corrects a filed supply. So no document of a filed month can
be cancelled; notes carry the date of the day they are given and stand in the return of that month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Forbidden, Invalid
from credit import days
from credit.adjustments import BOOKKEEPERS
from invoicing.tables import COMMERCIAL_CREDIT_NOTE, CREDIT_NOTE, GSTR1, ISSUED, FiledReturn
from parties import organisations
from parties.tables import Organisation

_SAID = f"""
SELECT count(*), coalesce(sum(sign * taxable_minor), 0)::bigint,
    coalesce(sum(sign * (cgst_minor + sgst_minor + utgst_minor + igst_minor + cess_minor)), 0)::bigint
FROM (SELECT *, CASE WHEN document_type = '{CREDIT_NOTE}' THEN -1 ELSE 1 END AS sign FROM invoice) document
WHERE org_id = %(org)s AND issued_on BETWEEN %(from_on)s AND %(to_on)s AND status = '{ISSUED}'
    AND document_type <> '{COMMERCIAL_CREDIT_NOTE}'
"""


class MonthFiled(DomainError):
    """The document's month is filed: it is corrected by a note of this month."""

    code = "MONTH_FILED"


class MonthNotOver(Invalid):
    """A return is filed when its month is over."""

    code = "MONTH_NOT_OVER"


@dataclass(frozen=True, slots=True)
class Filing:
    """A return that was filed at the portal: its month, when, and the portal's reference (ARN)."""

    from_on: date
    to_on: date
    filed_on: date
    reference: str
    role: str


def close(session: Session, filing: Filing) -> FiledReturn:
    """Note that a month's GSTR-1 was filed; the same once more changes nothing. Audited. Locks the organisation.

    Raises Forbidden, MonthNotOver, MonthFiled when it was filed under another reference.
    """
    if filing.role not in BOOKKEEPERS:
        raise Forbidden("A return is filed by bookkeeping.")
    if not filing.to_on < filing.filed_on <= days.today(session):
        raise MonthNotOver(f"The month ends on {filing.to_on}; its return is filed after that, and not in the future.")
    _hold(session, for_filing=True)
    found = _of(session, filing.from_on)
    if found is not None:
        return _same(found, filing)
    where = {"org": str(db.org_of(session)), "from_on": filing.from_on, "to_on": filing.to_on}
    documents, taxable_minor, tax_minor = db.execute(session, _SAID, where).one()
    closed = FiledReturn(
        id=ids.new(),
        kind=GSTR1,
        month_on=filing.from_on,
        filed_on=filing.filed_on,
        reference=filing.reference,
        documents=documents,
        taxable_minor=taxable_minor,
        tax_minor=tax_minor,
        created_at=clock.now(),
    )
    session.add(closed)
    session.flush()
    said = {"documents": documents, "taxable_minor": taxable_minor, "tax_minor": tax_minor}
    facts = {"month": f"{filing.from_on:%Y-%m}", "filed_on": filing.filed_on.isoformat(), "reference": filing.reference}
    audit.record(session, "return.filed", subject=organisations.public_id(closed.org_id), after={**facts, **said})
    return closed


def check_open(session: Session, issued_on: date, number: str) -> None:
    """Raises MonthFiled when the return of this day's month was filed; until the end none can be."""
    _hold(session, for_filing=False)
    found = _of(session, issued_on.replace(day=1))
    if found is not None:
        raise MonthFiled(
            f"The GSTR-1 of {found.month_on:%B %Y} is filed, and {number} stands in it: give a credit note.",
            filed_on=found.filed_on.isoformat(),
            reference=found.reference,
        )


def listed(session: Session) -> Sequence[FiledReturn]:
    """The filed months, newest first."""
    where = FiledReturn.org_id == db.org_of(session)
    return session.scalars(select(FiledReturn).where(where).order_by(FiledReturn.month_on.desc())).all()


def _of(session: Session, month_on: date) -> FiledReturn | None:
    where = (FiledReturn.org_id == db.org_of(session), FiledReturn.kind == GSTR1, FiledReturn.month_on == month_on)
    return session.scalars(select(FiledReturn).where(*where)).first()


def _hold(session: Session, *, for_filing: bool) -> None:
    """No month is filed while a document is cancelled, nor the other way round."""
    own = select(Organisation.org_id).where(Organisation.org_id == db.org_of(session))
    session.execute(own.with_for_update(key_share=True) if for_filing else own.with_for_update(read=True))


def _same(found: FiledReturn, filing: Filing) -> FiledReturn:
    if (found.reference, found.filed_on) != (filing.reference, filing.filed_on):
        raise MonthFiled(f"{found.month_on:%B %Y} was filed on {found.filed_on} under {found.reference}.")
    return found

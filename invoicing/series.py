"""Which number comes next: a locked counter row per document type and financial year, so that no number is skipped.

The counter moves in the transaction that issues; a rollback gives the number back. Issuing of one type therefore
queues up from here to the commit. Dates never go back within a series.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

import countries
from core import clock, db
from core.errors import Invalid
from invoicing import numbers
from invoicing.settings import InvoicingSettings
from invoicing.tables import (
    BILL_OF_SUPPLY,
    COMMERCIAL_CREDIT_NOTE,
    CREDIT_NOTE,
    DEBIT_NOTE,
    INVOICE_CUM_BILL,
    PLAIN_BILL,
    TAX_INVOICE,
)
from parties.tables import Organisation

_LETTER = {  # two types must never share a number
    TAX_INVOICE: "",
    BILL_OF_SUPPLY: "B",
    INVOICE_CUM_BILL: "M",
    PLAIN_BILL: "P",
    CREDIT_NOTE: "C",
    DEBIT_NOTE: "D",
    COMMERCIAL_CREDIT_NOTE: "F",
}
_NEXT = """
SELECT prefix, number
FROM series_next(p_org => %(org)s, p_series => %(series)s, p_prefix => %(prefix)s, p_year => %(year)s)
"""
_LAST_DATE = """
SELECT issued_on FROM invoice
WHERE org_id = %(org)s AND document_type = %(series)s AND financial_year = %(year)s ORDER BY sequence DESC LIMIT 1
"""


class DateBeforeLast(Invalid):
    """A document dated before the one that has the previous number."""

    code = "INVOICE_DATE_BEFORE_LAST"


class DateInFuture(Invalid):
    """A document dated after today."""

    code = "INVOICE_DATE_IN_FUTURE"


@dataclass(frozen=True, slots=True)
class SeriesPlace:
    """A document's place in its series."""

    number: str
    financial_year: str
    sequence: int
    issued_on: date


def take(
    session: Session, organisation: Organisation, document_type: str, issued_on: date | None = None
) -> SeriesPlace:
    """The next number, dated today unless told otherwise. Locks the series. Raises DateBeforeLast, DateInFuture.

    Should today lie before the last document (the time zone was changed), the last document's date is used.
    """
    today = clock.today(organisation.timezone)
    on = issued_on or today
    if on > today:
        raise DateInFuture(f"A document cannot be dated {on}: today is {today}.", today=str(today))
    year = countries.get(organisation.country).financial_year(on)
    key = {"org": str(db.org_of(session)), "series": document_type, "year": year}
    prefix, sequence = db.execute(session, _NEXT, {**key, "prefix": prefix_of(organisation, document_type)}).one()
    last_on = db.execute(session, _LAST_DATE, key).scalar()
    if last_on is not None and on < last_on:
        if issued_on is not None:
            raise DateBeforeLast(f"The last document is dated {last_on}; {on} is before it.", last_on=str(last_on))
        on = last_on
    return SeriesPlace(numbers.format_number(prefix, year, sequence), year, sequence, on)


def prefix_of(organisation: Organisation, document_type: str) -> str:
    """The organisation's own prefix, else its initials; every type but the tax invoice adds its letter."""
    base = InvoicingSettings.of(organisation).invoice_prefix or numbers.prefix_for(organisation.name)
    letter = _LETTER[document_type]
    return base[: numbers.MAX_PREFIX - len(letter)] + letter

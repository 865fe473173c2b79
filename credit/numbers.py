"""Numbers of what stands on no document: receipts, credits without a paper, charges, late fees, plain debit notes.

Each is a series of its own, counted from 1 in every financial year and without gaps, like a document's. People read
these; ids are for machines. The counter's row is locked from here to the commit.
"""

from sqlalchemy.orm import Session

import countries
from core import clock, db
from parties import organisations

RECEIPT, CHARGE, LATE_FEE, DEBIT_NOTE = "receipt", "charge", "late_fee", "plain_debit_note"
ADJUSTMENT, REFUND = "adjustment", "refund"  # a credit that no paper says, such as what is written off; money back
PREFIXES = {RECEIPT: "R", ADJUSTMENT: "AD", REFUND: "RF", CHARGE: "CH", LATE_FEE: "LF", DEBIT_NOTE: "DN"}
YEAR_STARTS = {code: country.tax.year_starts_in_month for code, country in countries.KNOWN.items()}

_NEXT = """
SELECT credit_next_number(p_org => %(org)s, p_series => %(series)s, p_prefix => %(prefix)s, p_year => %(year)s)
"""


def take(session: Session, series: str) -> str:
    """The next number of a series, such as `CH/26-27/000007`. Locks the series."""
    business = organisations.get(session)
    year = countries.get(business.country).financial_year(clock.today(business.timezone))
    asked = {"org": str(db.org_of(session)), "series": series, "prefix": PREFIXES[series], "year": year}
    return str(db.execute(session, _NEXT, asked).scalar())

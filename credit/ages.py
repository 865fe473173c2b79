"""What is open by due date, and how old each shop's bills are: kept by triggers on `bill`, so that reading a total does
not read every bill.

`due_total` and `age_total` are added up when they are read: each change adds a part and locks nothing. A `retailer_age`
is true for the days from `aged_on` to `holds_until` (NULL: for good); of other days it has to be looked at again. Of
its `bucket_bits`, by which `age_total` counts shops, 1 says that something is not due, 2 that something is 1 to 30
days late, 4 to 60, 8 to 90, 16 more.
"""

from sqlalchemy.orm import Session

from core import db
from credit import days


def renew(session: Session) -> int:
    """Age the shops whose bills fell due or into the next bucket since they were looked at. Locks their rows."""
    asked = {"org": str(db.org_of(session)), "on": days.today(session)}
    found: int = db.execute(session, "SELECT retailer_age_renew(p_org => %(org)s, p_on => %(on)s)", asked).scalar_one()
    return found


def fold(session: Session) -> int:
    """Add up the parts of each total; returns how many were taken together. Changes no total."""
    asked = {"org": str(db.org_of(session))}
    found: int = db.execute(session, "SELECT totals_fold(p_org => %(org)s)", asked).scalar_one()
    return found

"""The returns of a month, read from the database."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from reports import issued, plain_json
from reports.period import Period
from reports.returns import gstr1


def write_gstr1(session: Session, period: Period) -> Iterator[str]:
    """GSTR-1 of a month as JSON text. Of one moment only in a transaction that is a snapshot.

    Raises gstr1.NoReturn, gstr1.PlaceMissing, tie_out.DoesNotTieOut.
    """
    return plain_json.pieces(gstr1.compute(issued.seller(session), period, issued.walk(session, period)))

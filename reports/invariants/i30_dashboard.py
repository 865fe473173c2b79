"""I30: what the dashboard shows is what the books give when everything is added up again, to the paisa."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from reports import ageing, risk
from reports.invariant import RED, Invariant

_BOOKED = """
SELECT
    (SELECT coalesce(sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
                       - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END), 0)::bigint
     FROM ledger_transfer WHERE org_id = %(org)s) AS net,
    (SELECT coalesce(sum(amount_minor), 0)::bigint FROM bill WHERE org_id = %(org)s)
    - (SELECT coalesce(sum(amount_minor), 0)::bigint FROM allocation WHERE org_id = %(org)s) AS opened
"""


def _differences(session: Session, org_id: UUID | None) -> Iterator[str]:
    found = [org_id] if org_id else [one for (one,) in db.execute(session, "SELECT org_id FROM organisation").all()]
    before = session.info.get("org_id")
    for one in found:
        db.enter(session, one)
        yield from _compare(session, one)
    if before is not None:
        db.enter(session, before)


def _compare(session: Session, org_id: UUID) -> Iterator[str]:
    booked = db.execute(session, _BOOKED, {"org": str(org_id)}).one()
    for name, shown, right in _figures(session, booked):
        if shown != right:
            yield f"organisation {org_id}: {name} shows {shown}, the books give {right}"


def _figures(session: Session, booked: Any) -> Iterator[tuple[str, int, int]]:
    board = risk.dashboard(session)
    yield "what the dashboard says is owed", board.outstanding_minor, booked.net
    yield "what the dashboard says is open", board.open_minor, booked.opened
    yield "the dashboard's money on account", board.on_account_minor, booked.opened - booked.net
    for view in ageing.VIEWS:
        yield f"the ageing ({view})", ageing.report(session, view=view).open_minor, booked.opened


INVARIANT = Invariant(
    id="I30",
    severity=RED,
    title="Dashboard and ageing show what bills, allocations and transfers add up to",
    fix="The transfers are the truth: see which account or bill differs from them (I04, I05) and correct that one.",
    full_probe=_differences,
)

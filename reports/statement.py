"""The statement of one shop: what was owed before, every movement with the balance after it, what is owed at the end.

Its lines are the ledger's and nothing else, so that it always closes with what the account owes: what bills leave open
then, less money on account.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import Invalid
from credit import accounts, days, ledger
from parties import retailers
from reports import ageing

MAX_LINES = 5_000
USUAL_DAYS = 30

_LINES = """
SELECT journal.effective_on, journal.reason, journal.reference, journal.journal_id, journal.moved_minor,
    bill.due_on, coalesce(payment.note, refund.reason, '') AS note, coalesce(payment.method, refund.method) AS method,
    payment.receipt_number
FROM (
    SELECT org_id, journal_id, effective_on, min(reason) AS reason, min(reference) AS reference,
        min(created_at) AS created_at,
        sum(CASE WHEN debit_account = 'receivable' THEN amount_minor ELSE 0 END
          - CASE WHEN credit_account = 'receivable' THEN amount_minor ELSE 0 END)::bigint AS moved_minor
    FROM ledger_transfer
    WHERE org_id = %(org)s AND retailer_id = %(retailer)s AND effective_on BETWEEN %(from_on)s AND %(to_on)s
    GROUP BY org_id, journal_id, effective_on
) journal
LEFT JOIN bill ON bill.org_id = journal.org_id AND bill.id = journal.journal_id
LEFT JOIN payment ON payment.org_id = journal.org_id AND payment.id = journal.journal_id
LEFT JOIN refund ON refund.org_id = journal.org_id AND refund.id = journal.journal_id
ORDER BY journal.effective_on, journal.created_at, journal.journal_id
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement of a statement, with the balance after it; `method` and `due_on` where it has one.

    `receipt_number` is that of money received.
    """

    on: date
    kind: str
    reference: str
    receipt_number: str | None
    method: str | None
    due_on: date | None
    note: str
    debit_minor: int
    credit_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Every movement of a period, both days included."""

    retailer_id: UUID
    code: str
    name: str
    currency: str
    from_on: date
    to_on: date
    opening_minor: int
    debits_minor: int
    credits_minor: int
    closing_minor: int
    open_minor: int
    on_account_minor: int
    outstanding_minor: int
    disputed_minor: int
    lines: list[Movement]


class TooLong(Invalid):
    """More movements than one answer holds."""

    code = "PERIOD_TOO_LONG"
    detail = f"There are more than {MAX_LINES} movements in this period: ask for a shorter one."


def of(session: Session, retailer_id: UUID, from_on: date | None = None, to_on: date | None = None) -> Statement:
    """Every movement from `from_on` to `to_on`, both included; without them the last 30 days until today.

    Raises Invalid, NotFound, TooLong.
    """
    shop, account = retailers.get(session, retailer_id), accounts.get(session, retailer_id)
    to_on = to_on or days.today(session)
    from_on = from_on or max(to_on, days.EARLIEST + timedelta(days=USUAL_DAYS)) - timedelta(days=USUAL_DAYS)
    if not days.EARLIEST <= from_on <= to_on:
        raise Invalid(f"A period begins on {days.EARLIEST} or later, and before it ends.", field="from_on")
    opening = ledger.receivable(session, retailer_id, from_on - timedelta(days=1))
    lines = _lines(session, retailer_id, from_on, to_on, opening)
    closing = lines[-1].balance_minor if lines else opening
    open_minor = ageing.open_minor(session, ageing.as_of(session, to_on), retailer_id)
    return Statement(
        retailer_id=retailer_id,
        code=shop.code,
        name=shop.name,
        currency=account.currency,
        from_on=from_on,
        to_on=to_on,
        opening_minor=opening,
        debits_minor=sum(line.debit_minor for line in lines),
        credits_minor=sum(line.credit_minor for line in lines),
        closing_minor=closing,
        open_minor=open_minor,
        on_account_minor=open_minor - closing,
        outstanding_minor=closing,
        disputed_minor=ledger.disputed(session, retailer_id, to_on),
        lines=lines,
    )


def _lines(session: Session, retailer_id: UUID, from_on: date, to_on: date, balance_minor: int) -> list[Movement]:
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id), "from_on": from_on, "to_on": to_on}
    rows = db.execute(session, _LINES, {**where, "most": MAX_LINES + 1}).all()
    if len(rows) > MAX_LINES:
        raise TooLong
    lines = []
    for row in rows:
        balance_minor += row.moved_minor
        lines.append(
            Movement(
                on=row.effective_on,
                kind=row.reason,
                reference=row.reference,
                receipt_number=row.receipt_number,
                method=row.method if row.method != "credit" else None,
                due_on=row.due_on,
                note=row.note,
                debit_minor=max(0, row.moved_minor),
                credit_minor=max(0, -row.moved_minor),
                balance_minor=balance_minor,
            )
        )
    return lines

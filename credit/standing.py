"""What an account is: every figure of it, computed by one function of the database (`credit/sql/standing.sql`).

Whoever shows a figure of an account or judges by one reads it here, so that no two of them disagree. The rules that
judge these figures stand elsewhere (guardrails, rules).

*Open* is what bills leave to pay, *on account* is money that no bill has taken yet, and *outstanding* is the
difference: what is owed. Money on account settles the oldest bills first, so that nobody is asked for more than is
owed: what is *overdue*, and what is owed of a bill, is meant after that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import NotFound
from credit import terms
from credit.terms import UsualTerms

FIGURES = f"""
(SELECT figures.*, {terms.columns("account")} AS terms
 FROM credit_standing(
    p_org => %(org)s, p_retailers => %(retailers)s::uuid[],
    p_today => coalesce(%(today)s, org_today(p_org => %(org)s, p_at => %(now)s))) figures
 JOIN credit_account account ON account.org_id = %(org)s AND account.retailer_id = figures.retailer_id)
"""
_EVERY = f"SELECT * FROM {FIGURES} stands ORDER BY retailer_id"
_BILLS = f"""
SELECT stands.*, (
    SELECT json_agg(json_build_array(b.reference, b.due_on, b.open_minor, b.owed_minor))
    FROM (SELECT * FROM credit_net_bills(
            p_org => %(org)s, p_retailer => stands.retailer_id, p_outstanding => stands.outstanding_minor)
          ORDER BY due_on, bill_on, reference LIMIT %(limit)s) b) AS bills
FROM {FIGURES} stands
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's figures on the day `today`, in minor units of its currency; below zero somebody paid in advance.

    `limit_minor` is the one that holds that day (None: no credit is granted). `used_minor` is what counts against it:
    what is owed, `promised_minor` (of what is reserved, where the setting `exposure` says so) and `uncleared_minor`
    (cheques that lowered what is owed before the bank has paid). Shops of one owner may share a second limit.
    `available_minor` is what the next orders may take, 0 while not even the smallest may: then `available_reason` is
    the code of the rule that says so (credit/guardrails.py); `largest_order_minor` is what one of them may. `terms` are
    what orders are judged by beside the figures. `overdue_days` is how long more than the tolerance has been
    due, `too_old_minor` what is past the allowed days, `oldest_...` the bill that is due the longest.
    `paused_for` and `blocked_for` are the reasons of a pause and a block, None without one.
    """

    retailer_id: UUID
    today: date
    currency: str
    limit_minor: int | None
    open_minor: int
    on_account_minor: int
    outstanding_minor: int
    disputed_minor: int
    reserved_minor: int
    promised_minor: int
    uncleared_minor: int
    used_minor: int
    limit_used_percent: int
    shared_limit_minor: int | None
    shared_used_minor: int | None
    available_minor: int
    largest_order_minor: int
    available_reason: str | None
    overdue_minor: int
    overdue_days: int
    too_old_minor: int
    oldest_reference: str | None
    oldest_due_on: date | None
    oldest_minor: int | None
    paused_for: str | None
    blocked_for: str | None
    terms: UsualTerms

    @property
    def takes_credit(self) -> bool:
        """Whether orders may go on account by agreement: up to a limit, or, prepaid, out of money paid in advance."""
        return bool(self.limit_minor) or (self.limit_minor == 0 and self.used_minor < 0)

    @property
    def is_stopped(self) -> bool:
        """Whether credit is paused or the account is blocked."""
        return self.paused_for is not None or self.blocked_for is not None

    @property
    def is_too_old(self) -> bool:
        """Whether more is past the allowed days than a few forgotten rupees."""
        return self.too_old_minor > self.terms.tolerance_minor


_COLUMNS = len(Standing.__slots__)


@dataclass(frozen=True, slots=True)
class OwedBill:
    """A bill that is open, and what of it is still owed once money on account has settled the oldest."""

    reference: str
    due_on: date
    open_minor: int
    owed_minor: int


def of(session: Session, retailer_id: UUID, today: date | None = None) -> Standing:
    """How the account stands now, or would on a coming day. Locks nothing. Raises NotFound."""
    found = every(session, [retailer_id], today)
    if not found:
        raise NotFound(kind="CreditAccount")
    return found[0]


def every(session: Session, retailers: Iterable[UUID] | None = None, today: date | None = None) -> list[Standing]:
    """All accounts, or these, as they stand now, or would on a coming day. One statement; locks nothing."""
    return [read(row) for row in db.execute(session, _EVERY, asked(session, retailers, today))]


def with_bills(session: Session, retailer_id: UUID, *, limit: int) -> tuple[Standing, tuple[OwedBill, ...]]:
    """How the account stands now, and its first `limit` open bills, oldest due first. Raises NotFound."""
    row = db.execute(session, _BILLS, {**asked(session, [retailer_id]), "limit": limit}).first()
    if row is None:
        raise NotFound(kind="CreditAccount")
    bills = (OwedBill(reference, date.fromisoformat(due_on), *minors) for reference, due_on, *minors in row.bills or ())
    return read(row), tuple(bills)


def read(row: Any) -> Standing:
    """The account of a row that begins with the columns of FIGURES."""
    granted = UsualTerms.of_row(row[_COLUMNS - 1])
    return Standing(*(*row[: _COLUMNS - 1], granted))


def asked(session: Session, retailers: Iterable[UUID] | None, today: date | None = None) -> dict[str, Any]:
    """The parameters of FIGURES."""
    named = None if retailers is None else [str(retailer_id) for retailer_id in retailers]
    return {"org": str(db.org_of(session)), "retailers": named, "today": today, "now": clock.now()}

"""Credit accounts: what the owner grants, what is owed and promised, what is left.

Outstanding and reserved change by credit/booking.py and the statement that reserves, and nowhere else. Whoever changes
money or terms locks the account row first, then bills: one order of locks, no deadlocks.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.events import happened
from core.options import Amount, Day, option
from credit import days, standing
from credit.events import RoomMade
from credit.settings import CreditSettings
from credit.standing import Standing
from credit.tables import TERMS, CreditAccount
from credit.terms import UsualTerms
from parties import organisations

MAX_REASON = 500
DAYS, BILL_TO_BILL = TERMS


class Stale(DomainError):
    """Somebody else changed the terms since they were read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "The terms were changed by somebody else meanwhile. Read them again before you change them."


@dataclass(frozen=True)
class Terms(UsualTerms):
    """What the owner grants. `limit_minor` None = no credit granted, 0 = prepay; the other None mean no such rule.

    Bills past `max_outstanding_days` stop orders only when they add up to more than `tolerance_minor`. A temporary
    limit counts until the end of `temporary_until` and only while it is the higher one. Under `bill_to_bill` the next
    delivery makes the earlier bills due.
    """

    temporary_limit_minor: int | None = option(None, Amount(optional=True))
    temporary_until: date | None = option(None, Day(optional=True))

    def check(self) -> None:
        if (self.temporary_limit_minor is None) != (self.temporary_until is None):
            raise Invalid("A temporary limit needs an end date, and an end date a limit.", field="temporary_until")

    def limit_on(self, today: date) -> int | None:
        """The limit that holds on this day."""
        current = self.temporary_limit_minor if self.temporary_until and today <= self.temporary_until else None
        return max((limit for limit in (self.limit_minor, current) if limit is not None), default=None)

    def is_looser(self, before: "Terms", today: date) -> bool:
        """Whether something may go on account today that did not under the terms before."""
        limit_minor, limit_before = self.limit_on(today), before.limit_on(today)
        is_higher = limit_minor is not None and (limit_before is None or limit_minor > limit_before)
        return is_higher or any(self.rules_looser_than(before))


def open_account(session: Session, retailer_id: UUID, terms: Terms | None = None) -> CreditAccount:
    """Open the one account of a retailer, in the organisation's currency; audited. Raises Invalid.

    Without `terms` it gets the organisation's usual ones (setting `default_terms`), which grant nothing unless set.
    """
    organisation = organisations.get(session)
    terms = terms or Terms(**CreditSettings.of(organisation).default_terms.kept())
    account = CreditAccount(
        retailer_id=retailer_id,
        currency=organisation.currency,
        outstanding_minor=0,
        reserved_minor=0,
        version=1,
        **asdict(terms),
    )
    session.add(account)
    session.flush()  # the audit entry extends the chain whose head is in this row
    audit.record(
        session,
        "account.opened",
        subject=ids.public("ret", retailer_id),
        retailer_id=retailer_id,
        after=terms.kept(),
    )
    return account


def get(session: Session, retailer_id: UUID, lock: bool = False) -> CreditAccount:
    """The account as it is in the database now; `lock` takes its row FOR UPDATE. Raises NotFound."""
    key = (db.org_of(session), retailer_id)
    account = session.get(CreditAccount, key, populate_existing=True, with_for_update=lock or None)
    if account is None:
        raise NotFound(kind="CreditAccount")
    return account


def position(session: Session, retailer_id: UUID) -> Standing:
    """Every figure of the account as it is now (see credit/standing.py). Raises NotFound."""
    return standing.of(session, retailer_id)


def terms_of(account: CreditAccount) -> Terms:
    """What is granted to this account."""
    return Terms(**{name: getattr(account, name) for name in Terms.__dataclass_fields__})


def set_terms(
    session: Session, retailer_id: UUID, terms: Terms, reason: str, version: int | None = None
) -> CreditAccount:
    """Change what is granted: locks the account, raises its version, audited.

    A limit below what is owed is allowed: `allowance_minor` covers the excess until it is paid, and no new order fits.
    Raises Invalid, NotFound, and Stale when `version` is given and no longer true.
    """
    reason = given(reason)
    today = days.today(session)
    account = get(session, retailer_id, lock=True)
    if version is not None and version != account.version:
        raise Stale(version=account.version)
    before = terms_of(account)
    if before == terms:
        return account
    if terms.temporary_until and terms.temporary_until != before.temporary_until and terms.temporary_until < today:
        raise Invalid("A temporary limit ends today or later.", field="temporary_until")
    _write(session, retailer_id, terms)
    audit.record(
        session,
        "terms.changed",
        subject=ids.public("ret", retailer_id),
        retailer_id=retailer_id,
        before=before.kept(),
        after=terms.kept(),
        reason=reason,
    )
    if terms.is_looser(before, today):
        happened(session, RoomMade(retailer_id))
    return get(session, retailer_id)


def end_temporary_limits(session: Session, today: date) -> int:
    """Drop temporary limits that ended before `today`; returns how many. What went beyond becomes an allowance."""
    over = db.execute(
        session,
        "SELECT retailer_id FROM credit_account WHERE org_id = %s AND temporary_until < %s ORDER BY retailer_id",
        (str(db.org_of(session)), today),
    ).all()
    for (retailer_id,) in over:
        terms = replace(
            terms_of(get(session, retailer_id, lock=True)), temporary_limit_minor=None, temporary_until=None
        )
        set_terms(session, retailer_id, terms, "the temporary limit has ended")
    return len(over)


def given(reason: str) -> str:
    """A reason that somebody really gave. Raises Invalid."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", field="reason")
    return reason


def _write(session: Session, retailer_id: UUID, terms: Terms) -> None:
    assigned = ", ".join(f"{name} = %({name})s" for name in asdict(terms))
    db.execute(
        session,
        f"UPDATE credit_account SET {assigned}, version = version + 1"
        " WHERE org_id = %(org)s AND retailer_id = %(retailer)s",
        {**asdict(terms), "org": str(db.org_of(session)), "retailer": str(retailer_id)},
    )

"""Credit accounts: what the owner grants, what is owed and promised, what is left.

`move` is the only way in which outstanding and reserved change, apart from the reserving statement itself. Whoever
changes money or terms locks the account row first, then bills: one order of locks, no deadlocks.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.money import MAX_MINOR
from credit.tables import CreditAccount
from parties import organisations

MAX_DAYS = 3650
MAX_REASON = 500

_MOVE = """
UPDATE credit_account
SET outstanding_minor = outstanding_minor + %(outstanding)s,
    reserved_minor = reserved_minor + %(reserved)s,
    allowance_minor = greatest(0, outstanding_minor + %(outstanding)s + reserved_minor + %(reserved)s
                                  - greatest(coalesce(limit_minor, 0), coalesce(temporary_limit_minor, 0)))
WHERE org_id = %(org)s AND retailer_id = %(retailer)s
RETURNING outstanding_minor, reserved_minor, allowance_minor
"""


class Stale(DomainError):
    """Somebody else changed the terms since they were read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "The terms were changed by somebody else meanwhile. Read them again before you change them."


@dataclass(frozen=True)
class Terms:
    """What the owner grants. `limit_minor` None = no credit granted, 0 = prepay; the other None mean no such rule."""

    limit_minor: int | None = None
    credit_days: int = 0
    max_order_minor: int | None = None
    max_outstanding_days: int | None = None


@dataclass(frozen=True)
class Position:
    """Where an account stands, in minor units of its currency. `available_minor` never shows less than nothing."""

    currency: str
    limit_minor: int | None
    outstanding_minor: int
    reserved_minor: int

    @property
    def headroom_minor(self) -> int:
        """Limit less what is owed and promised; below zero after a limit cut."""
        return (self.limit_minor or 0) - self.outstanding_minor - self.reserved_minor

    @property
    def available_minor(self) -> int:
        """What an order may still take."""
        return max(0, self.headroom_minor)


@dataclass(frozen=True)
class Totals:
    """The running totals after a movement."""

    outstanding_minor: int
    reserved_minor: int
    allowance_minor: int


def open_account(session: Session, retailer_id: UUID, terms: Terms | None = None) -> CreditAccount:
    """Open the one account of a retailer, in the organisation's currency; audited. Raises Invalid."""
    terms = terms or Terms()
    _check(terms)
    account = CreditAccount(
        retailer_id=retailer_id,
        currency=organisations.get(session).currency,
        outstanding_minor=0,
        reserved_minor=0,
        allowance_minor=0,
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
        after=asdict(terms),
    )
    return account


def get(session: Session, retailer_id: UUID, lock: bool = False) -> CreditAccount:
    """The account as it is in the database now; `lock` takes its row FOR UPDATE. Raises NotFound."""
    key = (db.org_of(session), retailer_id)
    account = session.get(CreditAccount, key, populate_existing=True, with_for_update=lock or None)
    if account is None:
        raise NotFound(kind="CreditAccount")
    return account


def position(session: Session, retailer_id: UUID) -> Position:
    """Limit, outstanding, reserved and available. Raises NotFound."""
    return position_of(get(session, retailer_id))


def position_of(account: CreditAccount) -> Position:
    """The same, of an account that was read already."""
    return Position(account.currency, account.limit_minor, account.outstanding_minor, account.reserved_minor)


def terms_of(account: CreditAccount) -> Terms:
    """What is granted to this account."""
    return Terms(account.limit_minor, account.credit_days, account.max_order_minor, account.max_outstanding_days)


def set_terms(
    session: Session, retailer_id: UUID, terms: Terms, reason: str, version: int | None = None
) -> CreditAccount:
    """Change what is granted: locks the account, raises its version, audited.

    A limit below what is owed is allowed: `allowance_minor` covers the excess until it is paid, and no new order fits.
    Raises Invalid, NotFound, and Stale when `version` is given and no longer true.
    """
    _check(terms)
    reason = given(reason)
    account = get(session, retailer_id, lock=True)
    if version is not None and version != account.version:
        raise Stale(version=account.version)
    before = terms_of(account)
    if before == terms:
        return account
    _write(session, retailer_id, terms)
    audit.record(
        session,
        "terms.changed",
        subject=ids.public("ret", retailer_id),
        retailer_id=retailer_id,
        before=asdict(before),
        after=asdict(terms),
        reason=reason,
    )
    return get(session, retailer_id)


def move(session: Session, retailer_id: UUID, *, outstanding_minor: int = 0, reserved_minor: int = 0) -> Totals:
    """Add to the running totals (below zero: take off), and keep the allowance at exactly what the excess needs.

    Only for callers in credit, beside the transfers and reservations that justify it. Locks the account row.
    """
    amounts = {"outstanding": outstanding_minor, "reserved": reserved_minor}
    where = {"org": str(db.org_of(session)), "retailer": str(retailer_id)}
    return Totals(*db.execute(session, _MOVE, {**amounts, **where}).one())


def given(reason: str) -> str:
    """A reason that somebody really gave. Raises Invalid."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(f"Say why, in at most {MAX_REASON} characters.", field="reason")
    return reason


def _write(session: Session, retailer_id: UUID, terms: Terms) -> None:
    db.execute(
        session,
        "UPDATE credit_account SET limit_minor = %(limit_minor)s, credit_days = %(credit_days)s,"
        " max_order_minor = %(max_order_minor)s, max_outstanding_days = %(max_outstanding_days)s,"
        " version = version + 1,"
        " allowance_minor = greatest(0, outstanding_minor + reserved_minor - coalesce(%(limit_minor)s::bigint, 0))"
        " WHERE org_id = %(org)s AND retailer_id = %(retailer)s",
        {**asdict(terms), "org": str(db.org_of(session)), "retailer": str(retailer_id)},
    )


def _check(terms: Terms) -> None:
    for name in ("limit_minor", "max_order_minor"):
        _check_range(name, getattr(terms, name), MAX_MINOR)
    for name in ("credit_days", "max_outstanding_days"):
        _check_range(name, getattr(terms, name), MAX_DAYS)


def _check_range(name: str, value: int | None, most: int) -> None:
    if value is not None and not 0 <= value <= most:
        raise Invalid(f"{name} must lie between 0 and {most}.", field=name, value=value)

"""What other terms would have done: every credit order of the last weeks, judged anew as if they had held then.

Each order meets the books as they really were a moment before it: what was owed, what was promised to other orders,
which bills were how old, which cheques were not cleared, what shops of the same owner used of their cap. A temporary
limit counts on both sides on the days on which it held; which shops share which cap is taken from today. Nothing is
played forward: an order that would have been refused still counts as owed for the ones after it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from credit import accounts, guardrails, standing
from credit.accounts import Terms
from credit.guardrails import BLOCKED, PAUSED, Reason, Verdict
from credit.standing import Standing
from credit.tables import CreditAccount
from credit.terms import TRIED
from parties import organisations
from reports import past
from reports.past import OpenThen

DAYS = 90
MAX_ORDERS = 1000

_ORDERS = """
WITH asked AS (
    SELECT o.id, o.number, o.total_minor, o.status, o.failure,
        coalesce(o.confirmed_at, o.closed_at, o.created_at) AS at
    FROM sales_order o
    WHERE o.org_id = %(org)s AND o.retailer_id = %(retailer)s AND o.payment_mode = 'CREDIT'
        AND (o.confirmed_at IS NOT NULL OR o.status IN ('failed', 'held'))
        AND coalesce(o.confirmed_at, o.closed_at, o.created_at) >= %(from)s
    ORDER BY at DESC, o.id LIMIT %(most)s
)
SELECT asked.*, (asked.at AT TIME ZONE %(zone)s)::date AS local_on,
    (SELECT json_agg(json_build_array(shop.id, (
            SELECT coalesce(sum(CASE WHEN t.debit_account = 'receivable' THEN t.amount_minor ELSE 0 END
                              - CASE WHEN t.credit_account = 'receivable' THEN t.amount_minor ELSE 0 END), 0)::bigint
            FROM ledger_transfer t
            WHERE t.org_id = %(org)s AND t.retailer_id = shop.id AND t.created_at < asked.at), (
            SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM reservation r
            WHERE rules.counts_promised AND r.org_id = %(org)s AND r.retailer_id = shop.id
                AND r.reference_id <> asked.id AND r.created_at < asked.at
                AND (r.resolved_at IS NULL OR r.resolved_at >= asked.at)), (
            SELECT coalesce(sum(p.amount_minor), 0)::bigint
            FROM cheque c JOIN payment p ON p.org_id = c.org_id AND p.id = c.id
            WHERE rules.counts_uncleared AND c.org_id = %(org)s AND c.retailer_id = shop.id AND p.created_at < asked.at
                AND (c.ended_on IS NULL OR c.ended_on > (asked.at AT TIME ZONE %(zone)s)::date))))
     FROM unnest(%(shops)s::uuid[]) AS shop (id)) AS used,
    (SELECT json_agg(json_build_array(b.reference, b.due_on, b.open_minor) ORDER BY b.due_on, b.bill_on, b.reference)
     FROM (SELECT b.reference, b.due_on, b.bill_on, b.amount_minor - coalesce(
                (SELECT sum(a.amount_minor) FROM allocation a
                 WHERE a.org_id = b.org_id AND a.bill_id = b.id AND a.created_at < asked.at), 0)::bigint AS open_minor
           FROM bill b
           WHERE b.org_id = %(org)s AND b.retailer_id = %(retailer)s AND b.created_at < asked.at) b
     WHERE b.open_minor > 0) AS bills,
    (SELECT json_build_array(e.after ->> 'temporary_limit_minor', e.after ->> 'temporary_until') FROM audit_entry e
     WHERE e.org_id = %(org)s AND e.chain_id = %(retailer)s AND e.at < asked.at
        AND e.action IN ('account.opened', 'terms.changed') ORDER BY e.seq DESC LIMIT 1) AS temporary
FROM asked CROSS JOIN org_rules(%(org)s) rules ORDER BY asked.at, asked.id
"""
_SHARING = """
SELECT retailer_id::text FROM credit_account WHERE org_id = %s AND group_id = %s AND retailer_id <> %s
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """How many orders terms allow and refuse, and by which rule first."""

    allowed: int
    allowed_minor: int
    refused: int
    refused_minor: int
    by_reason: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What terms say of one order."""

    allowed: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """An order that comes out otherwise, and what stood in the books a moment before it."""

    order_id: UUID
    number: str | None
    at: datetime
    total_minor: int
    happened: str
    outstanding_minor: int
    reserved_minor: int
    now: Outcome
    changed: Outcome


@dataclass(frozen=True, slots=True)
class Replay:
    """The orders of some days under today's terms and under changed ones; `truncated`: there were more."""

    retailer_id: UUID
    currency: str
    days: int
    orders: int
    truncated: bool
    terms: Terms
    changed_terms: Terms
    now: Judged
    changed: Judged
    differences: list[Difference]


@dataclass(frozen=True)
class _Asked:
    """An order as it stood before the guardrails, and the books at that moment.

    `used` are what is owed, promised and not cleared, of this shop first and then of those that share its cap.
    """

    row: Any
    used: tuple[tuple[int, ...], ...]
    bills: tuple[OpenThen, ...]

    def standing(self, now: Standing, terms: Terms) -> Standing:
        """How the account stood under these terms. A pause or a block that refused the order refuses it here too."""
        minor, until = self.row.temporary or (None, None)
        if minor and until:  # counts as it was, on both sides
            terms = replace(terms, temporary_limit_minor=int(minor), temporary_until=date.fromisoformat(until))
        outstanding_minor, promised_minor, uncleared_minor = self.used[0]
        stood = replace(
            past.under(now, terms, self.row.local_on),
            outstanding_minor=outstanding_minor,
            promised_minor=promised_minor,
            uncleared_minor=uncleared_minor,
            used_minor=sum(self.used[0]),
            shared_used_minor=None if now.shared_limit_minor is None else sum(sum(one) for one in self.used),
            paused_for="" if PAUSED in self.told else None,
            blocked_for="" if BLOCKED in self.told else None,
        )
        return past.aged(stood, self.bills)

    @property
    def told(self) -> list[str]:
        """The codes that the order was refused with; empty when it was placed."""
        failure = self.row.failure if self.row.status in ("failed", "held") else None
        return [reason["code"] for reason in (failure or {}).get("reasons", ())]


def replay(session: Session, retailer_id: UUID, changes: dict[str, int], days: int = DAYS) -> Replay:
    """The orders of the last `days` under today's terms and under changed ones, and those that come out otherwise.

    `changes` are new values for those of TRIED. Raises NotFound.
    """
    account = accounts.get(session, retailer_id)
    now = replace(accounts.terms_of(account), temporary_limit_minor=None, temporary_until=None)
    then = now.with_given({name: changes[name] for name in TRIED if name in changes})
    stands = standing.of(session, retailer_id)
    asked = _asked(session, account, days)
    judged = [(one, _judge(one, stands, now), _judge(one, stands, then)) for one in asked]
    return Replay(
        retailer_id=retailer_id,
        currency=account.currency,
        days=days,
        orders=len(judged),
        truncated=len(judged) == MAX_ORDERS,
        terms=now,
        changed_terms=then,
        now=_summary([(one, verdict) for one, verdict, _ in judged]),
        changed=_summary([(one, verdict) for one, _, verdict in judged]),
        differences=[_difference(*each) for each in judged if each[1].allowed != each[2].allowed],
    )


def _asked(session: Session, account: CreditAccount, days: int) -> list[_Asked]:
    retailer = str(account.retailer_id)
    sharing = (str(db.org_of(session)), str(account.group_id), retailer)
    others = [shop for (shop,) in db.execute(session, _SHARING, sharing)] if account.group_id else []
    rows = db.execute(
        session,
        _ORDERS,
        {
            "org": str(db.org_of(session)),
            "retailer": retailer,
            "shops": [retailer, *others],
            "from": clock.now() - timedelta(days=days),
            "zone": organisations.get(session).timezone,
            "most": MAX_ORDERS,
        },
    ).all()
    return [_Asked(row, _used(row, retailer), _bills(row)) for row in rows]


def _used(row: Any, retailer: str) -> tuple[tuple[int, ...], ...]:
    """What each shop had owed, promised and uncleared, where the settings count it; the shop itself comes first."""
    own_first = sorted(row.used, key=lambda shop: shop[0] != retailer)
    return tuple(tuple(amounts) for _, *amounts in own_first)


def _bills(row: Any) -> tuple[OpenThen, ...]:
    return tuple(OpenThen(reference, date.fromisoformat(due_on), left) for reference, due_on, left in row.bills or ())


def _judge(one: _Asked, now: Standing, terms: Terms) -> Verdict:
    return guardrails.verdict(one.standing(now, terms), one.row.total_minor)


def _summary(judged: list[tuple[_Asked, Verdict]]) -> Judged:
    allowed = [one.row.total_minor for one, verdict in judged if verdict.allowed]
    refused = [one.row.total_minor for one, verdict in judged if not verdict.allowed]
    codes = sorted(verdict.reason for _, verdict in judged if verdict.reason)
    return Judged(
        allowed=len(allowed),
        allowed_minor=sum(allowed),
        refused=len(refused),
        refused_minor=sum(refused),
        by_reason={code: codes.count(code) for code in dict.fromkeys(codes)},
    )


def _difference(one: _Asked, now: Verdict, then: Verdict) -> Difference:
    return Difference(
        order_id=one.row.id,
        number=one.row.number,
        at=one.row.at,
        total_minor=one.row.total_minor,
        happened=one.row.status,
        outstanding_minor=one.used[0][0],
        reserved_minor=one.used[0][1],
        now=Outcome(now.allowed, now.reasons),
        changed=Outcome(then.allowed, then.reasons),
    )

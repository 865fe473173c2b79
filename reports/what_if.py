"""What other terms would have done: every credit order of the last weeks, judged anew as if they had held then.

Each order meets the books as they really were a moment before it: what was owed, what was promised to other orders,
which bills were how old. Nothing is played forward: an order that would have been refused still counts as owed for
the ones after it. Temporary limits and caps shared with other shops are left out on both sides.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from credit import accounts, guardrails
from credit.accounts import Terms
from credit.guardrails import BLOCKED, PAUSED, Books, Rules, Verdict
from parties import organisations

DAYS = 90
MAX_ORDERS = 1000
RULES = ("limit_minor", "max_order_minor", "max_outstanding_days", "tolerance_minor")

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
    (SELECT coalesce(sum(CASE WHEN t.debit_account = 'receivable' THEN t.amount_minor ELSE 0 END
                       - CASE WHEN t.credit_account = 'receivable' THEN t.amount_minor ELSE 0 END), 0)::bigint
     FROM ledger_transfer t
     WHERE t.org_id = %(org)s AND t.retailer_id = %(retailer)s AND t.created_at < asked.at) AS outstanding_minor,
    (SELECT coalesce(sum(r.amount_minor), 0)::bigint FROM reservation r
     WHERE r.org_id = %(org)s AND r.retailer_id = %(retailer)s AND r.reference_id <> asked.id
        AND r.created_at < asked.at AND (r.resolved_at IS NULL OR r.resolved_at >= asked.at)) AS reserved_minor,
    (SELECT json_agg(json_build_array(late.reference, late.due_on, late.open_minor) ORDER BY late.due_on)
     FROM (SELECT b.reference, b.due_on, b.amount_minor - coalesce(
                (SELECT sum(a.amount_minor) FROM allocation a
                 WHERE a.org_id = b.org_id AND a.bill_id = b.id AND a.created_at < asked.at), 0)::bigint AS open_minor
           FROM bill b
           WHERE b.org_id = %(org)s AND b.retailer_id = %(retailer)s AND b.created_at < asked.at
                AND b.due_on < (asked.at AT TIME ZONE %(zone)s)::date) late
     WHERE late.open_minor > 0) AS late
FROM asked ORDER BY asked.at, asked.id
"""


@dataclass(frozen=True)
class _Asked:
    """An order as it stood before the guardrails, and the books at that moment."""

    row: Any
    late: tuple[tuple[str, date, int], ...]

    def books(self, terms: Terms, counts_reserved: bool) -> Books:
        """The numbers a verdict under these terms rests on."""
        most = terms.max_outstanding_days
        latest = self.row.local_on - timedelta(days=most) if most is not None else None
        too_old = [one for one in self.late if latest is not None and one[1] < latest]
        reserved_minor = self.row.reserved_minor if counts_reserved else 0
        total = sum(open_minor for _, _, open_minor in too_old)
        return Books(self.row.outstanding_minor, reserved_minor, total, too_old[0] if too_old else None)

    @property
    def told(self) -> list[str]:
        """The codes that the order was refused with; empty when it was placed."""
        failure = self.row.failure if self.row.status in ("failed", "held") else None
        return [reason["code"] for reason in (failure or {}).get("reasons", ())]


def replay(session: Session, retailer_id: UUID, changes: dict[str, int], days: int = DAYS) -> dict[str, Any]:
    """The orders of the last `days` under today's terms and under changed ones, and those that come out otherwise.

    `changes` are new values for RULES. Raises NotFound.
    """
    account = accounts.get(session, retailer_id)
    now = replace(accounts.terms_of(account), temporary_limit_minor=None, temporary_until=None)
    then = replace(now, **{name: changes[name] for name in RULES if name in changes})
    counts = accounts.counts_reserved(session)
    asked = _asked(session, retailer_id, days)
    judged = [
        (one, _judge(one, now, account.currency, counts), _judge(one, then, account.currency, counts)) for one in asked
    ]
    return {
        "retailer_id": ids.public("ret", retailer_id),
        "currency": account.currency,
        "days": days,
        "orders": len(judged),
        "truncated": len(judged) == MAX_ORDERS,
        "terms": {name: getattr(now, name) for name in RULES},
        "changed_terms": {name: getattr(then, name) for name in RULES},
        "now": _summary([(one, verdict) for one, verdict, _ in judged]),
        "changed": _summary([(one, verdict) for one, _, verdict in judged]),
        "differences": [_difference(*each) for each in judged if each[1].allowed != each[2].allowed],
    }


def _asked(session: Session, retailer_id: UUID, days: int) -> list[_Asked]:
    rows = db.execute(
        session,
        _ORDERS,
        {
            "org": str(db.org_of(session)),
            "retailer": str(retailer_id),
            "from": clock.now() - timedelta(days=days),
            "zone": organisations.get(session).timezone,
            "most": MAX_ORDERS,
        },
    ).all()
    return [
        _Asked(row, tuple((reference, date.fromisoformat(due_on), left) for reference, due_on, left in row.late or ()))
        for row in rows
    ]


def _judge(one: _Asked, terms: Terms, currency: str, counts_reserved: bool) -> Verdict:
    """A pause or a block that refused the order then refuses it here too: other terms do not lift it."""
    rules = Rules(
        terms,
        terms.limit_minor,
        currency,
        one.row.local_on,
        "" if PAUSED in one.told else None,
        "" if BLOCKED in one.told else None,
    )
    return guardrails.verdict(rules, one.books(terms, counts_reserved), one.row.total_minor)


def _summary(judged: list[tuple[_Asked, Verdict]]) -> dict[str, Any]:
    allowed = [one.row.total_minor for one, verdict in judged if verdict.allowed]
    refused = [one.row.total_minor for one, verdict in judged if not verdict.allowed]
    codes = sorted(verdict.reason for _, verdict in judged if verdict.reason)
    return {
        "allowed": len(allowed),
        "allowed_minor": sum(allowed),
        "refused": len(refused),
        "refused_minor": sum(refused),
        "by_reason": {code: codes.count(code) for code in dict.fromkeys(codes)},
    }


def _difference(one: _Asked, now: Verdict, then: Verdict) -> dict[str, Any]:
    return {
        "order_id": ids.public("ord", one.row.id),
        "number": one.row.number,
        "at": clock.rfc3339(one.row.at),
        "total_minor": one.row.total_minor,
        "happened": one.row.status,
        "outstanding_minor": one.row.outstanding_minor,
        "reserved_minor": one.row.reserved_minor,
        "now": {"allowed": now.allowed, "reasons": [reason.as_dict() for reason in now.reasons]},
        "changed": {"allowed": then.allowed, "reasons": [reason.as_dict() for reason in then.reasons]},
    }

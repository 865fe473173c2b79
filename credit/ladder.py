"""The status ladder: configured rules, each a number against a threshold, decide WATCH, PAUSED and BLOCKED.

Deterministic and open: no score, no weights. The trace of a decision lists every configured rule with its value, its
threshold and whether it fired. What staff did is never undone here: a manual pause and every block stay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import Invalid, NotFound
from credit import accounts, days, decisions, pauses
from credit.decisions import AUTOMATIC, BLOCKED, OK, PAUSED, WATCH
from credit.tables import CreditAccount
from parties import organisations

LEVELS = {"watch": WATCH, "pause": PAUSED, "block": BLOCKED}
RULES = ("overdue_days", "overdue_minor", "limit_used_percent", "broken_promises", "bounced_cheques")
PROMISES_COUNT_FOR = timedelta(days=90)
CHEQUES_COUNT_FOR = timedelta(days=180)
HIGHEST = 10**15

# overdue_days: how long more than the account's tolerance has been due, so that a few forgotten rupees stop nobody.
_FACTS = """
SELECT a.retailer_id, coalesce(late.days, 0), coalesce(late.total, 0)::bigint,
    CASE WHEN used.limit_minor > 0 THEN greatest(0, used.amount) * 100 / used.limit_minor ELSE 0 END::bigint,
    (SELECT count(*) FROM promise p WHERE p.org_id = a.org_id AND p.retailer_id = a.retailer_id
        AND p.status = 'broken' AND p.promised_on > %(promises_from)s),
    (SELECT count(*) FROM cheque c WHERE c.org_id = a.org_id AND c.retailer_id = a.retailer_id
        AND c.state = 'bounced' AND c.ended_on > %(cheques_from)s),
    a.watched_at IS NOT NULL, a.paused_at IS NOT NULL, a.pause_source, a.blocked_at IS NOT NULL
FROM credit_account a
CROSS JOIN LATERAL (
    SELECT coalesce(greatest(a.limit_minor,
            CASE WHEN a.temporary_until >= %(today)s THEN a.temporary_limit_minor END), 0) AS limit_minor,
        a.outstanding_minor + CASE WHEN %(counts)s THEN a.reserved_minor ELSE 0 END AS amount) used
LEFT JOIN LATERAL (
    SELECT max(%(today)s - due_on) FILTER (WHERE so_far > a.tolerance_minor) AS days, sum(open_minor) AS total
    FROM (SELECT due_on, open_minor, sum(open_minor) OVER (ORDER BY due_on) AS so_far FROM bill b
          WHERE b.org_id = a.org_id AND b.retailer_id = a.retailer_id AND b.open_minor > 0 AND b.due_on < %(today)s) due
) late ON true
WHERE a.org_id = %(org)s AND (%(retailer)s::uuid IS NULL OR a.retailer_id = %(retailer)s)
ORDER BY a.retailer_id
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: days, minor units, percent, counts."""

    overdue_days: int = 0
    overdue_minor: int = 0
    limit_used_percent: int = 0
    broken_promises: int = 0
    bounced_cheques: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule as it was tried. It fires when the value reaches the threshold."""

    level: str
    rule: str
    value: int
    threshold: int
    fired: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the rules say of an account and what became of it. `was` and `status` are the same when nothing changed."""

    retailer_id: UUID
    was: str
    status: str
    wanted: str
    trace: tuple[Tried, ...]
    is_paused_now: bool = False
    is_restored_now: bool = False
    is_blocked_now: bool = False
    facts: Facts = Facts()

    @property
    def fired(self) -> tuple[Tried, ...]:
        """The rules that fired, strictest level first."""
        return tuple(tried for tried in reversed(self.trace) if tried.fired)


@dataclass(frozen=True, slots=True)
class _Seen:
    retailer_id: UUID
    facts: Facts
    watched: bool
    paused: bool
    pause_source: str | None
    blocked: bool


def rules(session: Session) -> dict[str, dict[str, int]]:
    """The thresholds by level and rule; a rule that is not named is off."""
    configured: dict[str, dict[str, int]] = organisations.setting(organisations.get(session), "ladder")
    return configured


def configure(
    session: Session, ladder: Mapping[str, Mapping[str, int]], reason: str, version: int | None = None
) -> None:
    """Change the thresholds; audited. Accounts follow at the next evaluation.

    `version` is that of the settings as they were seen. Raises Invalid, organisations.SettingsChanged.
    """
    reason = accounts.given(reason)
    if set(ladder) - set(LEVELS):
        raise Invalid(f"The levels are {', '.join(LEVELS)}.", field="ladder")
    for level, thresholds in ladder.items():
        if set(thresholds) - set(RULES):
            raise Invalid(f"The rules are {', '.join(RULES)}.", field=f"ladder/{level}")
        if not all(type(least) is int and 0 < least <= HIGHEST for least in thresholds.values()):
            raise Invalid("A threshold is a whole number above zero.", field=f"ladder/{level}")
    kept = {level: dict(ladder.get(level, {})) for level in LEVELS}
    organisations.change_settings(session, {"ladder": kept}, reason, version)


def judge(configured: Mapping[str, Mapping[str, int]], facts: Facts) -> tuple[str, tuple[Tried, ...]]:
    """The status that the rules ask for, and every rule as tried, from watch to block. Pure."""
    trace = tuple(_tried(configured, facts))
    wanted = [LEVELS[tried.level] for tried in trace if tried.fired]
    return (wanted[-1] if wanted else OK), trace


def look(session: Session, retailer_id: UUID) -> Evaluation:
    """What the rules say of an account now; changes nothing. Raises NotFound."""
    account = accounts.get(session, retailer_id)
    facts = _one(session, retailer_id).facts
    wanted, trace = judge(rules(session), facts)
    status = decisions.status_of(account)
    return Evaluation(retailer_id, status, status, wanted, trace, facts=facts)


def look_all(session: Session) -> Iterator[Evaluation]:
    """What the rules say of every account that is watched or stopped, or that the rules would watch or stop."""
    configured = rules(session)
    for seen in _seen(session):
        wanted, trace = judge(configured, seen.facts)
        marks = {BLOCKED: seen.blocked, PAUSED: seen.paused, WATCH: seen.watched}
        status = next((status for status, holds in marks.items() if holds), OK)
        if status != OK or wanted != OK:
            yield Evaluation(seen.retailer_id, status, status, wanted, trace)


def evaluate(
    session: Session, retailer_id: UUID, cause: str, *, may_stop: bool = True, may_lift: bool = True
) -> Evaluation:
    """Apply the rules to an account; a change is stored with its trace and audited. Locks the account row.

    `may_stop` allows a new pause or block, `may_lift` ending an automatic pause. Raises NotFound.
    """
    account = accounts.get(session, retailer_id, lock=True)
    was = decisions.status_of(account)
    wanted, trace = judge(rules(session), _one(session, retailer_id).facts)
    told = tuple(asdict(tried) for tried in trace)
    _watch(session, account, cause, wanted != OK, told)
    why = because(trace, wanted)
    blocks = may_stop and wanted == BLOCKED and pauses.block(session, retailer_id, why, AUTOMATIC, told)
    stops = may_stop and wanted == PAUSED and account.blocked_at is None
    paused = stops and pauses.pause(session, retailer_id, why, AUTOMATIC, told)
    is_over = may_lift and wanted in (OK, WATCH)
    restored = is_over and pauses.unpause(session, retailer_id, "the cause of the pause is gone", AUTOMATIC, told)
    status = decisions.status_of(accounts.get(session, retailer_id))
    return Evaluation(retailer_id, was, status, wanted, trace, paused, restored and status != BLOCKED, blocks)


def evaluate_all(session: Session, cause: str, *, may_stop: bool = True, may_lift: bool = True) -> list[Evaluation]:
    """Apply the rules to every account; returns those that changed. One statement looks, only changes lock."""
    configured = rules(session)
    behind = [
        seen.retailer_id
        for seen in _seen(session)
        if _would_change(seen, judge(configured, seen.facts)[0], may_stop, may_lift)
    ]
    done = [evaluate(session, one, cause, may_stop=may_stop, may_lift=may_lift) for one in behind]
    return [evaluation for evaluation in done if evaluation.was != evaluation.status]


def after_payment(session: Session, account: CreditAccount) -> Evaluation | None:
    """Look again after money came in: only what may get better, so most payments cost nothing here."""
    if account.watched_at is None and account.pause_source != AUTOMATIC:
        return None
    return evaluate(session, account.retailer_id, "payment", may_stop=False)


def because(trace: tuple[Tried, ...], status: str) -> str:
    """The rules of this status that fired, in words: `overdue_days 50 (from 45)`."""
    fired = [tried for tried in trace if tried.fired and LEVELS[tried.level] == status]
    return "; ".join(f"{tried.rule} {tried.value} (from {tried.threshold})" for tried in fired) or "no rule"


def _tried(configured: Mapping[str, Mapping[str, int]], facts: Facts) -> Iterator[Tried]:
    for level in LEVELS:
        for rule in RULES:
            threshold = configured.get(level, {}).get(rule)
            if threshold is not None:
                value = getattr(facts, rule)
                yield Tried(level, rule, value, threshold, value >= threshold)


def _would_change(seen: _Seen, wanted: str, may_stop: bool, may_lift: bool) -> bool:
    if seen.watched != (wanted != OK):
        return True
    if may_stop and not seen.blocked and (wanted == BLOCKED or (wanted == PAUSED and not seen.paused)):
        return True
    return may_lift and seen.pause_source == AUTOMATIC and wanted in (OK, WATCH)


def _watch(
    session: Session, account: CreditAccount, cause: str, is_watched: bool, trace: tuple[dict[str, Any], ...]
) -> None:
    if (account.watched_at is not None) == is_watched:
        return
    before = decisions.status_of(account)
    account.watched_at = clock.now() if is_watched else None
    session.flush()
    if decisions.status_of(account) == before:
        return
    decisions.store(session, account, cause, before, trace)
    audit.record(
        session,
        "credit.watched" if is_watched else "credit.unwatched",
        subject=ids.public("ret", account.retailer_id),
        retailer_id=account.retailer_id,
        before={"status": before},
        after={"status": decisions.status_of(account)},
    )


def _one(session: Session, retailer_id: UUID) -> _Seen:
    seen = next(_seen(session, retailer_id), None)
    if seen is None:
        raise NotFound(kind="CreditAccount")
    return seen


def _seen(session: Session, retailer_id: UUID | None = None) -> Iterator[_Seen]:
    today: date = days.today(session)
    asked = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id) if retailer_id else None,
        "today": today,
        "counts": accounts.counts_reserved(session),
        "promises_from": today - PROMISES_COUNT_FOR,
        "cheques_from": today - CHEQUES_COUNT_FOR,
    }
    for row in db.execute(session, _FACTS, asked).all():
        yield _Seen(row[0], Facts(*row[1:6]), *row[6:])

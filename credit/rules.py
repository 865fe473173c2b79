"""The rules of the status ladder: facts of an account, each a number against a configured threshold.

Deterministic and open: no score, no weights. Money on account settles the oldest bills first before age counts. What
staff have acknowledged by lifting a stop does not fire again for the same facts (see `acknowledge`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import NotFound
from credit import accounts, days
from credit.decisions import OK, WATCH
from credit.settings import CreditSettings
from credit.thresholds import AGE, LEVELS, RULES, Ladder

PROMISES_COUNT_FOR = timedelta(days=90)
CHEQUES_COUNT_FOR = timedelta(days=180)

Acknowledged = Mapping[str, Mapping[str, Any]]

# Migration 0025 (`ACCOUNTS`) has the query, and says how age counts.
_FACTS = """
SELECT * FROM credit_facts(%(org)s, %(retailers)s::uuid[], %(today)s, %(counts)s, %(cheques)s, %(promises_from)s,
    %(cheques_from)s)
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: days, minor units, percent, counts."""

    overdue_days: int = 0
    overdue_minor: int = 0
    limit_used_percent: int = 0
    broken_promises: int = 0
    bounced_cheques: int = 0


NOTHING = Facts()


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule as it was tried. It fires when the value reaches the threshold, unless staff have acknowledged that."""

    level: str
    rule: str
    value: int
    threshold: int
    fired: bool
    acknowledged: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The rule as decisions keep it and the API answers it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Seen:
    """An account as the rules see it. `fresh_days`, by level, is the age of what was not acknowledged.

    `used_minor` is what counts against `limit_minor`, the limit of the day (0: none).
    """

    retailer_id: UUID
    facts: Facts
    fresh_days: dict[str, int | None] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    watched: bool = False
    paused: bool = False
    pause_source: str | None = None
    blocked: bool = False
    used_minor: int = 0
    limit_minor: int = 0


def configured(session: Session) -> Ladder:
    """The thresholds by level and rule; a rule that is not named is off."""
    return CreditSettings.current(session).ladder


def judge(
    ladder: Mapping[str, Mapping[str, int]],
    facts: Facts,
    acknowledged: Acknowledged | None = None,
    fresh_days: Mapping[str, int | None] | None = None,
) -> tuple[str, tuple[Tried, ...]]:
    """The status that the rules ask for, and every rule as tried, from watch to block. Pure.

    What is only acknowledged asks for a watch.
    """
    trace = tuple(_tried(ladder, facts, acknowledged or {}, fresh_days or {}))
    wanted = [LEVELS[tried.level] for tried in trace if tried.fired]
    known = any(tried.acknowledged for tried in trace)
    return (wanted[-1] if wanted else WATCH if known else OK), trace


def judge_seen(ladder: Mapping[str, Mapping[str, int]], seen: Seen) -> tuple[str, tuple[Tried, ...]]:
    """The same, of an account as it was seen."""
    return judge(ladder, seen.facts, seen.acknowledged, seen.fresh_days)


def acknowledge(session: Session, retailer_id: UUID, level: str) -> tuple[dict[str, dict[str, Any]], list[Tried]]:
    """What the account has acknowledged once staff lift this level's stop, and the rules concerned. Changes nothing.

    A count or an amount fires again when it rises above what it is now; age fires again when a further bill gets too
    old. Either is forgotten once the rule would not fire anyway (see `still`).
    """
    ladder, seen, today = configured(session), one(session, retailer_id), days.today(session)
    fired = [tried for tried in judge(ladder, seen.facts)[1] if tried.level == level and tried.fired]
    known = {
        tried.rule: (today - timedelta(days=tried.threshold)).isoformat() if tried.rule == AGE else tried.value
        for tried in fired
    }
    others = {name: kept for name, kept in still(ladder, seen).items() if name != level}
    return ({**others, level: known} if known else others), fired


def still(ladder: Mapping[str, Mapping[str, int]], seen: Seen) -> dict[str, dict[str, Any]]:
    """What stays acknowledged: of rules that would fire otherwise, and no more than their values are now."""
    kept: dict[str, dict[str, Any]] = {}
    for level, known in seen.acknowledged.items():
        for rule, value in known.items():
            threshold, now = ladder.get(level, {}).get(rule), getattr(seen.facts, rule)
            if threshold is not None and now >= threshold:
                kept.setdefault(level, {})[rule] = value if rule == AGE else min(value, now)
    return kept


def look(session: Session, retailers: Iterable[UUID] | None = None) -> Iterator[Seen]:
    """Every account, or these, as the rules see them now; one statement, nothing is locked."""
    today: date = days.today(session)
    asked = {
        "org": str(db.org_of(session)),
        "retailers": None if retailers is None else [str(one) for one in retailers],
        "today": today,
        "counts": accounts.counts_reserved(session),
        "cheques": accounts.counts_uncleared(session),
        "promises_from": today - PROMISES_COUNT_FOR,
        "cheques_from": today - CHEQUES_COUNT_FOR,
    }
    for row in db.execute(session, _FACTS, asked).all():
        yield Seen(row[0], Facts(*row[1:6]), {"pause": row[6], "block": row[7]}, *row[8:])


def one(session: Session, retailer_id: UUID) -> Seen:
    """One account as the rules see it now. Raises NotFound."""
    seen = next(look(session, (retailer_id,)), None)
    if seen is None:
        raise NotFound(kind="CreditAccount")
    return seen


def _tried(
    ladder: Mapping[str, Mapping[str, int]],
    facts: Facts,
    acknowledged: Acknowledged,
    fresh_days: Mapping[str, int | None],
) -> Iterator[Tried]:
    for level in LEVELS:
        thresholds, of_level = ladder.get(level, {}), acknowledged.get(level, {})
        for rule in RULES:
            threshold = thresholds.get(rule)
            if threshold is None:
                continue
            value, known = getattr(facts, rule), of_level.get(rule)
            reached = value >= threshold
            is_new = known is None or ((fresh_days.get(level) or 0) >= threshold if rule == AGE else value > known)
            yield Tried(level, rule, value, threshold, reached and is_new, reached and not is_new)

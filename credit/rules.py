"""The rules of the status ladder: facts of an account, each a number against a configured threshold.

Deterministic and open: no score, no weights. Money on account settles the oldest bills first before age counts. What
staff have acknowledged by lifting a stop does not fire again for the same facts (see `acknowledge`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import NotFound
from credit import days, standing
from credit.decisions import OK, WATCH
from credit.settings import CreditSettings
from credit.standing import Standing
from credit.thresholds import AGE, LEVELS, RULES, Ladder

PROMISES_COUNT_FOR = timedelta(days=90)
CHEQUES_COUNT_FOR = timedelta(days=180)

Acknowledged = Mapping[str, Mapping[str, Any]]

_FACTS = f"""
SELECT stands.*, seen.broken_promises, seen.bounced_cheques, seen.fresh_pause, seen.fresh_block, seen.acknowledged,
    seen.is_watched, seen.pause_source
FROM {standing.FIGURES} stands
JOIN credit_facts(
    p_org => %(org)s, p_retailers => %(retailers)s::uuid[], p_today => %(today)s, p_promises_from => %(promises_from)s,
    p_cheques_from => %(cheques_from)s) seen ON seen.retailer_id = stands.retailer_id
ORDER BY stands.retailer_id
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
    """An account as the rules see it. `fresh_days`, by level, is the age of what was not acknowledged."""

    stands: Standing
    facts: Facts
    fresh_days: dict[str, int | None]
    acknowledged: dict[str, dict[str, Any]]
    watched: bool
    pause_source: str | None

    @property
    def retailer_id(self) -> UUID:
        """Whose account it is."""
        return self.stands.retailer_id

    @property
    def paused(self) -> bool:
        """Whether credit is paused."""
        return self.stands.paused_for is not None

    @property
    def blocked(self) -> bool:
        """Whether the account is blocked."""
        return self.stands.blocked_for is not None


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
    today = days.today(session)
    asked = {
        **standing.asked(session, retailers, today),
        "promises_from": today - PROMISES_COUNT_FOR,
        "cheques_from": today - CHEQUES_COUNT_FOR,
    }
    for row in db.execute(session, _FACTS, asked):
        stands = standing.read(row)
        facts = Facts(
            stands.overdue_days,
            stands.overdue_minor,
            stands.limit_used_percent,
            row.broken_promises,
            row.bounced_cheques,
        )
        fresh_days = {"pause": row.fresh_pause, "block": row.fresh_block}
        yield Seen(stands, facts, fresh_days, row.acknowledged, row.is_watched, row.pause_source)


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

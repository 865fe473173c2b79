"""What happens to an account by itself next, by the rules of the status ladder, and on which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import clock
from core.i18n import format_day
from credit import rules
from credit.decisions import AUTOMATIC, BLOCKED, OK, PAUSED, WATCH
from credit.rules import Seen
from credit.thresholds import AGE, LEVELS, STOPS
from parties import organisations
from parties.settings import Hours

_DONE = {BLOCKED: "blocked", PAUSED: "paused"}


@dataclass(frozen=True)
class Step:
    """A sentence, and the day on which it comes true; None when nothing happens without a payment or a person."""

    text: str
    on: date | None = None


@dataclass(frozen=True)
class Clockwork:
    """When the rules are applied: at `at`, next on `run_on`."""

    ladder: Mapping[str, Mapping[str, int]]
    today: date
    run_on: date
    at: str

    def step(self, what: str, on: date) -> Step:
        """Something that the rules will have done on a day."""
        return Step(f"Is {what} on {day(on)} at {self.at}.", on)


def clockwork(session: Session) -> Clockwork:
    """The rules and their time today, or tomorrow once that has passed; closed days too, but not in quiet hours."""
    organisation = organisations.get(session)
    local = clock.now().astimezone(ZoneInfo(organisation.timezone))
    hours = Hours.of(organisation)
    at = max(hours.auto_pause_at, hours.quiet_before)
    waits = local.time() >= at
    return Clockwork(rules.configured(session), local.date(), local.date() + timedelta(days=waits), f"{at:%H:%M}")


@lru_cache(maxsize=512)
def day(on: date) -> str:
    """A day in words; the same few days are told of many shops."""
    return format_day(on, "en")


def of(seen: Seen, wanted: str, by: Clockwork) -> Step:
    """What the rules do next about an account as it is now, if nothing is paid; `wanted` is what they ask for."""
    if seen.blocked:
        return Step("Blocked until somebody unblocks it.")
    if wanted == BLOCKED:
        return by.step("blocked", by.run_on)
    if seen.paused:
        return _of_paused(seen, by, wanted)
    if wanted == PAUSED:
        return by.step("paused", by.run_on)
    return _coming(seen, by) or Step("Nothing." if wanted == OK else "Stays watched; nothing is stopped.")


def _of_paused(seen: Seen, by: Clockwork, wanted: str) -> Step:
    if seen.pause_source != AUTOMATIC:
        return Step("Paused by staff until somebody restores it.")
    if wanted in (OK, WATCH):
        return by.step("restored", by.run_on)
    return _coming(seen, by, (BLOCKED,)) or Step("Restored when a payment ends the cause.")


def _coming(seen: Seen, by: Clockwork, stops: tuple[str, ...] = tuple(_DONE)) -> Step | None:
    """The first stop to which the age of what is overdue leads; what staff have acknowledged leads to none."""
    found = []
    for level in STOPS:
        threshold = by.ladder.get(level, {}).get(AGE)
        is_known = AGE in seen.acknowledged.get(level, {})
        age = (seen.fresh_days.get(level) or 0) if is_known else seen.facts.overdue_days
        if threshold and 0 < age < threshold and LEVELS[level] in stops:
            found.append((by.today + timedelta(days=threshold - age), _DONE[LEVELS[level]]))
    if not found:
        return None
    on, what = min(found)
    return Step(f"Is {what} on {day(on)} at {by.at} if nothing is paid.", on)

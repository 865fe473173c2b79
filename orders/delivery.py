"""When an order comes, and how long its goods wait for it: cut-off, routes, days that are closed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parties.settings import Hours

FARTHEST = 60  # days ahead that a delivery day is looked for
DAYS_KEPT = 2  # a promised day and a day more


@dataclass(frozen=True, slots=True)
class Timetable:
    """Orders before `cut_off` go `lead_days` later, or on the next day of their route (0 = Monday) after that.

    Nothing comes on days that are closed. Without a cut-off time nobody is told a day.
    """

    cut_off: time | None = None
    lead_days: int = 1
    routes: Mapping[str, Sequence[int]] = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)


def day(timetable: Timetable, route: str, ordered_at: datetime) -> date | None:
    """The day an order placed at this local moment comes; None when no day is promised."""
    if timetable.cut_off is None:
        return None
    late = ordered_at.time() >= timetable.cut_off
    first = ordered_at.date() + timedelta(days=timetable.lead_days + late)
    driven = timetable.routes.get(route)
    for ahead in range(FARTHEST):
        candidate = first + timedelta(days=ahead)
        if timetable.hours.are_open(candidate) and (driven is None or candidate.weekday() in driven):
            return candidate
    return None


def held_until(ordered_at: datetime, hours: int | None, comes_on: date | None, zone: str) -> datetime | None:
    """Until when goods wait for their order: so many hours, and never less than the promised day and a day more.

    None: as long as the order stands.
    """
    if hours is None:
        return None
    after_hours = ordered_at + timedelta(hours=hours)
    if comes_on is None:
        return after_hours
    after_the_day = datetime.combine(comes_on + timedelta(days=DAYS_KEPT), time(), ZoneInfo(zone))
    return max(after_hours, after_the_day)

"""When an order comes: the cut-off time, the days a route is driven, and days that are closed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from parties.settings import Hours

FARTHEST = 60  # days ahead that a delivery day is looked for


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

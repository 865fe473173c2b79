"""The day an order comes."""

from datetime import date, datetime, time

import pytest

from orders.delivery import Timetable, day
from parties.settings import Hours

HOLIDAY = Hours(holidays=(date(2026, 11, 24),))
FRIDAY = date(2026, 11, 20)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute)  # noqa: DTZ001  local time, as the timetable has it


@pytest.mark.parametrize(
    ("timetable", "route", "ordered_at", "comes"),
    [
        (Timetable(), "", at(9), None),
        (Timetable(time(17)), "", at(16, 59), date(2026, 11, 21)),
        (Timetable(time(17)), "", at(17), date(2026, 11, 22)),
        (Timetable(time(17), lead_days=0), "", at(9), FRIDAY),
        (Timetable(time(17), hours=Hours(closed_weekdays=(6,))), "", at(17), date(2026, 11, 23)),
        (Timetable(time(17), routes={"north": [1, 4]}), "north", at(9), date(2026, 11, 24)),
        (
            Timetable(time(17), routes={"north": [1, 4]}, hours=HOLIDAY),
            "north",
            at(9),
            date(2026, 11, 27),
        ),
        (Timetable(time(17), routes={"north": [1, 4]}), "gone", at(9), date(2026, 11, 21)),
        (Timetable(time(17), routes={"north": [6]}, hours=Hours(closed_weekdays=(6,))), "north", at(9), None),
    ],
)
def test_cut_off_route_and_closed_days_decide(
    timetable: Timetable, route: str, ordered_at: datetime, comes: date | None
) -> None:
    assert day(timetable, route, ordered_at) == comes

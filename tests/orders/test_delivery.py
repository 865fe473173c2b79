"""The day an order comes."""

from datetime import UTC, date, datetime, time

import pytest

from orders.delivery import Timetable, day, held_until
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


@pytest.mark.parametrize(
    ("hours", "comes_on", "until"),
    [
        (None, FRIDAY, None),
        (72, None, datetime(2026, 11, 19, 6, tzinfo=UTC)),
        (72, FRIDAY, datetime(2026, 11, 21, 18, 30, tzinfo=UTC)),  # the end of Saturday in India
        (1, date(2026, 11, 16), datetime(2026, 11, 17, 18, 30, tzinfo=UTC)),
        (240, FRIDAY, datetime(2026, 11, 26, 6, tzinfo=UTC)),
    ],
)
def test_goods_wait_so_many_hours_and_never_less_than_the_promised_day_and_a_day_more(
    hours: int | None, comes_on: date | None, until: datetime | None
) -> None:
    assert held_until(datetime(2026, 11, 16, 6, tzinfo=UTC), hours, comes_on, "Asia/Kolkata") == until

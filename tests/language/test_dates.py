"""Days to come and months that have been, as people type them on Saturday, 21 November 2026."""

from datetime import date

import pytest

from language import dates

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("kal dunga", "2026-11-22"),
        ("aaj shaam ko", "2026-11-21"),
        ("Friday ko dunga", "2026-11-27"),
        ("saturday", "2026-11-28"),
        ("15 tarikh", "2026-12-15"),
        ("15 tarikh ko 5000", "2026-12-15"),
        ("31 tarikh", "2026-12-31"),
        ("1st ko", "2026-12-01"),
        ("parso pakka", "2026-11-23"),
        ("day after tomorrow", "2026-11-23"),
        ("teen din mein", "2026-11-24"),
        ("in 10 days", "2026-12-01"),
        ("agle hafte", "2026-11-28"),
        ("month end tak", "2026-11-30"),
        ("25/11", "2026-11-25"),
        ("25-11-26", "2026-11-25"),
        ("5 dec ko 2000", "2026-12-05"),
        ("nov 30", "2026-11-30"),
        ("10 jan", "2027-01-10"),
        ("शुक्रवार को दूंगा", "2026-11-27"),
        ("कल दूँगा", "2026-11-22"),
        ("15 तारीख को", "2026-12-15"),
        ("جمعہ کو دوں گا", "2026-11-27"),
        ("پرسوں", "2026-11-23"),
        ("٢٥ تاریخ", "2026-11-25"),
    ],
)
def test_a_day_to_come_is_read(said: str, day: str) -> None:
    assert str(dates.find_day(said, TODAY).day) == day


@pytest.mark.parametrize(
    "said",
    ["", "hello", "kal ya parso", "10 nov", "30/02", "99/99", "5000", "2 peti coke", "40 tarikh", "promise a day"],
)
def test_no_day_two_days_and_a_day_that_was_are_none(said: str) -> None:
    assert dates.find_day(said, TODAY).day is None


def test_what_is_left_can_be_read_as_an_amount() -> None:
    assert dates.find_day("15 tarikh ko 5000 dunga", TODAY).rest == "ko 5000 dunga"


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("november", "2026-11-01"),
        ("is mahine ka", "2026-11-01"),
        ("oct ka hisaab", "2026-10-01"),
        ("statement for december", "2025-12-01"),
        ("last month", "2026-10-01"),
        ("पिछले महीने का हिसाब", "2026-10-01"),
        ("اکتوبر کی", "2026-10-01"),
        ("10/2026", "2026-10-01"),
        ("2025-03", "2025-03-01"),
        ("march 2025", "2025-03-01"),
    ],
)
def test_a_month_that_has_been_is_read(said: str, first: str) -> None:
    found = dates.find_month(said, TODAY)
    assert found is not None
    assert str(found[0]) == first
    assert found[1] == dates.last_of(found[0])


@pytest.mark.parametrize("said", ["", "oct nov", "12/2026", "november 2027", "13/2026", "hello"])
def test_no_month_two_months_and_one_to_come_are_none(said: str) -> None:
    assert dates.find_month(said, TODAY) is None

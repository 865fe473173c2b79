"""The moments at which the suite is run again, and that the clock of every process is moved to them."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests import moments

LOOK = """
import subprocess
from datetime import datetime
from core import db
def test_everybody_sees_the_same_day(database):
    told = subprocess.run(["date", "+%F"], capture_output=True, text=True).stdout.strip()
    with db.transaction() as session:
        kept = db.execute(session, "SELECT clock_timestamp()::date::text").scalar()
    assert datetime.now().strftime("%F") == told == kept == "{day}"
"""


@pytest.mark.parametrize("now", ["2026-11-30 23:55", "2027-12-31 05:20", "2028-02-29 10:00", "2027-03-31 00:10"])
def test_moments_are_eight_hours_four_days_and_a_sunday_and_all_to_come(now: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=moments.INDIA)
    found = moments.moments(moment)
    assert len({one.hour for one in found[:8]}) >= 6
    assert [(one.month, one.day) for one in found[8:12]] == [(2, 28), (3, 31), (4, 1), (12, 31)]
    assert found[12].strftime("%A") == "Sunday"
    assert all(one > moment for one in found)


def test_no_test_begins_in_the_last_seconds_of_a_day() -> None:
    def waiting(now: str) -> float:
        return moments.seconds_to_wait(datetime.fromisoformat(now))

    assert waiting("2026-11-30T23:59:50+05:30") == waiting("2026-11-30T23:59:50+05:00") == 10
    assert waiting("2026-11-30T23:59:50+00:00") == 10
    assert waiting("2026-11-30T23:59:30+05:30") == waiting("2026-12-01T00:00:00+05:30") == 0


def test_the_clock_of_the_tests_of_their_database_and_of_programs_is_moved(tmp_path: Path) -> None:
    root = moments.ROOT
    (tmp_path / "conftest.py").write_text((root / "tests/conftest.py").read_text())
    (tmp_path / "test_look.py").write_text(LOOK.format(day="2031-02-28"))
    line = [sys.executable, "-m", "tests.moments", "--at", "2031-02-28 12:00", "--rootdir", str(root), str(tmp_path)]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("Fri 28 Feb 2031 12:00: 1 passed in ")

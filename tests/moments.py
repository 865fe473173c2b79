"""The suite as it runs at other hours and on other days: no test may depend on when it runs.

  python -m tests.moments                                  the whole suite at every moment
  python -m tests.moments --at "2027-02-28 23:30" ...      at this moment of Indian time; may be said several times
  python -m tests.moments --short tests/reports            what follows goes to pytest; --short: the worst moments only

The clock is moved for every process of a run, the tests', PostgreSQL's, Redis', the browser's and every command's, by a
library (libfaketime) that stands between a program and the system's clock. It runs on from the moment; timeouts do not
change. Works on Linux.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import click

ROOT = Path(__file__).resolve().parents[1]
INDIA = ZoneInfo("Asia/Kolkata")
HOURS = ("00:10", "04:00", "05:20", "05:40", "09:50", "14:00", "18:20", "23:30")  # 05:30 is midnight in Greenwich
DAYS = ((2, 28, "23:30"), (3, 31, "00:10"), (4, 1, "00:10"), (12, 31, "05:20"))  # ends of a month and of years
SUNDAY = 6
ZONES = (INDIA, ZoneInfo("Asia/Karachi"), ZoneInfo("UTC"))  # in which days of tests begin and end
NEAR_SECONDS = 20  # longer than nearly every test
CLOSING_LINE = re.compile(r"^=*\s?(?:\d+ \w+(?:, )?)+ in .*$", re.M)


def moments(now: datetime) -> list[datetime]:
    """Eight hours of tomorrow, then the days that are to come next."""
    tomorrow = now + timedelta(days=1)
    hours = [at(tomorrow, hour) for hour in HOURS]
    days = [next_after(now, at(now.replace(month=month, day=day), hour)) for month, day, hour in DAYS]
    sunday = at(now + timedelta(days=(SUNDAY - now.weekday()) % 7 or 7), "10:30")
    return [*hours, *days, sunday]


def worst(now: datetime) -> list[datetime]:
    """Late on the last day of February, and early on the last of the books' year in India."""
    return moments(now)[len(HOURS) : len(HOURS) + 2]


def at(day: datetime, hour: str) -> datetime:
    """That hour of that day."""
    hours, minutes = hour.split(":")
    return day.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)


def next_after(now: datetime, moment: datetime) -> datetime:
    """The moment of this year or, when it is over, of the next."""
    return moment if moment > now else moment.replace(year=moment.year + 1)


def seconds_to_wait(now: datetime) -> float:
    """Until the day is over in a zone of the tests, when that is so near that a test would see two days; else none."""
    left = min((at(local + timedelta(days=1), "00:00") - local).total_seconds() for local in map(now.astimezone, ZONES))
    return left if left < NEAR_SECONDS else 0


@contextmanager
def library() -> Iterator[Path]:
    """The library that moves the clock, where the user that a database runs as can read it."""
    spec = find_spec("libfaketime")
    found = Path(spec.origin).parent / "vendor/libfaketime/src/libfaketime.so.1" if spec and spec.origin else None
    if sys.platform != "linux" or found is None or not found.exists():
        raise SystemExit("The clock of all processes can be moved on Linux only, with the development packages.")
    with tempfile.TemporaryDirectory(prefix="bahi-moments-") as folder:
        Path(folder).chmod(0o755)
        yield Path(shutil.copy(found, folder))


def run(moment: datetime, arguments: list[str], preloaded: Path) -> bool:
    """The suite at one moment; prints how it closed, and everything when it did not pass."""
    offset = round((moment - datetime.now(INDIA)).total_seconds())
    moved = {"LD_PRELOAD": str(preloaded), "FAKETIME": f"{offset:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **moved}, capture_output=True, text=True, check=False)
    closed = CLOSING_LINE.findall(done.stdout)
    click.echo(f"{moment:%a %d %b %Y %H:%M}: {closed[-1].strip('= ') if closed else 'ended early'}")
    if done.returncode:
        click.echo(done.stdout + done.stderr)
    return done.returncode == 0


def main(words: list[str]) -> int:
    """Every moment asked for; 1 when one of them was not green."""
    parser = argparse.ArgumentParser(prog="python -m tests.moments", description=__doc__)
    parser.add_argument("--at", action="append", type=datetime.fromisoformat, default=[])
    parser.add_argument("--short", action="store_true")
    asked, arguments = parser.parse_known_args(words)
    now = datetime.now(INDIA)
    chosen = [moment.replace(tzinfo=INDIA) for moment in asked.at] or (worst(now) if asked.short else moments(now))
    with library() as preloaded:
        passed = [run(moment, arguments, preloaded) for moment in chosen]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What time it is for everybody in the simulation: real time plus the offset that Bahi keeps in clock.json."""

import json
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

# India has no daylight saving, so a fixed offset is the whole zone.
INDIA = timezone(timedelta(hours=5, minutes=30), "IST")
COMMAND_TIMEOUT_SECONDS = 120
Stamp = tuple[int, int, int]


class ClockRefused(Exception):
    """Bahi's clock command did not do what was asked; the text is what it said."""


class Clock:
    """Reads clock.json, never writes it; moving the clock is Bahi's own command."""

    def __init__(self, path: Path, bahi_path: Path):
        self._path = path
        self._bahi_path = bahi_path
        self._stamp: Stamp | None = None
        self._offset = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds())

    def offset_seconds(self) -> float:
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            offset = _read_offset(self._path) if stamp is not None else 0.0
            if offset is None:  # half-written: keep what we know and look again next time
                return self._offset
            self._offset, self._stamp = offset, stamp
        return self._offset

    def move(self, *arguments: str) -> str:
        """Run `bahi clock ARGUMENTS`. Raises ClockRefused with the command's own words."""
        command = [str(self._bahi_path), "clock", *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ClockRefused(f"Could not run {' '.join(command)}: {error}") from error
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
            raise ClockRefused(said[-500:])
        return done.stdout.strip()


def local(moment: datetime) -> datetime:
    return moment.astimezone(INDIA)


def india_time(text: str) -> datetime:
    """A wall-clock time in India, such as 2026-11-21T10:30, as an aware moment. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=INDIA)


def _stamp(path: Path) -> Stamp | None:
    """Changes with every write: two writes within one tick of the file system's clock differ in size or inode."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_offset(path: Path) -> float | None:
    try:
        return float(json.loads(path.read_text(encoding="utf-8"))["offset_seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

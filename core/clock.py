"""The one clock. Everything that asks for the time asks here.

Outside production the clock of all processes can be moved together: the offset lives in `clock.json` in BAHI_HOME
and is read again when the file changes. Leases and back-off are not business time: they use the database server's
`clock_timestamp()`, so that moving the clock never makes a lease expire early.
"""

import json
import math
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from core import settings
from core.errors import Invalid

FILE_NAME = "clock.json"
FARTHEST = timedelta(days=3660)
_seen: tuple[Path | None, tuple[int, int], timedelta] = (None, (0, 0), timedelta())


def now() -> datetime:
    """Aware UTC now, moved by the shared offset outside production."""
    return datetime.now(UTC) + offset()


def today(timezone: str) -> date:
    """The business date in an IANA time zone."""
    return now().astimezone(ZoneInfo(timezone)).date()


def rfc3339(moment: datetime | None) -> str | None:
    """`2026-11-20T10:04:00Z`, as every answer writes an aware UTC moment; None stays None."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def offset() -> timedelta:
    """How far the clock is moved; zero in production and when never moved."""
    global _seen  # noqa: PLW0603  one cached reading per process, replaced when the file changes
    current = settings.current()
    if current.is_production:
        return timedelta()
    path = current.home / FILE_NAME
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return timedelta()
    version = (found.st_mtime_ns, found.st_ino)  # two moves within one tick of the file system differ in the inode
    if _seen[:2] != (path, version):
        _seen = (path, version, timedelta(seconds=json.loads(path.read_text())["offset_seconds"]))
    return _seen[2]


def seconds_since_moved() -> float:
    """Real seconds since somebody moved the clock; infinite when nobody did."""
    path = settings.current().home / FILE_NAME
    return time.time() - json.loads(path.read_text()).get("moved_at", 0) if path.exists() else math.inf


def read() -> dict[str, str | float]:
    """What `bahi clock show` prints."""
    return {"now": now().isoformat(), "offset_seconds": offset().total_seconds()}


def move_to(moment: datetime) -> None:
    """Make `now()` be this aware moment in every process of this BAHI_HOME."""
    _write(moment - datetime.now(UTC))


def advance(delta: timedelta) -> None:
    """Move the clock of every process further by `delta`."""
    _write(offset() + delta)


def reset() -> None:
    """Back to real time."""
    _write(timedelta())


def _write(delta: timedelta) -> None:
    current = settings.current()
    if current.is_production:
        raise settings.ConfigurationError("the clock cannot be moved when BAHI_ENV=production")
    if abs(delta) > FARTHEST:
        raise Invalid("The clock can be moved by at most ten years.")
    current.home.mkdir(parents=True, exist_ok=True)
    path = current.home / FILE_NAME
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"offset_seconds": delta.total_seconds(), "moved_at": time.time()}))
    draft.replace(path)  # readers see the old file or the new one, never half of it

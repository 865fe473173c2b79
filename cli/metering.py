"""The folder in which the processes of one machine put their counters, for /metrics to add up.

It must be settled before `prometheus_client` is imported, which reads its name once.
"""

import contextlib
import os
import re
from pathlib import Path

from cli import environment

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PROCESS = re.compile(r"_(\d+)\.db$")


def begin() -> None:
    """Count from nothing, for the command that serves /metrics; nothing when whoever started it has begun already.

    Counters of processes that still run stay: a worker that was started earlier is writing to them.
    """
    if os.environ.get(VARIABLE):
        return
    folder = join()
    for file in folder.glob("*.db"):
        if not _is_written(file):
            file.unlink(missing_ok=True)


def join() -> Path:
    """Count in the same folder as the other processes of this home."""
    folder = Path(os.environ.get(VARIABLE) or environment.home() / "metrics")
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
    return folder


def _is_written(file: Path) -> bool:
    """True when the process in the file's name lives."""
    found = _PROCESS.search(file.name)
    with contextlib.suppress(ProcessLookupError):
        if found:
            with contextlib.suppress(PermissionError):  # somebody else's, but alive
                os.kill(int(found[1]), 0)
            return True
    return False

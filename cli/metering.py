"""The folder in which the processes of one machine put their counters, for /metrics to add up."""

import os
import shutil

from cli import environment

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def begin() -> None:
    """Start counting from nothing, unless whoever started this process has begun already."""
    if os.environ.get(VARIABLE):
        return
    folder = environment.home() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[VARIABLE] = str(folder)

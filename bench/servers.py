"""The two programs under load: the product as `bahi web` starts it, and the floor with the same server settings."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench import processor_time
from cli.embedded.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 30
STOP_SECONDS = 20
LAST_WORDS = 3000  # characters of a log that explain a failure
PRODUCT = ("-m", "cli", "web", "--port")
FLOOR = ("-m", "gunicorn", "-c", "cli/gunicorn.py", "bench.floors.raw:app", "--bind")
PRODUCTION = {"BAHI_ENV": "production", "TWILIO_API_BASE_URL": ""}  # what users run; the web door sends nothing
GUNICORN = "--max-requests=0"  # a worker that is replaced amid a burst would count as the product's cost


class DoesNotStart(Exception):
    """A program under load did not come up; the message has the end of its log."""


@dataclass(frozen=True)
class Server:
    """A running program: where it listens and which process tree it is."""

    port: int
    pid: int
    log: Path

    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-LAST_WORDS:]

    def cpu_seconds(self) -> float:
        """CPU that its processes have used so far."""
        return processor_time.seconds(self.pid)


@contextmanager
def product(home: Path) -> Iterator[Server]:
    """The real application behind gunicorn."""
    port = free_port()
    with _running((*PRODUCT, str(port)), port, home / "product.log", **PRODUCTION) as server:
        yield server


@contextmanager
def floor(home: Path) -> Iterator[Server]:
    """The bare program behind the same gunicorn."""
    port = free_port()
    metrics = home / "floor-metrics"  # the server's settings file wants it
    metrics.mkdir(exist_ok=True)
    with _running((*FLOOR, f"127.0.0.1:{port}"), port, home / "floor.log", PROMETHEUS_MULTIPROC_DIR=str(metrics)) as it:
        yield it


@contextmanager
def _running(arguments: tuple[str, ...], port: int, log: Path, **more: str) -> Iterator[Server]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GUNICORN_CMD_ARGS": GUNICORN, **more}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", *arguments], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        _wait(process, port, log)
        yield Server(port, process.pid, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise DoesNotStart(f"{' '.join(process.args[1:5])}: {log.read_text(errors='replace')[-LAST_WORDS:]}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status in (200, 404)
    except OSError:
        return False
    finally:
        connection.close()

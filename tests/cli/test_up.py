"""`bahi up` as a user has it: one process that brings up everything and takes everything away again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.embedded import services
from cli.embedded.processes import command_of, free_port, wait_until

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_BASE_URL")


class Up:
    """A running `bahi up` on a home and port of its own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        kept = {k: v for k, v in os.environ.items() if k not in LEFT_OUT and not k.startswith("TWILIO_")}
        self.environment = {**kept, "BAHI_HOME": str(home), "BAHI_ENV": "test", "PYTHONPATH": str(ROOT)}
        self.environment |= {"TWILIO_ACCOUNT_SID": "AC" + "5" * 32, "TWILIO_AUTH_TOKEN": "0" * 32}

    def command(self, *words: str) -> list[str]:
        return [
            sys.executable,
            "-P",
            "-m",
            "cli",
            "up",
            "--port",
            str(self.port),
            "--no-demo",
            "--no-simulator",
            *words,
        ]

    def start(self) -> None:
        with (self.home / "up.log").open("w") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment, stdout=log, stderr=log)
        assert wait_until(self.answers, 120), self.log()

    def try_again(self, *words: str) -> subprocess.CompletedProcess[str]:
        line = self.command(*words)
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=60, check=False)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status == 200
        return False

    def log(self) -> str:
        return (self.home / "up.log").read_text()

    def children(self) -> dict[int, str]:
        """Every process that `up` started and that still lives, with its command line."""
        parents = dict(_parents())
        found = {self.process.pid}
        for _ in range(4):
            found |= {pid for pid, parent in parents.items() if parent in found}
        return {pid: command_of(pid) for pid in found - {self.process.pid} if command_of(pid)}


def _parents() -> Iterator[tuple[int, int]]:
    """(process, its parent) for everything that runs."""
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            yield int(folder.name), int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home for all tests here: only the first start creates and migrates a database."""
    folder = tmp_path_factory.mktemp("up")
    yield folder
    services._stop(services.Home(folder / "services"))


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    running = Up(home)
    running.start()
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()


def eventually(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, 20)


def test_it_stops_everything_it_started_on_sigterm_and_exits_with_zero(up: Up, on_its_own: None) -> None:
    assert wait_until(lambda: "Bahi is ready." in up.log(), 10)
    children = up.children()
    lines = " ".join(children.values())
    assert all(part in lines for part in ("cli worker", "cli scheduler", "gunicorn"))
    assert not [line for line in children.values() if "worker" in line and "cli worker" not in line]
    up.process.terminate()
    assert up.process.wait(45) == 0
    assert not [line for line in map(command_of, children) if line]
    assert services.find(up.home) is None


def test_a_second_one_on_the_same_home_or_port_is_refused_and_harms_nothing(up: Up, tmp_path: Path) -> None:
    again = up.try_again()
    assert (again.returncode, "already runs" in again.stderr) == (6, True)
    other = Up(tmp_path / "other")
    other.port = up.port
    taken = other.try_again()
    assert (taken.returncode, "Choose one with --port" in taken.stderr) == (3, True)
    assert up.answers()


def test_a_killed_worker_is_replaced(up: Up) -> None:
    workers = [pid for pid, line in up.children().items() if "cli worker" in line]
    for pid in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: any("cli worker" in line for pid, line in up.children().items() if pid not in workers))


def test_after_kill_minus_nine_its_processes_end_and_the_next_start_takes_seconds(up: Up, on_its_own: None) -> None:
    children = up.children()
    up.process.kill()
    up.process.wait()
    eventually(lambda: not [pid for pid in children if command_of(pid)])
    began = time.monotonic()
    up.start()
    assert time.monotonic() - began < 30  # two or three when nothing else runs on the machine
    up.process.terminate()
    assert up.process.wait(45) == 0
    assert services.find(up.home) is None


def test_a_port_taken_by_another_program_is_named_before_anything_starts(tmp_path: Path) -> None:
    waiting = Up(tmp_path)
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", waiting.port))
        thief.listen()
        done = waiting.try_again()
    assert done.returncode == 3
    assert f"Port {waiting.port} is taken" in done.stderr
    assert not (tmp_path / "services").exists()

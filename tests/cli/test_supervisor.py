"""A real supervisor process over real children."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.embedded.processes import command_of, wait_until

ROOT = Path(__file__).resolve().parents[2]

SUPERVISOR = """
import sys
from pathlib import Path
from cli.supervisor import Child, Supervisor
children = [Child(name, [sys.executable, "-P", "-c", code], stop_seconds=1, essential=name == "web")
            for name, code in zip(sys.argv[2::2], sys.argv[3::2])]
sys.exit(Supervisor(children, folder=Path(sys.argv[1])).run())
"""
STEADY = """
import os, signal, sys, time
from cli import parent_death
parent_death.die_with(os.environ.pop(parent_death.VARIABLE, ""))
def leave(*_):
    print("leaving", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("here", os.getpid(), flush=True)
time.sleep(60)
"""
STUBBORN = (
    "import os, signal, time; signal.signal(15, signal.SIG_IGN); print('here', os.getpid(), flush=True); time.sleep(60)"
)
BROKEN = "raise SystemExit('cannot start')"

Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Started]:
    running: list[subprocess.Popen[str]] = []

    def start(**children: str) -> subprocess.Popen[str]:
        words = [word for pair in children.items() for word in pair]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-c", SUPERVISOR, str(tmp_path), *words],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
                stderr=log,
                text=True,
            )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def log_of(tmp_path: Path) -> str:
    return (tmp_path / "log").read_text()


def children_seen(tmp_path: Path, name: str) -> list[int]:
    """Process ids in the order in which children of that name said they are here."""
    return [int(pid) for pid in re.findall(rf"^{name} +\| here (\d+)$", log_of(tmp_path), re.MULTILINE)]


def eventually(condition: Callable[[], bool]) -> None:
    assert wait_until(condition, 15)


def test_a_killed_child_is_started_again_and_the_others_stay(supervise: Started, tmp_path: Path) -> None:
    supervise(web=STEADY, worker=STEADY)
    eventually(lambda: bool(children_seen(tmp_path, "web") and children_seen(tmp_path, "worker")))
    os.kill(children_seen(tmp_path, "worker")[0], signal.SIGKILL)
    eventually(lambda: len(children_seen(tmp_path, "worker")) == 2)
    assert len(children_seen(tmp_path, "web")) == 1
    assert "worker | ended with -9; starting it again in 0.2 s" in log_of(tmp_path)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_ends_the_children_in_order_and_exits_with_zero(
    supervise: Started, tmp_path: Path, how: signal.Signals
) -> None:
    process = supervise(web=STEADY, scheduler=STEADY, worker=STEADY)
    names = ["web", "scheduler", "worker"]
    eventually(lambda: all(children_seen(tmp_path, name) for name in names))
    process.send_signal(how)
    assert process.wait(15) == 0
    assert re.findall(r"^(\w+) +\| leaving$", log_of(tmp_path), re.MULTILINE) == names
    assert not [pid for name in names for pid in children_seen(tmp_path, name) if command_of(pid)]


def test_a_child_that_does_not_listen_is_killed_after_its_time(supervise: Started, tmp_path: Path) -> None:
    process = supervise(web=STUBBORN)
    eventually(lambda: bool(children_seen(tmp_path, "web")))
    process.terminate()
    assert process.wait(15) == 0
    assert not command_of(children_seen(tmp_path, "web")[0])


def test_it_gives_up_when_an_essential_child_cannot_start(supervise: Started, tmp_path: Path) -> None:
    process = supervise(web=BROKEN, worker=STEADY)
    assert process.wait(30) == 1
    log = log_of(tmp_path)
    assert log.count("web    | cannot start") == 5
    assert "giving up" in log
    assert not command_of(children_seen(tmp_path, "worker")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel tells children of a killed parent")
def test_the_children_end_when_the_supervisor_is_killed(supervise: Started, tmp_path: Path) -> None:
    process = supervise(web=STEADY, worker=STEADY)
    eventually(lambda: bool(children_seen(tmp_path, "web") and children_seen(tmp_path, "worker")))
    process.kill()
    pids = children_seen(tmp_path, "web") + children_seen(tmp_path, "worker")
    eventually(lambda: not any(command_of(pid) for pid in pids))

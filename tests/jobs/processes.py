"""Real worker and scheduler processes for tests, and a Redis that may be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.embedded import binaries

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(module: str, log: Path, **env: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`module.main()` in a process of its own; killed at the end if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-c",
                f"import sys; sys.path.insert(0, {str(ROOT)!r}); import app; from core import events;"
                f" events.follow_with(app.follow); import {module} as m; m.main()",
            ],
            env={**os.environ, **env},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def redis_server(folder: Path) -> Iterator[Callable[[str], str]]:
    """A Redis on a port of its own: call it with "start" or "kill"; it returns the URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running_now: list[subprocess.Popen[bytes]] = []

    def control(wish: str) -> str:
        if wish == "start":
            command = [binaries.redis(), "--port", str(port), "--dir", str(folder), "--save", "", "--bind", "127.0.0.1"]
            running_now.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            wait_for(lambda: _answers(port), "a Redis")
        elif running_now:
            process = running_now.pop()
            process.send_signal(signal.SIGKILL)
            process.wait()
        return f"redis://127.0.0.1:{port}/0"

    try:
        yield control
    finally:
        control("kill")


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait until it holds; fails with its name."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen in {seconds} s"
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False

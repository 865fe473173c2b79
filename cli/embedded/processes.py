"""Facts about processes, ports and private files that both servers need."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

LOOK_AGAIN_SECONDS = 0.02
CLOCK = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC")  # what moves the clock of all processes of a run


def moved_clock() -> dict[str, str]:
    """What a server's environment must have so that its clock is the one of the process that starts it."""
    return {name: os.environ[name] for name in CLOCK if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def remembered_port(file: Path) -> int:
    """The port this server had last time when nobody took it meanwhile, else a new one, remembered."""
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
        if port_is_free(port):
            return port
    port = free_port()
    file.write_text(f"{port}\n")
    return port


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, replacing it whole."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
    fresh.replace(file)


def remembered_secret(file: Path) -> str:
    """A random password that stays the same for this home, in a 0600 file."""
    if not file.exists():
        write_private(file, secrets.token_hex(24))
    return file.read_text().strip()


def command_of(pid: int) -> str:
    """The command line of a process, or nothing when it is gone or only waits to be reaped."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    said = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_AGAIN_SECONDS)
    return True


def stop(pid: int, *, gently: signal.Signals, firmly: signal.Signals, seconds: float) -> bool:
    """End one process: ask, wait, insist. True when it is gone."""
    for how in (gently, firmly):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        if wait_until(lambda: not command_of(pid), seconds):
            return True
    return False

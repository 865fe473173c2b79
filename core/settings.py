"""Settings: read once from the environment, checked once, never changed afterwards."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from environs import Env

PRODUCTION = "production"
DEVELOPMENT_SECRET = "development-secret-not-for-production"


class ConfigurationError(Exception):
    """The environment cannot run Bahi; the message names the variable and the remedy."""


@dataclass(frozen=True)
class ObjectStore:
    """A bucket of an S3-compatible store."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str


@dataclass(frozen=True)
class Settings:
    """One field per environment variable of `.env.example`."""

    env: str
    home: Path
    database_url: str
    redis_url: str
    secret_key: str
    encryption_keys: tuple[str, ...]
    public_base_url: str
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...]
    twilio_api_key: str
    twilio_api_secret: str
    twilio_api_base_url: str
    log_level: str
    sentry_dsn: str
    irp_key_files: tuple[Path, ...] = ()
    object_store: ObjectStore | None = None

    @property
    def is_production(self) -> bool:
        """True when defaults, http and a moved clock are refused."""
        return self.env == PRODUCTION


def load() -> Settings:
    """Read the environment. Raises ConfigurationError when production lacks something."""
    env = Env()
    settings = Settings(
        env=env.str("BAHI_ENV", "demo"),
        home=Path(env.str("BAHI_HOME", ".bahi")).absolute(),
        database_url=env.str("DATABASE_URL", ""),
        redis_url=env.str("REDIS_URL", ""),
        secret_key=env.str("SECRET_KEY", DEVELOPMENT_SECRET),
        encryption_keys=tuple(env.list("ENCRYPTION_KEYS", [])),
        public_base_url=env.str("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        twilio_account_sid=env.str("TWILIO_ACCOUNT_SID", ""),
        twilio_auth_tokens=tuple(env.list("TWILIO_AUTH_TOKEN", [])),
        twilio_api_key=env.str("TWILIO_API_KEY", ""),
        twilio_api_secret=env.str("TWILIO_API_SECRET", ""),
        twilio_api_base_url=env.str("TWILIO_API_BASE_URL", "").rstrip("/"),
        log_level=env.str("LOG_LEVEL", "INFO").upper(),
        sentry_dsn=env.str("SENTRY_DSN", ""),
        irp_key_files=tuple(map(Path, env.list("IRP_KEY_FILES", []))),
        object_store=_object_store(env),
    )
    check(settings)
    return settings


def _object_store(env: Env) -> ObjectStore | None:
    """None unless a bucket is named. Raises ConfigurationError for half a store."""
    bucket = env.str("S3_BUCKET", "")
    if not bucket:
        return None
    store = ObjectStore(
        endpoint=env.str("S3_ENDPOINT", "").rstrip("/"),
        bucket=bucket,
        access_key=env.str("S3_ACCESS_KEY", ""),
        secret_key=env.str("S3_SECRET_KEY", ""),
        region=env.str("S3_REGION", "us-east-1"),
    )
    if not store.endpoint.startswith(("https://", "http://")):
        raise ConfigurationError("S3_ENDPOINT: must be the store's http(s) address, such as https://s3.example.com")
    if not store.access_key or not store.secret_key:
        raise ConfigurationError("S3_ACCESS_KEY and S3_SECRET_KEY: both are needed for S3_BUCKET")
    return store


def check(settings: Settings) -> None:
    """Refuse an unknown environment, and everything unsafe in production."""
    if settings.env not in {"demo", "test", PRODUCTION}:
        raise ConfigurationError(f"BAHI_ENV is {settings.env!r}: use demo, test or production")
    if settings.is_production:
        for problem, remedy in _production_problems(settings):
            if problem:
                raise ConfigurationError(remedy)


def _production_problems(settings: Settings) -> list[tuple[bool, str]]:
    return [
        (
            settings.secret_key == DEVELOPMENT_SECRET or len(settings.secret_key) < 32,
            "SECRET_KEY: set at least 32 random characters",
        ),
        (not settings.encryption_keys, "ENCRYPTION_KEYS: set keyid:base64(32 bytes)"),
        (
            not settings.public_base_url.startswith("https://"),
            "PUBLIC_BASE_URL: must be the https address Twilio calls",
        ),
        (not settings.twilio_account_sid, "TWILIO_ACCOUNT_SID is missing"),
        (not settings.twilio_auth_tokens, "TWILIO_AUTH_TOKEN is missing"),
        (
            settings.object_store is not None and not settings.object_store.endpoint.startswith("https://"),
            "S3_ENDPOINT: must be an https address",
        ),
        (bool(settings.twilio_api_base_url), "TWILIO_API_BASE_URL is for simulators only: unset it"),
    ]


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process. Tests call `current.cache_clear()` after changing the environment."""
    return load()

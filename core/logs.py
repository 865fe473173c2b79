"""Logs: one JSON object a line on stderr, with the request id, and without phone numbers, bodies or tokens."""

import importlib
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from core import settings

_PHONE = re.compile(r"\+\d{8,15}")
_SECRET = frozenset({"authorization", "x-twilio-signature", "token", "password", "body", "access_token"})


def configure() -> None:
    """Set logging up once for this process."""
    level = logging.getLevelNamesMapping().get(settings.current().log_level, logging.INFO)
    logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s", force=True)
    for noisy in ("twilio.http_client", "rq", "rq_scheduler", "urllib3", "alembic", "transitions"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    if settings.current().sentry_dsn:
        sentry = importlib.import_module("sentry_sdk")  # large: loaded only where errors are to be reported
        sentry.init(
            dsn=settings.current().sentry_dsn,
            send_default_pii=False,
            include_local_variables=False,  # they hold phones, messages and tokens
            max_request_body_size="never",
        )


def get(name: str) -> Any:
    """A logger: `log.info("message.stored", sid=...)`."""
    return structlog.get_logger(name)


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if key.lower() in _SECRET:
        return "[hidden]"
    if key != "timestamp" and isinstance(value, str):
        return _PHONE.sub(lambda found: "••••••" + found[0][-4:], value)
    return value

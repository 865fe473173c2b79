"""How pages write amounts and moments, and what stands in the frame around every page."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, g

from core import clock, i18n, settings

LOCALE = "en_IN"
RECENT = timedelta(days=300)


def register(pages: Blueprint) -> None:
    """Make these known to the templates."""
    pages.add_app_template_filter(amount, "amount")
    pages.add_app_template_filter(moment, "moment")
    pages.add_app_template_filter(exact_moment, "exact_moment")
    pages.app_context_processor(frame)  # the application tells what no route takes with a page too


def frame() -> dict[str, Any]:
    """Who looks, whether this is the real thing, and what time it is taken to be when the clock was moved."""
    moved = bool(clock.offset())
    return {
        "visitor": g.get("visitor"),
        "is_live": settings.current().is_production,
        "moved_to": clock.now() if moved else None,
        "request_id": g.get("request_id", ""),
    }


def amount(minor: int, currency: str) -> str:
    """`₹1,24,500`: grouped as in India."""
    return i18n.format_money(minor, currency, "en")


def moment(at: datetime) -> str:
    """`20 Nov, 10:04 am` where the business is; `20 Nov 2025` once that could be taken for another year's."""
    return _written(at, "d MMM, h:mm a" if clock.now() - at < RECENT else "d MMM y")


def exact_moment(at: datetime) -> str:
    """`20 Nov 2026, 10:04:31 am IST`, for who looks closer."""
    return _written(at, "d MMM y, h:mm:ss a zzz")


def _written(at: datetime, pattern: str) -> str:
    zone = ZoneInfo(g.visitor.timezone)
    return str(format_datetime(at.astimezone(zone), pattern, tzinfo=zone, locale=LOCALE))

"""What runs regularly for every organisation, in its own local time: one table.

A slot is a stretch of local time that a job runs in at most once: a date, or a date and an hour. A job that was missed
or failed is caught up while its slot lasts, and never after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from jobs import (
    anchor_audit,
    end_hand_overs,
    evaluate_guardrails,
    expire_pending,
    follow_up,
    free_stock,
    insights,
    keep_totals,
    note_missed,
    retry_failed,
    send_reminders,
    settle_promises,
    tidy,
)
from parties.settings import Hours
from parties.tables import Organisation

Slot = Callable[[Organisation, datetime], str | None]
Work = Callable[[Session], dict[str, int]]
At = Callable[[Hours], time]

QUARTER = 15  # minutes


@dataclass(frozen=True)
class Periodic:
    """One job: `slot` names the stretch of local time that is running now, or None when it is not due."""

    name: str
    slot: Slot
    work: Work


def daily(at: At) -> Slot:
    """Once a local day, from this time of the organisation's on until its quiet hours."""

    def slot(organisation: Organisation, local: datetime) -> str | None:
        return local.date().isoformat() if _is_due(Hours.of(organisation), at, local) else None

    return slot


def by_day(at: At, minutes: int) -> Slot:
    """Once in every so many minutes, from this time of the organisation's on until its quiet hours.

    Reminding again is harmless, since each stage of a bill is claimed once; so a bill that came after the first run of
    the day still gets its stage.
    """

    def slot(organisation: Organisation, local: datetime) -> str | None:
        if not _is_due(Hours.of(organisation), at, local):
            return None
        return f"{local.date().isoformat()}T{local.hour:02d}:{local.minute // minutes * minutes:02d}"

    return slot


def nightly(at: At) -> Slot:
    """Once a local day, from this time of the organisation's on: for work that writes to nobody."""

    def slot(organisation: Organisation, local: datetime) -> str | None:
        return local.date().isoformat() if local.time() >= at(Hours.of(organisation)) else None

    return slot


def every_hours(hours: int) -> Slot:
    """Once in every stretch of so many hours, counted from local midnight."""

    def slot(_organisation: Organisation, local: datetime) -> str | None:
        return f"{local.date().isoformat()}T{local.hour // hours * hours:02d}"

    return slot


def every_minutes(minutes: int) -> Slot:
    """Once in every stretch of so many minutes, counted from the full hour."""

    def slot(_organisation: Organisation, local: datetime) -> str | None:
        return f"{local.date().isoformat()}T{local.hour:02d}:{local.minute // minutes * minutes:02d}"

    return slot


def hourly_by_day(organisation: Organisation, local: datetime) -> str | None:
    """Once an hour, outside quiet hours."""
    if not Hours.of(organisation).may_write(local.time()):
        return None
    return f"{local.date().isoformat()}T{local.hour:02d}"


def _is_due(hours: Hours, at: At, local: datetime) -> bool:
    return local.time() >= at(hours) and hours.may_write(local.time())


TABLE = (
    Periodic("reminders", by_day(lambda hours: hours.reminders_at, QUARTER), send_reminders.run),
    Periodic("missed_reminders", every_hours(1), note_missed.run),
    Periodic("expire_pending", every_hours(6), expire_pending.run),
    Periodic("insights", nightly(lambda hours: hours.insights_at), insights.run),
    Periodic("guardrails", nightly(lambda hours: hours.guardrails_at), evaluate_guardrails.look),
    Periodic("auto_pause", daily(lambda hours: hours.auto_pause_at), evaluate_guardrails.apply),
    Periodic("release_held", hourly_by_day, evaluate_guardrails.release),
    Periodic("retry_failed", hourly_by_day, retry_failed.run),
    Periodic("free_stock", every_hours(1), free_stock.run),
    Periodic("follow_up", hourly_by_day, follow_up.run),
    Periodic("end_hand_overs", every_minutes(QUARTER), end_hand_overs.run),
    Periodic("keep_totals", every_minutes(QUARTER), keep_totals.run),
    Periodic("tidy", every_hours(24), tidy.run),
    Periodic("settle_promises", every_hours(1), settle_promises.run),
    Periodic("anchor_audit", every_hours(1), anchor_audit.run),
)

"""The audit trail for reading: filtered, newest first, and verified end to end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from core import anchors, db
from core.audit import AuditEntry
from core.errors import Invalid
from parties import organisations
from reports import doctor
from reports.invariants import i21_audit_chain

_COUNT = "SELECT count(*), count(DISTINCT chain_id) FROM audit_entry WHERE org_id = %s"


@dataclass(frozen=True)
class Filter:
    """Which entries; None means any. Days are local dates, both included. `action` may end in `*`."""

    chain_id: UUID | None = None
    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    request_id: str | None = None
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True)
class Verified:
    """What became of verifying: `status` holds, violated or unchecked; the first problems, and how many in all."""

    status: str
    entries: int
    chains: int
    anchored_at: datetime | None
    count: int
    problems: tuple[str, ...]


def entries(session: Session, wanted: Filter, *, after: UUID | None, limit: int) -> list[AuditEntry]:
    """The newest entries that pass the filter, from after the entry `after`. Raises NotFound, Invalid."""
    found = _filtered(session, wanted)
    if after is not None:
        last = db.fetch(session, AuditEntry, after)
        found = found.where(tuple_(AuditEntry.at, AuditEntry.id) < (last.at, last.id))
    return list(session.scalars(found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)))


def verify(session: Session) -> Verified:
    """Recompute every hash of this organisation's chains and compare the chains with their heads and anchors."""
    org_id = db.org_of(session)
    finding = doctor.examine(session, i21_audit_chain.INVARIANT, org_id, doctor.FULL)
    count, chains = db.execute(session, _COUNT, (str(org_id),)).one()
    return Verified(finding.status, count, chains, anchors.last_at(org_id), finding.count, finding.violations)


def exit_code(found: Iterable[Verified]) -> int:
    """0 all intact, 1 one is not, 2 one could not be checked, or there was nothing to check."""
    seen = {one.status for one in found}
    return 1 if doctor.VIOLATED in seen else 2 if doctor.UNCHECKED in seen or not seen else 0


def _filtered(session: Session, wanted: Filter) -> Select[Any]:
    found = select(AuditEntry).where(AuditEntry.org_id == db.org_of(session))
    for name in ("chain_id", "actor", "subject", "request_id"):
        if (value := getattr(wanted, name)) is not None:
            found = found.where(getattr(AuditEntry, name) == value)
    if wanted.action is not None:
        found = found.where(_action(wanted.action))
    return _between(session, found, wanted)


def _action(action: str) -> Any:
    if action.endswith("*"):
        return AuditEntry.action.startswith(action[:-1], autoescape=True)
    return AuditEntry.action == action


def _between(session: Session, found: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.from_on and wanted.to_on and wanted.from_on > wanted.to_on:
        raise Invalid("The first day is after the last.", field="from")
    zone = ZoneInfo(organisations.get(session).timezone)
    if wanted.from_on:
        found = found.where(AuditEntry.at >= datetime.combine(wanted.from_on, time(), zone))
    if wanted.to_on:
        found = found.where(AuditEntry.at < datetime.combine(wanted.to_on + timedelta(days=1), time(), zone))
    return found

"""The doctor: every invariant, checked in one read-only snapshot of the live database.

What could not be checked is said, and never counts as healthy.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import db, logs
from reports import invariants
from reports.invariant import Invariant, Probe

FAST, FULL = "fast", "full"
HOLDS, VIOLATED, UNCHECKED = "holds", "violated", "unchecked"
MAX_SHOWN = 20

_log = logs.get("doctor")

_ROWS = """
SELECT what, count(*) OVER () FROM ({sql}) found
WHERE %(org)s::uuid IS NULL OR org_id IS NULL OR org_id = %(org)s::uuid LIMIT {most}
"""


@dataclass(frozen=True)
class Finding:
    """What one invariant looks like now. `violations` shows the first ones, `count` has them all."""

    id: str
    severity: str
    title: str
    status: str
    count: int = 0
    violations: tuple[str, ...] = ()
    fix: str = ""


def check(org_id: UUID | None = None, mode: str = FAST) -> list[Finding]:
    """Check every invariant, of one organisation or of all; `full` also reads whole histories.

    Raises what the database raises when it cannot be reached at all.
    """
    with db.transaction(role=db.DOCTOR) as session:
        db.execute(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        findings = [examine(session, invariant, org_id, mode) for invariant in invariants.load()]
        session.rollback()  # nothing was written, and a connection that broke on the way could not be committed
        return findings


def examine(session: Session, invariant: Invariant, org_id: UUID | None = None, mode: str = FAST) -> Finding:
    """Check one invariant on this session; a check that fails, however, is `unchecked`, and the next one goes on."""
    finding = Finding(invariant.id, invariant.severity, invariant.title, HOLDS, fix=invariant.fix)
    try:
        with session.begin_nested():
            count, shown = _violations(session, invariant, org_id, mode)
    except DBAPIError as error:
        return replace(finding, status=UNCHECKED, violations=(str(error.orig).strip(),))
    except Exception as error:  # a probe with a bug found nothing: to the caller that is no violation
        _log.exception("invariant.crashed", invariant=invariant.id)
        return replace(finding, status=UNCHECKED, violations=(f"the check failed: {type(error).__name__}: {error}",))
    if not count:
        return finding
    return replace(finding, status=VIOLATED, count=count, violations=tuple(shown[:MAX_SHOWN]))


def exit_code(findings: Iterable[Finding]) -> int:
    """0 all hold, 1 a violation, 2 something could not be checked (and nothing worse was found)."""
    seen = {finding.status for finding in findings}
    return 1 if VIOLATED in seen else 2 if UNCHECKED in seen or not seen else 0


def _violations(session: Session, invariant: Invariant, org_id: UUID | None, mode: str) -> tuple[int, list[str]]:
    count, shown = 0, list[str]()
    for sql in (invariant.sql, invariant.full_sql if mode == FULL else ""):
        if sql:
            more, rows = _select(session, sql, org_id)
            count, shown = count + more, shown + rows
    for probe in (invariant.probe, invariant.full_probe if mode == FULL else None):
        if probe:
            found = _ask(session, probe, org_id)
            count, shown = count + len(found), shown + found
    return count, shown


def _select(session: Session, sql: str, org_id: UUID | None) -> tuple[int, list[str]]:
    query = _ROWS.format(sql=sql, most=MAX_SHOWN)
    rows = db.execute(session, query, {"org": str(org_id) if org_id else None}).all()
    return (rows[0][1] if rows else 0), [what for what, _ in rows]


def _ask(session: Session, probe: Probe, org_id: UUID | None) -> list[str]:
    return list(probe(session, org_id))

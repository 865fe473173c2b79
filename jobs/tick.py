"""The tick: once a minute, whatever is due by each organisation's local time and not done yet.

Nothing here depends on being on time, on running once, or on running at all while everything was down: the database
knows which slots are done.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import audit, clock, db, logs, queue
from jobs import heartbeats, leading
from jobs.periodic import TABLE, Periodic
from parties import organisations
from parties.tables import Organisation

_log = logs.get("tick")


def tick() -> bool:
    """Run what is due; False when another process is at it."""
    with leading.alone("bahi tick") as is_mine:
        if not is_mine:
            return False
        heartbeats.beat("tick")
        for org_id, job in _not_done():
            run_if_due(org_id, job)
    queue.hint("send")
    return True


def run_if_due(org_id: UUID, job: Periodic) -> bool:
    """Run one job of one organisation when its slot is running and not done; True when it ran to its end.

    The caller is alone (see `leading`), so a slot that is marked as running belongs to a process that died: it is run
    again. The work and the mark that it is done are one transaction.
    """
    slot = _due_slot(org_id, job)
    if slot is None or not _claim(org_id, job.name, slot):
        return False
    audit.act_as(audit.Actor(f"job:{job.name}"))
    try:
        with db.transaction(org_id) as session:
            result = job.work(session)
            _mark(session, job.name, slot, "done", result)
    except Exception:
        _log.exception("job.failed", job=job.name, org=organisations.public_id(org_id), slot=slot)
        with db.transaction(org_id) as session:
            _mark(session, job.name, slot, "failed", None)
        return False
    if any(result.values()):
        _log.info("job.done", job=job.name, org=organisations.public_id(org_id), slot=slot, **result)
    return True


def _not_done() -> list[tuple[UUID, Periodic]]:
    """What every organisation may have to run now. Most minutes it is nothing: so two queries ask for all of them."""
    with db.transaction(role=db.DOCTOR) as session:
        slots = {
            (organisation.org_id, job.name): (job, slot)
            for organisation in organisations.with_a_number(session)
            for job in TABLE
            if (slot := _slot(organisation, job)) is not None
        }
        done = db.execute(
            session,
            "SELECT org_id, job FROM job_run"
            " JOIN unnest(%s::uuid[], %s::text[], %s::text[]) AS due (org_id, job, slot) USING (org_id, job, slot)"
            " WHERE status = 'done'",
            (
                [str(org_id) for org_id, _ in slots],
                [name for _, name in slots],
                [slot for _, slot in slots.values()],
            ),
        ).all()
    finished = {(UUID(str(row.org_id)), row.job) for row in done}
    return [(key[0], job) for key, (job, _) in slots.items() if key not in finished]


def _due_slot(org_id: UUID, job: Periodic) -> str | None:
    with db.transaction(org_id) as session:
        return _slot(organisations.get(session), job)


def _slot(organisation: Organisation, job: Periodic) -> str | None:
    local: datetime = clock.now().astimezone(ZoneInfo(organisation.timezone))
    return job.slot(organisation, local)


def _claim(org_id: UUID, name: str, slot: str) -> bool:
    with db.transaction(org_id) as session:
        claimed = db.execute(
            session,
            "INSERT INTO job_run AS r (org_id, job, slot, status, started_at) VALUES (%s, %s, %s, 'running', %s)"
            " ON CONFLICT (org_id, job, slot) DO UPDATE SET status = 'running', started_at = excluded.started_at"
            " WHERE r.status <> 'done' RETURNING 1",
            (str(org_id), name, slot, clock.now()),
        ).first()
    return claimed is not None


def _mark(session: Session, name: str, slot: str, status: str, result: dict[str, int] | None) -> None:
    db.execute(
        session,
        "UPDATE job_run SET status = %s, finished_at = %s, result = %s WHERE org_id = %s AND job = %s AND slot = %s",
        (status, clock.now(), db.json(result), str(db.org_of(session)), name, slot),
    )

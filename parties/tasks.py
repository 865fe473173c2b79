"""Staff tasks: what a person must look at. Asking twice for the same thing makes one task."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from parties.tables import StaffTask


def ask_staff(
    session: Session,
    kind: str,
    detail: str,
    *,
    retailer_id: UUID | None = None,
    facts: dict[str, Any] | None = None,
    dedupe_key: str | None = None,
) -> bool:
    """Open a task; False when one with this `dedupe_key` is open already."""
    made = db.execute(
        session,
        "INSERT INTO staff_task (org_id, id, kind, retailer_id, detail, facts, dedupe_key, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (org_id, dedupe_key) WHERE done_at IS NULL DO NOTHING RETURNING 1",
        (
            str(db.org_of(session)),
            str(ids.new()),
            kind,
            str(retailer_id) if retailer_id else None,
            detail,
            db.json(facts or {}),
            dedupe_key,
            clock.now(),
        ),
    ).first()
    return made is not None


def open_tasks(session: Session, limit: int = 100, *, after: UUID | None = None) -> list[StaffTask]:
    """What waits for a person, oldest first, behind the task `after`. Raises NotFound."""
    wanted = select(StaffTask).where(StaffTask.org_id == db.org_of(session), StaffTask.done_at.is_(None))
    if after is not None:
        last = db.fetch(session, StaffTask, after)  # done meanwhile, perhaps: its place in the order stays
        wanted = wanted.where(tuple_(StaffTask.created_at, StaffTask.id) > (last.created_at, last.id))
    return list(session.scalars(wanted.order_by(StaffTask.created_at, StaffTask.id).limit(limit)))


def finish(session: Session, task_id: UUID) -> StaffTask:
    """Mark a task done. Raises NotFound."""
    task = db.fetch(session, StaffTask, task_id, lock=True)
    if task.done_at is None:
        task.done_at, task.done_by = clock.now(), audit.actor().name
    return task


def finish_known(session: Session, dedupe_key: str) -> None:
    """Mark the open task with this key done, if there is one: what it asked for has happened."""
    db.execute(
        session,
        "UPDATE staff_task SET done_at = %s, done_by = %s WHERE org_id = %s AND dedupe_key = %s AND done_at IS NULL",
        (clock.now(), audit.actor().name, str(db.org_of(session)), dedupe_key),
    )

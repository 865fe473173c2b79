"""Stages whose day went by without anybody claiming them: while everything was down, or since a day was closed.

They are not sent later, when they would no longer be true. They are written down as skipped, so that of every open
bill it is known what became of each stage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from credit import reminders
from parties.tables import Organisation

BACK_DAYS = 14
REASON = "missed"

_FIND = """
SELECT b.id, b.retailer_id, b.due_on, stage.name, stage.sent_on, b.open_minor
FROM unnest(%(stages)s::text[], %(days)s::date[], %(sent)s::date[]) AS stage (name, due_on, sent_on)
JOIN bill b ON b.org_id = %(org)s AND b.open_minor > 0 AND b.due_on = stage.due_on
    AND (b.created_at AT TIME ZONE %(zone)s)::date <= stage.sent_on
WHERE NOT EXISTS (
    SELECT FROM reminder r
    WHERE r.org_id = b.org_id AND r.bill_id = b.id AND r.due_on = b.due_on AND r.stage = stage.name)
ORDER BY stage.sent_on, b.id, stage.name
"""
_NOTE = f"""
INSERT INTO reminder (org_id, id, bill_id, retailer_id, due_on, stage, status, skip_reason, open_minor, local_on,
                      created_at)
SELECT %(org)s, gen_random_uuid(), found.id, found.retailer_id, found.due_on, found.name, 'skipped', %(reason)s,
    found.open_minor, %(today)s, %(at)s
FROM ({_FIND}) found
ON CONFLICT (org_id, bill_id, due_on, stage) DO NOTHING RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Missed:
    """A stage of an open bill that has no reminder; `sent_on` is the day on which it was due."""

    bill_id: UUID
    name: str
    sent_on: date


def find(session: Session, organisation: Organisation, first: date, before: date) -> list[Missed]:
    """Stages that were due from `first` on and before `before`, of bills that were known then; at most two weeks."""
    rows = db.execute(session, _FIND, _asked(organisation, max(first, before - timedelta(days=BACK_DAYS)), before))
    return [Missed(row[0], row[3], row[4]) for row in rows]


def note(session: Session, organisation: Organisation, today: date) -> int:
    """Write down as skipped what was due before `today` and never claimed; returns how many. Twice is harmless."""
    asked = _asked(organisation, today - timedelta(days=BACK_DAYS + 1), today)
    noted = db.execute(session, _NOTE, {**asked, "reason": REASON, "today": today, "at": clock.now()})
    return len(noted.all())


def _asked(organisation: Organisation, first: date, before: date) -> dict[str, Any]:
    due = list(_due(organisation, first, before))
    return {
        "org": str(organisation.org_id),
        "zone": organisation.timezone,
        "stages": [name for name, _, _ in due],
        "days": [due_on for _, due_on, _ in due],
        "sent": [sent_on for _, _, sent_on in due],
    }


def _due(organisation: Organisation, first: date, before: date) -> Iterator[tuple[str, date, date]]:
    """Stage, due date and sending day of everything that was sent, or should have been, in these days."""
    for back in range((before - first).days + reminders.LONGEST_CLOSING):
        day = before - timedelta(days=back + 1)
        sent_on = reminders.opening(organisation, day)
        if sent_on is not None and first <= sent_on < before:
            for name, offset in reminders.OFFSETS.items():
                yield name, day - timedelta(days=offset), sent_on

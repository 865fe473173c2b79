"""I14: every conversation stands where this version's flows can go on from, and none is stuck.

Which flows there are is told by whoever runs the doctor (`declare`): this layer lies below them. A conversation that
rests in a state is not stuck, however long: its old prompt is renewed when somebody writes. A message that waits for
another try holds its conversation up, and does so for minutes, never for a day.
"""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from reports.invariant import RED, Invariant

_PLACES = """
SELECT id, flow, state FROM conversation
WHERE (flow IS NOT NULL OR state IS NOT NULL) AND (%(org)s::uuid IS NULL OR org_id = %(org)s::uuid)
"""
_declared: dict[str, frozenset[str]] = {}


def declare(states: Mapping[str, Sequence[str]]) -> None:
    """Name the flows of this program, each with its states."""
    _declared.clear()
    _declared.update({flow: frozenset(names) for flow, names in states.items()})


def _lost(session: Session, org_id: UUID | None) -> Iterator[str]:
    if not _declared:
        raise LookupError("nobody said which flows there are")
    for identifier, flow, state in db.execute(session, _PLACES, {"org": str(org_id) if org_id else None}).all():
        if state not in _declared.get(flow or "", ()):
            yield f"conversation {identifier} stands in {flow or 'no flow'}, {state or 'no state'}"


INVARIANT = Invariant(
    id="I14",
    severity=RED,
    title="Every conversation stands in a state of a flow that exists, and no message waits for more than a day",
    fix="Whoever writes next is led back to the menu; answer the message that holds a conversation up.",
    sql="""
SELECT org_id, 'message ' || id || ' has waited for its turn since ' || next_try_at AS what
FROM inbound_message WHERE status = 'retry' AND next_try_at < clock_timestamp() - interval '24 hours'
""",
    probe=_lost,
)

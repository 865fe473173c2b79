"""What an invariant is: a statement about the database that must hold at every moment, and how it is checked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

RED, AMBER = "red", "amber"  # red: stop and look now; amber: look today

Probe = Callable[[Session, UUID | None], Iterable[str]]


@dataclass(frozen=True)
class Invariant:
    """One statement. Queries select `(org_id, what)` of each violation; org_id NULL = the whole database.

    `sql` and `probe` are run always, `full_sql` and `full_probe` in full mode only, because they read whole tables.
    """

    id: str
    severity: str
    title: str
    fix: str
    sql: str = ""
    full_sql: str = ""
    probe: Probe | None = None
    full_probe: Probe | None = None

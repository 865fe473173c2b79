"""Shops of one owner under one cap: each keeps its own limit, and together they may take no more than the cap.

Orders of two shops of a group queue on the group's row, after their own account's row; nothing else needs that lock,
because a cap stops only orders. Changing a cap or a membership takes the same locks in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from core.events import happened
from core.money import MAX_MINOR
from credit import accounts
from credit.events import RoomMade
from credit.tables import CreditAccount, CreditGroup

MAX_NAME = 200
_LOCK_SHOPS = "SELECT 1 FROM credit_account WHERE org_id = %s AND group_id = %s ORDER BY retailer_id FOR UPDATE"

_USE = """
SELECT g.limit_minor, coalesce(sum(used.used_minor), 0)::bigint
FROM credit_group g LEFT JOIN credit_use(%(org)s) used ON used.group_id = g.id
WHERE g.org_id = %(org)s AND g.id = %(id)s GROUP BY g.limit_minor
"""


class NameTaken(DomainError):
    """Two groups of one name could not be told apart."""

    code = "GROUP_EXISTS"
    detail = "There is a group of shops with this name already."


@dataclass(frozen=True)
class SharedLimit:
    """A group's cap and how much of it its shops use up together, in minor units."""

    limit_minor: int
    used_minor: int


def create(session: Session, name: str, limit_minor: int) -> CreditGroup:
    """A new group without shops; audited. Raises Invalid, NameTaken."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME:
        raise Invalid(f"A group needs a name of at most {MAX_NAME} characters.", field="name")
    _check(limit_minor)
    taken = select(CreditGroup.id).where(CreditGroup.org_id == db.org_of(session), CreditGroup.name == name)
    if session.scalars(taken).first() is not None:
        raise NameTaken(name=name)
    group = CreditGroup(id=ids.new(), name=name, limit_minor=limit_minor, version=1, created_at=clock.now())
    session.add(group)
    session.flush()
    audit.record(
        session, "group.created", subject=ids.public("grp", group.id), after={"name": name, "limit_minor": limit_minor}
    )
    return group


def get(session: Session, group_id: UUID, lock: bool = False) -> CreditGroup:
    """The group as it is in the database now; `lock` takes its row FOR UPDATE. Raises NotFound."""
    key = (db.org_of(session), group_id)
    group = session.get(CreditGroup, key, populate_existing=True, with_for_update=lock or None)
    if group is None:
        raise NotFound(kind="CreditGroup")
    return group


def every(session: Session) -> Sequence[CreditGroup]:
    """All groups by name."""
    return session.scalars(
        select(CreditGroup).where(CreditGroup.org_id == db.org_of(session)).order_by(CreditGroup.name)
    ).all()


def set_limit(session: Session, group_id: UUID, limit_minor: int, reason: str, version: int) -> CreditGroup:
    """Change a cap; below what is used is allowed and only stops orders. Audited, unless it is as it was.

    Raises Invalid, NotFound, Stale.
    """
    _check(limit_minor)
    reason = accounts.given(reason)
    db.execute(session, _LOCK_SHOPS, (str(db.org_of(session)), str(group_id)))  # before the group, as orders do
    group = get(session, group_id, lock=True)
    if group.version != version:
        raise accounts.Stale(version=group.version)
    before = group.limit_minor
    if limit_minor == before:
        return group
    group.limit_minor, group.version = limit_minor, group.version + 1
    session.flush()  # reserving is a hand-written statement and must see it
    audit.record(
        session,
        "group.limit_changed",
        subject=ids.public("grp", group_id),
        before={"limit_minor": before},
        after={"limit_minor": limit_minor},
        reason=reason,
    )
    if limit_minor > before:
        happened(session, RoomMade(group_id=group_id))
    return group


def join(session: Session, retailer_id: UUID, group_id: UUID | None, reason: str) -> bool:
    """Put a shop under a group's cap (None: under none); False when it is so already. Locks the account and the group.

    What the shop owes already may exceed the cap: that only stops orders. Raises Invalid, NotFound.
    """
    reason = accounts.given(reason)
    account = accounts.get(session, retailer_id, lock=True)
    if group_id is not None:
        get(session, group_id, lock=True)
    before = account.group_id
    if before == group_id:
        return False
    account.group_id, account.version = group_id, account.version + 1
    session.flush()  # reserving is a hand-written statement and must see it
    audit.record(
        session,
        "group.changed",
        subject=ids.public("ret", retailer_id),
        retailer_id=retailer_id,
        before={"group_id": _shown(before)},
        after={"group_id": _shown(group_id)},
        reason=reason,
    )
    if before is not None:  # it is free of that cap, and the others have its part
        happened(session, RoomMade(retailer_id))
        happened(session, RoomMade(group_id=before))
    return True


def members(session: Session, group_id: UUID) -> list[UUID]:
    """The shops of a group, in the order in which their accounts are locked."""
    org = CreditAccount.org_id == db.org_of(session)
    found = select(CreditAccount.retailer_id).where(org, CreditAccount.group_id == group_id)
    return list(session.scalars(found.order_by(CreditAccount.retailer_id)))


def standing_of(session: Session, group_id: UUID) -> SharedLimit:
    """The cap and what is used of it now. Raises NotFound."""
    row = db.execute(session, _USE, {"org": str(db.org_of(session)), "id": str(group_id)}).first()
    if row is None:
        raise NotFound(kind="CreditGroup")
    return SharedLimit(*row)


def _check(limit_minor: int) -> None:
    if not 0 <= limit_minor <= MAX_MINOR:
        raise Invalid(f"limit_minor must lie between 0 and {MAX_MINOR}.", field="limit_minor", value=limit_minor)


def _shown(group_id: UUID | None) -> str | None:
    return ids.public("grp", group_id) if group_id else None

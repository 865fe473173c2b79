"""Lists of what surrounds bills and payments, newest first, a page at a time."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db

Row = TypeVar("Row", bound=Any)


def page(
    session: Session,
    model: type[Row],
    *,
    limit: int,
    before: UUID | None = None,
    retailer_id: UUID | None = None,
    status: str | None = None,
) -> list[Row]:
    """At most `limit` rows older than the one with the id `before`, of one shop and with one status when given."""
    wanted = select(model).where(model.org_id == db.org_of(session)).order_by(model.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(model.id < before)
    if retailer_id is not None:
        wanted = wanted.where(model.retailer_id == retailer_id)
    if status is not None:
        named = next(name for name in ("state", "status", "outcome") if hasattr(model, name))
        wanted = wanted.where(getattr(model, named) == status)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))

"""How tables are declared: the base, the tenant's columns, and the few column types that we allow.

Every table of a tenant has `org_id` first in its primary key, in its unique keys and in its foreign keys. That makes a
reference across organisations impossible to write, and it is the distribution key when one database is not enough.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKeyConstraint, MetaData, String, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from core import ids

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Minor = Annotated[int, mapped_column(BigInteger)]  # money, in minor units
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]  # aware UTC
Word = Annotated[str, mapped_column(String(64))]  # a code, a status, a short name


class Base(DeclarativeBase):
    """Every table of Bahi."""

    metadata = MetaData(naming_convention=NAMES)


class TenantOwned:
    """A row that belongs to one organisation; row-level security is enabled and forced on its table."""

    org_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)


class Identified(TenantOwned):
    """A tenant's row with an id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new, sort_order=-1)


def belongs_to(table: str, column: str, *, key: str = "id") -> ForeignKeyConstraint:
    """A reference within the organisation; deleting what is referred to is refused."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.{key}"], ondelete="RESTRICT")


def one_of(column: str, words: Sequence[str]) -> CheckConstraint:
    """Only these words may stand in the column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")


@event.listens_for(Session, "before_flush")
def _fill_organisation(session: Session, _context: Any, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, TenantOwned) and getattr(row, "org_id", None) is None:
            row.org_id = session.info["org_id"]

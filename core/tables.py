"""How tables are declared: the base, the tenant's columns, and the few column types that we allow.

Every table of a tenant has `org_id` first in its primary key, in its unique keys and in its foreign keys. That makes a
reference across organisations impossible to write, and it is the distribution key when one database is not enough.

A row is described once. What is read and written row by row through the ORM is a class of `Base`; what the hot path
reads into a frozen dataclass is described by that dataclass, and `table_of` makes its table from the fields.
"""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, Session, mapped_column
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from core import ids

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Minor = Annotated[int, mapped_column(BigInteger)]  # money, in minor units
Milli = Annotated[int, mapped_column(BigInteger)]  # a quantity, in thousandths
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]  # aware UTC
Word = Annotated[str, mapped_column(String(64))]  # a code, a status, a short name

_TYPES: dict[Any, TypeEngine[Any]] = {
    bool: Boolean(),
    int: Integer(),
    str: Text(),
    date: Date(),
    UUID: Uuid(),
    dict: JSONB(),
    list: JSONB(),
}


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


def names_of(row: type) -> tuple[str, ...]:
    """The columns that a dataclass describes: its fields, in their order. A tuple is no column but rows of another."""
    return tuple(name for name, hint in _hints(row) if get_origin(hint) is not tuple)


def table_of(row: type, name: str, *rest: SchemaItem, key: Sequence[str]) -> Table:
    """The tenant's table of a dataclass: a column for each field, `key` and the organisation as its primary key.

    What of the key is no field is an id; `rest` is what the database refuses, and the indexes.
    """
    described = names_of(row)
    unseen = [Column(one, Uuid(), primary_key=True) for one in ("org_id", *key) if one not in described]
    columns = [_column(one, hint, is_key=one in key) for one, hint in _hints(row) if one in described]
    return Table(name, Base.metadata, *unseen, *columns, *rest)


def _hints(row: type) -> list[tuple[str, Any]]:
    hints = get_type_hints(row, include_extras=True)
    return [(field.name, hints[field.name]) for field in fields(row)]


def _column(name: str, hint: Any, *, is_key: bool) -> Column[Any]:
    is_optional = get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)
    said = next(one for one in get_args(hint) if one is not NoneType) if is_optional else hint
    declared = [one for one in getattr(said, "__metadata__", ()) if isinstance(one, MappedColumn)]
    kind = declared[0].column.type if declared else _TYPES[get_origin(said) or said]
    return Column(name, kind, primary_key=is_key, nullable=is_optional)


@event.listens_for(Session, "before_flush")
def _fill_organisation(session: Session, _context: Any, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, TenantOwned) and getattr(row, "org_id", None) is None:
            row.org_id = session.info["org_id"]

"""The table of a dataclass: each field is a column of the type that the field says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.dialects import postgresql

from core.tables import Base, Milli, Minor, Moment, Word, names_of, table_of


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row with every kind of column."""

    id: UUID
    code: Word
    note: str | None
    weight_milli: Milli
    price_minor: Minor | None
    tries: int
    is_open: bool
    packed_on: date | None
    sent_at: Moment
    label: dict[str, Any]
    stops: list[str] | None
    parts: tuple[str, ...]


@pytest.fixture
def columns() -> Iterator[dict[str, tuple[str, bool]]]:
    """Each column's type in PostgreSQL, and whether it may be empty."""
    table = table_of(Parcel, "parcel", key=("id", "shelf_id"))
    yield {one.name: (one.type.compile(postgresql.dialect()), bool(one.nullable)) for one in table.columns}
    Base.metadata.remove(table)


def test_each_field_is_a_column_and_a_tuple_is_rows_of_another_table(columns: dict[str, tuple[str, bool]]) -> None:
    assert columns == {
        "org_id": ("UUID", False),
        "shelf_id": ("UUID", False),
        "id": ("UUID", False),
        "code": ("VARCHAR(64)", False),
        "note": ("TEXT", True),
        "weight_milli": ("BIGINT", False),
        "price_minor": ("BIGINT", True),
        "tries": ("INTEGER", False),
        "is_open": ("BOOLEAN", False),
        "packed_on": ("DATE", True),
        "sent_at": ("TIMESTAMP WITH TIME ZONE", False),
        "label": ("JSONB", False),
        "stops": ("JSONB", True),
    }
    assert names_of(Parcel) == tuple(columns)[2:]

"""What answers are made of: ids, money, days, moments, words, quantities, shops and people; and a page of a list.

An answer has every field that its schema names and no other. Should what a schema is given not fit it, that is a
mistake of ours: it is logged, and seen by every test that gets such an answer, but nobody's payment fails over it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, ClassVar
from uuid import UUID

from marshmallow import EXCLUDE, Schema, fields, validate

from admin_api.answers import naming
from core import clock, ids, logs

THOUSAND = 1000
ABSENT = object()

log = logs.get("admin_api")


class Answer(Schema):
    """One shape of an answer. Its fields are all there each time, but for those that SOMETIMES names.

    Of those one without a value is left out, unless it may be null.
    """

    SOMETIMES: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = EXCLUDE  # a reader may meet more in time, and must not choke on it

    def __init_subclass__(cls) -> None:
        """The docstring is what the description says of the shape."""
        about = {"description": " ".join((cls.__doc__ or "").split())}
        cls.Meta = type("Meta", (cls.Meta,), about)  # type: ignore[misc, assignment]

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Tell the description which fields are always there."""
        field_obj.required = field_name not in self.SOMETIMES

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The answer that a row makes, or one for each of many rows: the names that they mention are read together."""
        if not (self.many if many is None else many):
            self._expect_names([obj])
            return self._told(obj)
        rows = list(obj)
        self._expect_names(rows)
        return [self._told(row) for row in rows]

    @cached_property
    def _plan(self) -> list[tuple[str, str, fields.Field[Any]]]:
        """For each field its name, where a row has it, and the field itself."""
        return [(name, field.attribute or name, field) for name, field in self.dump_fields.items()]

    def _told(self, row: Any) -> dict[str, Any]:
        """Each field as its own `_serialize` tells it. marshmallow's way there takes ten times as long."""
        told, missing, surplus = {}, [], {}
        for name, attribute, field in self._plan:
            value = _read(row, attribute)
            if value is ABSENT and not isinstance(field, Currency):
                if name not in self.SOMETIMES:
                    missing.append(name)
            elif value is not None or field.allow_none or name not in self.SOMETIMES:
                told[name] = field._serialize(value, name, row)
        if isinstance(row, dict):
            surplus = {name: row[name] for name in row.keys() - self._read_from}
        if missing or surplus:
            log.error("answer.undescribed", shape=type(self).__name__, missing=missing, surplus=[*surplus])
            told |= surplus
        return told

    @cached_property
    def _read_from(self) -> set[str]:
        return {one for name, attribute, _ in self._plan for one in (name, attribute)}

    @cached_property
    def _naming(self) -> list[tuple[str, str]]:
        kinds = {Shop: "shops", Person: "people"}
        return [(attribute, kinds[type(field)]) for _, attribute, field in self._plan if type(field) in kinds]

    def _expect_names(self, rows: list[Any]) -> None:
        for attribute, kind in self._naming:
            met = [_read(row, attribute) for row in rows]
            naming.current().expect(**{kind: [one for one in met if one is not ABSENT]})


def _read(row: Any, attribute: str) -> Any:
    """What a row has there: a dict's value, or an attribute, of a part of the row where the name has a dot."""
    if isinstance(row, dict):
        return row.get(attribute, ABSENT)
    if "." in attribute:
        head, _, rest = attribute.partition(".")
        return _read(getattr(row, head), rest)
    return getattr(row, attribute, ABSENT)


class Beside:
    """A row with more beside it: `Beside(order, notified=True)` has what the order has, and `notified`."""

    def __init__(self, row: Any, **more: Any) -> None:
        self._row, self._more = row, more

    def __getattr__(self, name: str) -> Any:
        return self._more[name] if name in self._more else getattr(self._row, name)


class PublicId(fields.String):
    """An id as the outside names it: `ret_01KB3Y...`."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": f"^{prefix}_[{ids.ALPHABET}]{{26}}$"}, **kwargs)
        self._prefix = prefix

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None or (isinstance(value, str) and value.startswith(f"{self._prefix}_")):
            return value
        return ids.public(self._prefix, value if isinstance(value, UUID) else UUID(value))


class Minor(fields.Integer):
    """Money in minor units of the answer's currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, metadata={"format": "int64"}, **kwargs)


class Whole(fields.Integer):
    """A whole number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)


class Day(fields.Date):
    """A local date."""

    def _serialize(self, value: date | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value


class Moment(fields.DateTime):
    """A moment, RFC 3339 in UTC."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return clock.rfc3339(value) if isinstance(value, datetime) else value


class Word(fields.String):
    """One of a few words."""

    def __init__(self, words: Iterable[str], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(tuple(words)), **kwargs)


class Measure(fields.Number[Any]):
    """How many of a unit: a whole number, or one with decimals."""

    num_type = Decimal

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> int | float | None:
        if value is None:
            return None
        return int(value) if value == int(value) else float(value)


class Milli(Measure):
    """How many of a unit, kept in thousandths of it."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> int | float | None:
        return None if value is None else super()._serialize(Decimal(value) / THOUSAND, attr, obj, **kwargs)


class Currency(fields.String):
    """The currency of a row; of the organisation where rows have none of their own."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return naming.current().currency if value is ABSENT or value is None else str(value)


class ShopName(Answer):
    """A shop, by what people call it."""

    id = PublicId("ret")
    code = fields.String()
    name = fields.String()


class PersonName(Answer):
    """Who did it. Without an id it was no user: `name` is then job, retailer, gateway, provider, cli or system."""

    id = PublicId("usr", allow_none=True)
    name = fields.String()


class Shop(fields.Nested):
    """The shop that a row belongs to, beside its `retailer_id`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ShopName, attribute="retailer_id", dump_only=True, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return naming.current().shop(value) if value else None


class Person(fields.Nested):
    """Who did it; `attribute` is where the row keeps its actor."""

    def __init__(self, attribute: str, **kwargs: Any) -> None:
        super().__init__(PersonName, attribute=attribute, dump_only=True, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return naming.current().person(value) if value else None


class Rows(fields.Nested):
    """Rows of another shape; where there are none, an empty list."""

    def __init__(self, row: type[Answer], **kwargs: Any) -> None:
        super().__init__(row, many=True, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.schema.dump(value or (), many=True)


class Page(Answer):
    """Part of a list; `next_cursor` asks for what follows."""

    has_more = fields.Boolean()
    next_cursor = fields.String(allow_none=True)


@cache
def page_of(row: type[Answer]) -> type[Answer]:
    """A page of these rows."""
    named = f"{row.__name__.removesuffix('Out')}List"
    rows = {"data": Rows(row), "__doc__": f"A page of {row.__name__}.", "__module__": __name__}
    return type(named, (Page,), rows)

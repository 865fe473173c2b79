"""What can be wrong with a request: every value that a described field does not take, in its place in a good body."""

import json
from collections.abc import Iterator
from typing import Any

from tests.admin_api.described import types

BIDI, NUL, SURROGATE = "a\u202eb", "a\x00b", "a\ud800b"
HUGE = (2**63, 10**30)
NOBODY = "xyz_00000000000000000000000000"
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "26-1-1", "yesterday", "", NUL)
IDS = (
    "",
    "ret",
    NOBODY,
    "ret_" + "Z" * 26,
    "ret_" + "0" * 300,
    BIDI,
    NUL,
    SURROGATE,
    "é" * 30,
)
PATHS = (
    NOBODY,
    "ret_" + "Z" * 26,
    "ret_00000000000000000000000000",
    "0" * 300,
    "ret_%00",
    "%00",
    "%ED%A0%80",
    "%E2%80%AE",
    "-1",
    "1'--",
    "null",
)
CURSORS = ("nonsense!", "AA", "AGE", "ww", "_____", "a" * 5000, NUL, BIDI, "é")
NUMBERS = ("-1", "1000000000000000000000", "abc", "", "1.5", "1e3", "1_0", "²", NUL, BIDI)
RAW = (
    b"{",
    b"",
    b"[1]",
    b"7",
    b"null",
    b'"text"',
    b"true",
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1, "a": 2}',
    b'{"a": ' + b"9" * 5000 + b"}",
    b'{"a": 1e400}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
)

Wrong = Iterator[tuple[str, Any]]


def bodies(schema: dict[str, Any], good: Any) -> Wrong:
    """The good body with one thing wrong, and what that is."""
    yield "unknown field", {**good, "surprise": 1}
    yield "field that cannot be written", {**good, SURROGATE: 1, NUL: 2}
    for name, inner in schema.get("properties", {}).items():
        if name in schema.get("required", ()):
            yield f"{name} missing", {other: value for other, value in good.items() if other != name}
        for what, value in values(inner, good.get(name)):
            yield f"{name}: {what}", {**good, name: value}


def values(schema: dict[str, Any], good: Any = None) -> Wrong:
    """What this field refuses."""
    taken = types(schema)
    if "null" not in taken:
        yield "null", None
    yield from _of_another_type(taken)
    if "array" in taken:
        yield from _lists(schema, good or [])
    if "integer" in taken or "number" in taken:
        yield from _numbers(schema)
    if "string" in taken:
        yield from texts(schema)
    if isinstance(good, str) and good[3:4] == "_":
        yield from ((f"id {shown(one)}", one) for one in IDS)
    if "object" in taken:
        yield from _objects(schema, good)


def texts(schema: dict[str, Any]) -> Wrong:
    """Texts that a field refuses."""
    if schema.get("format") == "date":
        yield from ((f"day {shown(day)}", day) for day in DAYS)
        return
    yield from (("NUL", NUL), ("control", "a\x1bb"), ("bidi", BIDI), ("surrogate", SURROGATE))
    if "enum" in schema:
        yield from (("unknown", "NOTHING"), ("blank", ""))
        return
    yield "too long", "x" * (schema.get("maxLength", 100_000) + 1)
    if schema.get("minLength"):
        yield from (("blank", ""), ("spaces", "   "))


def queries(schemas: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, str]]]:
    """A query with one thing wrong."""
    yield "unknown name", {"surprise": "1"}
    for name, schema in schemas.items():
        taken = types(schema)
        if name == "cursor":
            wrong = [(shown(one), one) for one in CURSORS]
        elif "integer" in taken:
            wrong = [(shown(one), one) for one in (*NUMBERS, *_beyond(schema))]
        else:
            wrong = list(texts(schema))
            wrong += [(f"id {shown(one)}", one) for one in IDS] if name == "retailer_id" else []
        yield from ((f"{name}: {what}", {name: value}) for what, value in wrong if value != SURROGATE)


def sample(schema: dict[str, Any]) -> Any:
    """A value as it is described."""
    taken = types(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: sample(inner) for name, inner in schema["properties"].items()}
    if "array" in taken:
        return [sample(schema["items"])]
    if "object" in taken:
        return {}
    if "string" in taken:
        return "2026-11-20" if schema.get("format") == "date" else "x" * max(1, schema.get("minLength", 1))
    return schema.get("minimum", 1)


def shown(value: Any) -> str:
    """A value as a test's message can hold it."""
    return json.dumps(value)[:40]


def _of_another_type(taken: set[str]) -> Wrong:
    others = {"array": ["x"], "object": {"x": 1}, "boolean": True, "string": "x", "integer": 7}
    if "number" in taken:
        del others["integer"]
    yield from ((f"a {kind}", value) for kind, value in others.items() if kind not in taken)


def _beyond(schema: dict[str, Any]) -> Iterator[str]:
    if "minimum" in schema:
        yield str(schema["minimum"] - 1)
    if "maximum" in schema:
        yield str(schema["maximum"] + 1)


def _numbers(schema: dict[str, Any]) -> Wrong:
    yield from ((f"{one}", one) for one in (*HUGE, *(-one for one in HUGE), "NaN", "-Infinity", "1e999"))
    least = schema.get("minimum", 0)
    yield "below", least - 1
    if "maximum" in schema:
        yield "above", schema["maximum"] + 1
    if least > 0:
        yield "zero", 0
    if "integer" in types(schema):
        yield from ((shown(one), one) for one in (1.5, 100.0, "100", "1e2"))


def _lists(schema: dict[str, Any], good: list[Any]) -> Wrong:
    if "maxItems" in schema and good:
        yield "too many", good * (schema["maxItems"] + 1)
    if schema.get("minItems"):
        yield "none", []
    first = good[0] if good else {}
    inner = schema.get("items", {})
    wrong = bodies(inner, first) if "properties" in inner else values(inner, first)
    yield from ((f"[0] {what}", [one, *good[1:]]) for what, one in wrong)


def _objects(schema: dict[str, Any], good: Any) -> Wrong:
    inner = schema.get("additionalProperties")
    if not isinstance(inner, dict):
        return
    yield "name that is none", {"nonsense": 7}
    yield "name with NUL", {NUL: 7}
    for name in good or {}:
        yield from ((f"{name}: {what}", {**good, name: value}) for what, value in values(inner, good[name]))

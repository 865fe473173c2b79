"""What reports make is typed, and the API's shapes tell it: neither has a field that the other does not know."""

import ast
import dataclasses
import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from marshmallow import fields

from admin_api.answers.credit import Recorded
from admin_api.answers.guardrails import AtRiskOut
from admin_api.answers.shape import Answer, Rows, Shop
from app import create_app
from reports import profile, risk, statement, watchlist, what_if
from tests.architecture.product import ROOT, nodes, sources

NOT_ANSWERED = {  # what a statement is asked with, and what is kept as JSON
    "ageing.parameters",
    "insights._due",
    "insights._item",
    "issued.seller",
    "past._where",
    "profile.guardrails_of",
    "statement_paper._movement",
    "statement_paper._open_bills",
}


def answered() -> Iterator[tuple[type[Answer], type]]:
    """Each shape that an operation answers with, and what a report makes for it."""
    yield AtRiskOut, watchlist.AtRisk
    for rule in (app := create_app()).url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        made = inspect.get_annotations(inspect.unwrap(view)).get("return")
        if dataclasses.is_dataclass(made) and made.__module__.startswith("reports."):
            for (told,) in view._apidoc["response"]["responses"].values():
                yield type(told["schema"]), made  # type: ignore[misc]  # is_dataclass says also that of a value


def differences(shape: Answer, made: type) -> Iterator[str]:
    """What a shape tells and a report does not make, and the other way round; of the parts of both too."""
    hints = get_type_hints(made)
    told = {name: field for name, field in shape.fields.items() if not isinstance(field, Shop)}
    attributes = {field.attribute or name for name, field in told.items()}
    yield from (f"{type(shape).__name__} wants {made.__name__}.{name}" for name in sorted(attributes - hints.keys()))
    if made.__module__.startswith("reports."):
        yield from (f"{type(shape).__name__} leaves out {made.__name__}.{name}" for name in hints.keys() - attributes)
    for name, field in told.items():
        part = _part(hints.get(field.attribute or name))
        if isinstance(field, Rows | fields.Nested) and part and not isinstance(field, Recorded):
            yield from differences(field.schema, part)


def _part(hint: Any) -> type | None:
    """The dataclass in `list[X]`, `X | None` and the like."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    return next((part for inner in get_args(hint) if (part := _part(inner))), None)


def test_a_shape_and_what_a_report_makes_have_the_same_fields(database: str) -> None:
    found = list(answered())
    assert [line for shape, made in found for line in differences(shape(), made)] == []
    assert {risk.Dashboard, profile.Profile, statement.Statement, what_if.Replay} <= {made for _, made in found}


@dataclasses.dataclass
class Kept:
    """A cat, of whom somebody forgot the name."""

    nmae: str


Kept.__module__ = "reports.cats"


class Cat(Answer):
    """A cat."""

    name = fields.String()


def test_a_misspelt_field_is_seen_on_both_sides() -> None:
    assert list(differences(Cat(), Kept)) == ["Cat wants Kept.name", "Cat leaves out Kept.nmae"]


def test_no_report_answers_with_a_dict() -> None:
    loose = {
        f"{path.stem}.{node.name}"
        for path in sources()
        if path.parent == ROOT / "reports"
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef) and node.returns and "dict[str, Any]" in ast.unparse(node.returns)
    }
    assert loose == NOT_ANSWERED

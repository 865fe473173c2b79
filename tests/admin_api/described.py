"""The API's operations as its own description tells them: what a test for each of them is made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask

PREFIX = "/api/v1/admin"
VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one path. `body` is None when none is read; `roles` may call it, or `anybody`."""

    method: str
    path: str
    names: tuple[str, ...]
    query: dict[str, dict[str, Any]]
    headers: frozenset[str]
    body: dict[str, Any] | None
    roles: frozenset[str]

    @property
    def name(self) -> str:
        """`POST /payment/record`: below the prefix of the API."""
        return f"{self.method} {self.path.removeprefix(PREFIX)}"

    def address(self, values: dict[str, str]) -> str:
        """The path with its names filled in."""
        return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], self.path)


def operations(app: Flask) -> list[Operation]:
    """Every operation of the description, in its order."""
    told = app.test_client().get("/api/v1/openapi.json").json
    return [
        _operation(app, told, path, verb, beside.get("parameters", []))
        for path, beside in told["paths"].items()
        for verb in VERBS
        if verb in beside
    ]


def _operation(app: Flask, told: dict[str, Any], path: str, verb: str, shared: list[Any]) -> Operation:
    described = told["paths"][path][verb]
    parameters = [*shared, *described.get("parameters", [])]
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        method=verb.upper(),
        path=path,
        names=tuple(re.findall(r"\{(\w+)\}", path)),
        query={one["name"]: resolved(told, one["schema"]) for one in parameters if one["in"] == "query"},
        headers=frozenset(one["name"] for one in parameters if one["in"] == "header"),
        body=resolved(told, content["schema"]) if content else None,
        roles=_roles(app, path, verb),
    )


def _roles(app: Flask, path: str, verb: str) -> frozenset[str]:
    rule = re.sub(r"\{(\w+)\}", r"<\1>", path)
    [view] = [
        app.view_functions[one.endpoint]
        for one in app.url_map.iter_rules()
        if re.sub(r"<\w+:", "<", one.rule) == rule and verb.upper() in (one.methods or ())
    ]
    return frozenset(view.roles)  # type: ignore[attr-defined]


def resolved(told: dict[str, Any], schema: Any) -> Any:
    """A schema without references."""
    if isinstance(schema, list):
        return [resolved(told, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return resolved(told, told["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return {name: resolved(told, one) for name, one in schema.items()}


def types(schema: dict[str, Any]) -> set[str]:
    """What a value may be: `string`, `null`, ..."""
    if "anyOf" in schema:
        return set().union(*(types(one) for one in schema["anyOf"]))
    told = schema.get("type", "object" if "properties" in schema else [])
    return {told} if isinstance(told, str) else set(told)


def leaves(schema: dict[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every text, number and day that a body may hold, by its place."""
    for name, inner in schema.get("properties", {}).items():
        yield from leaves(inner, f"{where}/{name}")
    if "items" in schema:
        yield from leaves(schema["items"], f"{where}/*")
    elif "properties" not in schema:
        yield where, schema

"""Every answer that a test gets is held against the description: all that is described is there, and nothing else."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from admin_api import problems

API = "/api/v1/"
PROBLEM = {"$ref": "#/components/schemas/Problem"}


class Checked(FlaskClient):
    """A client that takes no answer but one that is described."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        if wrong := undescribed(self.application, answer):
            raise AssertionError(f"{answer.request.method} {answer.request.path}: {answer.status_code} {wrong}")
        return answer


def undescribed(app: Flask, answer: TestResponse) -> list[str]:
    """What is wrong with an answer of the API; empty when it is as described."""
    path, method = answer.request.path, answer.request.method
    if method in ("HEAD", "OPTIONS") or not path.startswith(API) or path == f"{API}openapi.json":
        return []
    if answer.status_code >= 400:
        return _problem(app, answer)
    content = _operation(app, answer)["responses"].get(str(answer.status_code), {}).get("content", {})
    if answer.status_code == 204:
        return [] if not content and not answer.data else ["something in an answer without a body"]
    schema = content.get(answer.mimetype, {}).get("schema")
    if schema is None:
        return [f"{answer.mimetype} is not described"]
    if schema.get("format") == "binary":
        return []
    return errors(app, schema, answer.json)


def _problem(app: Flask, answer: TestResponse) -> list[str]:
    if answer.mimetype != problems.TYPE:
        return [f"{answer.mimetype} is no problem document"]
    told = answer.json
    wrong = errors(app, PROBLEM, told)
    if told.get("code") not in problems.codes():
        wrong.append(f"{told.get('code')} is no known code")
    if told.get("status") != answer.status_code:
        wrong.append("its status is another than the answer's")
    return wrong


def errors(app: Flask, schema: dict[str, Any], instance: Any) -> list[str]:
    """How this value is not as a schema of the description says."""
    return [f"{one.instance_path}: {one.message}" for one in _validator(app, json.dumps(schema)).iter_errors(instance)]


@cache
def description(app: Flask) -> dict[str, Any]:
    """The description that the application tells."""
    told: dict[str, Any] = FlaskClient(app).get(f"{API}openapi.json").json
    return told


@cache
def _validator(app: Flask, schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = {"components": {"schemas": closed(description(app)["components"]["schemas"])}, **closed(json.loads(schema))}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def closed(schema: Any) -> Any:
    """The schema, with nothing taken that it does not name, unless it says that more may come."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(one) for name, one in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        inner["additionalProperties"] = False
    return inner


def _operation(app: Flask, answer: TestResponse) -> dict[str, Any]:
    path, method = answer.request.path, answer.request.method
    try:
        rule, _ = app.url_map.bind("bahi.test").match(path, method, return_rule=True)
    except HTTPException as error:
        raise AssertionError(f"{path} was answered, and is no address") from error
    named = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
    found: dict[str, Any] = description(app)["paths"][named][method.lower()]
    return found

"""flask-smorest with our error format: everything that goes wrong is problem+json, in the description too."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, ClassVar, NoReturn, TypeVar

import flask_smorest
from flask import Request, Response
from flask_smorest import Api
from marshmallow import INCLUDE, Schema, fields, missing, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from admin_api import problems
from admin_api.answers.shape import Answer
from core import ids

FILE = {"type": "string", "format": "binary"}
CODE = validate.Regexp(r"^[A-Z][A-Z0-9_]*$")

View = TypeVar("View", bound=Callable[..., Any])


class StrictParser(FlaskParser):
    """Unknown names are errors in the query too, as each schema says: a mistyped filter must not show everything."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
    }

    def _raw_load_json(self, req: Request) -> Any:
        """The body as JSON. A body of another kind is refused, not taken for an empty one."""
        body = req.get_data(cache=True)
        if body and not req.is_json:
            raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
        return read_json(body) if body else missing


def read_json(body: bytes) -> Any:
    """JSON as its standard has it: a name stands once, and there is no NaN. Raises json.JSONDecodeError."""
    try:
        return json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # not UTF-8, a name given twice, NaN, a number of thousands of digits
        raise json.JSONDecodeError(str(error), "body", 0) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is given twice")
    return found


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's, with the strict parser, with answers that are described, and a name for each operation."""

    ARGUMENTS_PARSER = StrictParser()

    def arguments(self, schema: type[Schema], **more: Any) -> Callable[[View], View]:
        """Read input of this shape, by one instance for all requests: to make one costs more than to use it."""
        decorated: Callable[[View], View] = super().arguments(schema(), **more)
        return decorated

    def response(
        self, status_code: int, answer: type[Answer] | None = None, *, files: Sequence[str] = (), **more: Any
    ) -> Callable[[View], View]:
        """Answer with this shape, or with a file of one of these kinds; nothing but a 204 has neither."""
        if not (answer or files) and status_code != HTTPStatus.NO_CONTENT:
            raise TypeError(f"an answer of {status_code} has a shape, or is a file")
        if answer is not None or not files:
            decorated = super().response(status_code, answer, **more)
        else:
            decorated = super().response(status_code, FILE, content_type=files[0], **more)
            files = files[1:]
        for kind in files:
            decorated = _both(decorated, self.alt_response(status_code, schema=FILE, content_type=kind))
        return decorated

    def _store_endpoint_docs(self, endpoint: str, *args: Any, **options: Any) -> None:
        """Name the operation as file and function do: programs that are made of the description call it so."""
        super()._store_endpoint_docs(endpoint, *args, **options)
        for told in self._docs[endpoint].values():
            if isinstance(told, dict):
                told.setdefault("manual_doc", {})["operationId"] = f"{self.name}_{endpoint}".replace("-", "_")


def _both(first: Callable[[View], View], second: Callable[[View], View]) -> Callable[[View], View]:
    return lambda view: first(second(view))


class ProblemError(Schema):
    """One wrong field: where, which rule, in words."""

    class Meta:
        unknown = INCLUDE

    pointer = fields.String(required=True, metadata={"description": "where in the body, or which name in the query"})
    code = fields.String(required=True, validate=CODE)
    detail = fields.String(required=True)


class Problem(Schema):
    """RFC 9457, with a stable `code` and the request's id. A refusal by a rule has the facts that decided beside."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True, validate=validate.Range(400, 599))
    detail = fields.String(required=True)
    code = fields.String(required=True, validate=CODE)
    request_id = fields.String(required=True, metadata={"pattern": f"^req_[{ids.ALPHABET}]{{26}}$"})
    errors = fields.List(fields.Nested(ProblemError), required=True)


class BahiApi(Api):
    """The API with problem+json errors and bearer tokens declared."""

    ERROR_SCHEMA = Problem

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer one of werkzeug's errors, with marshmallow's messages when it is a validation error."""
        return problems.from_http(error)

    def _register_responses(self) -> None:
        for status in HTTPStatus:
            described = {"description": status.phrase}
            if status >= HTTPStatus.BAD_REQUEST:
                described["content"] = {problems.TYPE: {"schema": Problem}}
            self.spec.components.response(status.name, described, lazy=True)
        default = {"description": "What went wrong", "content": {problems.TYPE: {"schema": Problem}}}
        self.spec.components.response("DEFAULT_ERROR", default, lazy=True)
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})

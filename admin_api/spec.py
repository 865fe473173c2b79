"""flask-smorest with our error format: everything that goes wrong is problem+json, in the description too."""

from http import HTTPStatus
from typing import ClassVar

import flask_smorest
from flask import Response
from flask_smorest import Api
from marshmallow import Schema, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from admin_api import problems


class StrictParser(FlaskParser):
    """Unknown names are errors in the query too, as each schema says: a mistyped filter must not show everything."""

    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
    }


class Blueprint(flask_smorest.Blueprint):
    """flask-smorest's, with the strict parser."""

    ARGUMENTS_PARSER = StrictParser()


class ProblemError(Schema):
    """One wrong field: where, which rule, in words."""

    pointer = fields.String()
    code = fields.String()
    detail = fields.String()


class Problem(Schema):
    """RFC 9457, with a stable `code` and the request's id."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    code = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Nested(ProblemError))


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

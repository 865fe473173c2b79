"""Errors as people and programs can use them: application/problem+json (RFC 9457) with stable codes."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from core import db, ids, logs, settings
from core.errors import DomainError
from credit import guardrails

TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused by a rule",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    428: "Precondition required",
    429: "Too many requests",
    500: "Our mistake",
    503: "Not available",
}

OURS = {"UNAVAILABLE": 503, "BUSY": 503, "INTERNAL": 500}
MACHINES = "/webhooks/"  # the provider reads none of this, and sends the most requests
WHOLE = "_schema"  # where marshmallow tells what is wrong with an object as a whole
OWN = {"type", "title", "status", "detail", "code", "request_id", "errors"}  # a fact of this name gets a prefix

log = logs.get("admin_api")


def register(app: Flask) -> None:
    """Give every request an id, and every error this form."""
    app.before_request(_name_request)
    app.after_request(_sign_answer)
    app.register_error_handler(DomainError, from_refusal)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, from_crash)


def codes() -> dict[str, int]:
    """Every code that an answer may carry, with its status: those of the rules, and those of the protocol."""
    refusals = {error.code: error.status for error in [DomainError, *_below(DomainError)]}
    protocol = {_code(status): status for status in TITLES}
    return dict(sorted({**protocol, **OURS, **dict.fromkeys(guardrails.CODES, 409), **refusals}.items()))


def described() -> str:
    """What the API's description says of errors: the form, and every code."""
    told = "".join(f"\n- `{code}` ({status})" for code, status in codes().items())
    return f"Errors are {TYPE} (RFC 9457). Rely on `code`; it does not change. The codes, with their status:\n{told}"


def answer(status: int, code: str, detail: str, **more: Any) -> Response:
    """One problem document."""
    body = {
        "type": f"about:blank#{code.lower().replace('_', '-')}",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": _request_id(),
        "errors": [],
        **more,
    }
    response = jsonify(body)
    response.status_code, response.mimetype = status, TYPE
    return response


def from_refusal(error: DomainError) -> Response:
    """A refusal by a rule: its code, its sentence, and the facts that decided."""
    facts = {f"current_{name}" if name in OWN else name: value for name, value in _plain(error.facts).items()}
    field = facts.get("field")
    wrong = [{"pointer": _pointer(field), "code": error.code, "detail": error.detail}] if field else []
    return answer(error.status, error.code, error.detail, **{**facts, "errors": wrong})


def from_http(error: HTTPException) -> Response:
    """An error of the protocol, with one entry per wrong field when the input did not validate."""
    status = error.code or 500
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    wrong = [{"pointer": where, "code": "INVALID", "detail": why} for where, why in _flatten(messages)]
    detail = wrong[0]["detail"] if wrong else (error.description or _title(status))
    response = answer(status, _code(status), detail, errors=wrong)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if value := error.get_response().headers.get(name):
            response.headers[name] = value
    return response


def from_crash(error: Exception) -> Response:
    """An unexpected error: the operator sees all of it, the caller an id to name."""
    if db.is_outage(error):
        log.error("database.unavailable", request_id=g.get("request_id"))
        response = answer(503, "UNAVAILABLE", "The database cannot be reached just now. Try again in a moment.")
        response.headers["Retry-After"] = "5"
        return response
    if db.is_busy(error):
        log.warning("database.busy", path=request.path, request_id=g.get("request_id"))
        response = answer(503, "BUSY", "Somebody else is changing the same just now. Try again in a moment.")
        response.headers["Retry-After"] = "1"
        return response
    if isinstance(error, RecursionError):
        return answer(400, "BAD_REQUEST", "The body is nested too deeply.")
    log.error("request.crashed", path=request.path, request_id=g.get("request_id"), exc_info=error)
    return answer(500, "INTERNAL", "Something went wrong on our side. Name the request id when you report it.")


def _below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)


def _name_request() -> None:
    if not request.path.startswith(MACHINES):
        _request_id()


def _request_id() -> str:
    """This request's id; one that none was given to, as machines' are not, gets its own once it goes wrong."""
    if "request_id" not in g:
        g.request_id = ids.public("req", ids.new())
    return str(g.request_id)


def _sign_answer(response: Response) -> Response:
    if request.path.startswith(MACHINES):
        return response
    response.headers["Request-Id"] = g.get("request_id", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    if settings.current().is_production:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def _title(status: int) -> str:
    """What is told of a status; one that nobody here asked for is told as its kind."""
    return TITLES.get(status) or TITLES[400 if status < 500 else 500]


def _code(status: int) -> str:
    return _title(status).upper().replace(" ", "_").replace("NOT_VALID", "INVALID")


def _flatten(messages: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            is_whole = name == WHOLE or (not where and name in {"json", "query", "headers"})
            step = "" if is_whole else f"/{name}"
            yield from _flatten(inner, where + step)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _flatten(inner, where)
    elif messages:
        yield where, str(messages)


def _pointer(field: str) -> str:
    return f"/{field.replace('.', '/')}"


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if isinstance(value, str | int | bool | list | dict)}

"""Errors as pages: what happened, what to do, and the id that finds it in the log."""

from flask import Blueprint, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from console import access
from core import db, logs
from core.errors import DomainError

TITLES = {
    403: "Not allowed",
    404: "Not found",
    405: "Not found",
    413: "Too large",
    503: "Not available",
}
NOT_FOUND = "There is no such page, or it is not yours."
TOLD = {404: NOT_FOUND, 405: NOT_FOUND, 413: "That is more than a form of the console holds."}

_log = logs.get("console")


def register(pages: Blueprint) -> None:
    """Give every error on these pages this form."""
    pages.register_error_handler(DomainError, from_refusal)
    pages.register_error_handler(HTTPException, from_http)
    pages.register_error_handler(Exception, from_crash)


def from_refusal(error: DomainError) -> Answer:
    """A refusal by a rule, in its own sentence."""
    return _page(error.status, TOLD.get(error.status, error.detail))


def from_http(error: HTTPException) -> Answer:
    """An error of the protocol."""
    status = error.code or 500
    answer = _page(status, TOLD.get(status, error.description or ""))
    if allowed := error.get_response().headers.get("Allow"):
        answer.headers["Allow"] = allowed
    return answer


def from_crash(error: Exception) -> Answer:
    """An unexpected error: the operator sees all of it, the visitor an id to name."""
    if db.is_outage(error) or db.is_busy(error):
        _log.warning("console.unavailable", path=request.path, request_id=g.get("request_id"))
        answer = _page(503, "Bahi cannot answer just now. Load the page again in a moment, and look before you repeat.")
        answer.headers["Retry-After"] = "5"
        return answer
    _log.error("console.crashed", path=request.path, request_id=g.get("request_id"), exc_info=error)
    return _page(500, "Something went wrong on our side. Name the number below when you report it.")


def _page(status: int, detail: str) -> Answer:
    title = TITLES.get(status, "Something went wrong")
    page = render_template("console/problem.html", title=title, detail=detail)
    return access.add_headers(make_response(page, status))

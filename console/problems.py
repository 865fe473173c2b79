"""Errors as pages: what happened, what to do, and the id that finds it in the log."""

from flask import Blueprint, g, make_response, render_template, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from core import db, logs
from core.errors import DomainError

TITLES = {
    403: "Not allowed",
    404: "Not found",
    405: "Not found",
    503: "Not available",
}
NOT_FOUND = "There is no such page, or it is not yours."

_log = logs.get("console")


def register(pages: Blueprint) -> None:
    """Give every error on these pages this form."""
    pages.register_error_handler(DomainError, from_refusal)
    pages.register_error_handler(HTTPException, from_http)
    pages.register_error_handler(Exception, from_crash)


def from_refusal(error: DomainError) -> Answer:
    """A refusal by a rule, in its own sentence."""
    return _page(error.status, NOT_FOUND if error.status == 404 else error.detail)


def from_http(error: HTTPException) -> Answer:
    """An error of the protocol."""
    status = error.code or 500
    return _page(status, NOT_FOUND if status in {404, 405} else error.description or "")


def from_crash(error: Exception) -> Answer:
    """An unexpected error: the operator sees all of it, the visitor an id to name."""
    away = isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and db.is_outage(error))
    if away or db.is_busy(error):
        _log.warning("console.unavailable", path=request.path, request_id=g.get("request_id"))
        return _page(503, "Bahi cannot answer just now. Nothing was changed: try again in a moment.")
    _log.error("console.crashed", path=request.path, request_id=g.get("request_id"), exc_info=error)
    return _page(500, "Something went wrong on our side. Name the number below when you report it.")


def _page(status: int, detail: str) -> Answer:
    title = TITLES.get(status, "Something went wrong")
    return make_response(render_template("console/problem.html", title=title, detail=detail), status)

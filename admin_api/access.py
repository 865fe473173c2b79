"""Who may call what: `@operation(roles)` signs the caller in, opens the one transaction and checks the role.

The application does not start with a route that has none (see `require_declared`): forgetting opens no door.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, g, make_response, request
from sqlalchemy.orm import Session

from admin_api import problems, tokens
from admin_api.answers import naming
from core import audit, db, idempotency, queue
from core.errors import DomainError, Forbidden, NotFound
from parties import users
from parties.users import Identity

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


class SignInFirst(DomainError):
    """The request carries no valid access token."""

    code = "NOT_SIGNED_IN"
    status = 401
    detail = "Sign in first: the access token is missing, wrong or expired."


def operation(roles: frozenset[str], *, idempotent: bool = False, snapshot: bool = False) -> Callable[[View], View]:
    """Guard a view: the caller's role must be in `roles`. The view gets `session` first, committed after it answers.

    With `idempotent` the request needs an Idempotency-Key and a retry gets the first answer. With `snapshot` the view
    only reads, and all that it reads is of one moment.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            who = caller()
            if not request.path.isprintable():  # what cannot be seen is in no id, and NUL not in the database
                raise NotFound
            answer = db.run(
                lambda session: _answer(session, who, roles, lambda: view(session, *args, **kwargs), idempotent),
                who.org_id,
                snapshot=snapshot,
            )
            if request.method not in SAFE:
                queue.hint_soon("send")  # what was said to a shop is committed now; the sweeper would take seconds
            return answer

        guarded.roles = roles  # type: ignore[attr-defined]
        guarded._apidoc = {**getattr(view, "_apidoc", {})}  # type: ignore[attr-defined]
        _describe(guarded, idempotent)
        return guarded  # type: ignore[return-value]

    return guard


def public(view: View) -> View:
    """Say that anybody may call this view (signing in)."""
    view.roles = frozenset({"anybody"})  # type: ignore[attr-defined]
    return view


def caller() -> Identity:
    """Who calls. Raises SignInFirst."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise SignInFirst
    try:
        return tokens.read(token.strip())
    except tokens.NotSignedIn as error:
        raise SignInFirst from error


def require_declared(app: Flask) -> None:
    """Refuse to start when a route names nobody who may call it, or does not say what it answers."""
    if forgotten := undeclared(app):
        raise RuntimeError(f"routes without a permission: {', '.join(forgotten)}")
    if silent := undescribed(app):
        raise RuntimeError(f"routes without an answer that is described: {', '.join(silent)}")


def undeclared(app: Flask) -> list[str]:
    """API routes whose view names no roles; must be empty."""
    return [where for where, view in _views(app) if not hasattr(view, "roles")]


def undescribed(app: Flask) -> list[str]:
    """API routes whose view has no described answer (see spec.Blueprint.response); must be empty."""
    return [where for where, view in _views(app) if not getattr(view, "_apidoc", {}).get("success_status_codes")]


def _views(app: Flask) -> Iterator[tuple[str, Any]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api-docs.openapi_json":
            yield rule.rule, app.view_functions[rule.endpoint]


def _answer(
    session: Session, who: Identity, roles: frozenset[str], call: Callable[[], Any], idempotent: bool
) -> Response:
    who = users.identity(session, who.user_id)  # disabled or demoted: what the token says is out of date at once
    if who.role not in roles:
        raise Forbidden(f"This needs one of these roles: {', '.join(sorted(roles))}.")
    audit.act_as(audit.Actor(users.public_id(who.user_id), g.request_id))
    g.who = who
    naming.start(session, who)
    if not idempotent:
        return make_response(call())
    route, key = f"{request.method} {request.path}", request.headers.get("Idempotency-Key")
    replay = idempotency.claim(session, who.user_id, route, key, request.get_data(cache=True))
    if replay:
        return _replayed(replay)
    response = make_response(call())
    idempotency.complete(session, who.user_id, route, key or "", response.status_code, response.get_json())
    return response


def _replayed(replay: idempotency.StoredAnswer) -> Response:
    response = make_response(replay.answer, replay.status)
    response.headers["Idempotent-Replayed"] = "true"
    if replay.status >= 400:
        response.mimetype = problems.TYPE
    return response


def _describe(guarded: Any, idempotent: bool) -> None:
    manual = guarded._apidoc.setdefault("manual_doc", {})
    manual["security"] = [{"token": []}]
    refusals = manual.setdefault("responses", {})
    refusals |= {"401": "UNAUTHORIZED", "403": "FORBIDDEN"}
    if idempotent:
        refusals |= {"400": "BAD_REQUEST", "409": "CONFLICT"}
        header = {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "maxLength": idempotency.MAX_KEY},
            "description": "A retry with the same key and body gets the first answer and has no second effect.",
        }
        manual["parameters"] = [*manual.get("parameters", []), header]

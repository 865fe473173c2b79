"""The composition root: builds the web application from its doors. Imported by the entry points and by nobody else.

`follow` is what every process names to `core.events` before its first unit of work.
"""

import re

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

import admin_api
import console
from admin_api import payment_webhooks
from bot import callbacks, webhook
from consequences.following import follow
from core import audit, events, logs, settings

__all__ = ["create_app", "follow"]

MAX_BODY_BYTES = 1024 * 1024  # the webhooks have a smaller limit of their own
NAME = re.compile(r"<(?:any\((\w+)[^>]*|[^>]*)>")  # in a route; of a choice its first word
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class NoSessions(SessionInterface):
    """Flask keeps nothing in cookies: the console's holds a token of the database, the rest signs or bears one."""

    def open_session(self, app: Flask, request: Request) -> None:
        """No session."""


def create_app() -> Flask:
    """The WSGI application. Refuses to start when the settings or a flow are wrong."""
    current = settings.current()
    logs.configure()
    events.follow_with(follow)
    app = Flask("bahi", static_folder=None)
    app.session_interface = NoSessions()
    app.config.update(
        SECRET_KEY=current.secret_key,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.before_request(_forget_actor)
    app.register_blueprint(webhook.blueprint)
    app.register_blueprint(callbacks.blueprint)
    app.register_blueprint(payment_webhooks.blueprint)
    console.register(app)
    admin_api.register(app)
    app.register_error_handler(HTTPException, _tell)
    _keep_to_addresses(app)
    return app


def _keep_to_addresses(app: Flask) -> None:
    """An address has the methods of its own route and no other's.

    A router that meets a method which a route has not goes on to wider ones: PUT of `/stock/A1/movements` would count
    a product `A1/movements`, and DELETE of it would be told what may be done with that.
    """
    adapter = app.url_map.bind("")
    wider = {
        other
        for rule in {rule.rule for rule in app.url_map.iter_rules()}
        for other in _routes(adapter, NAME.sub(lambda name: name[1] or "1", rule)).keys() - {rule}
    }

    def keep() -> Response | None:
        is_refused = isinstance(request.routing_exception, MethodNotAllowed)
        is_options = request.method == "OPTIONS"
        if not (is_refused or is_options or (request.url_rule and request.url_rule.rule in wider)):
            return None
        routes = _routes(adapter, request.path)
        allowed = sorted(routes[min(routes, key=_breadth)]) if routes else []
        if is_options and allowed:
            return Response(headers={"Allow": ", ".join(allowed)})
        if allowed and request.method not in allowed:
            raise MethodNotAllowed(allowed)
        return None

    app.before_request(keep)


def _routes(adapter: MapAdapter, path: str) -> dict[str, set[str]]:
    """The routes that take this path, each with its methods."""
    found: dict[str, set[str]] = {}
    for verb in VERBS:
        try:
            rule, _ = adapter.match(path, verb, return_rule=True)
        except (NotFound, MethodNotAllowed, RequestRedirect):
            continue
        found.setdefault(rule.rule, set()).update(rule.methods or ())
    return found


def _breadth(route: str) -> tuple[int, int, int]:
    """How much a route takes: any path, any name, the fewest words of its own."""
    return route.count("<path:"), route.count("<"), -route.count("/")


def _tell(error: HTTPException) -> BaseResponse:
    """What no route takes is told as the door that was knocked at speaks: a page, or JSON."""
    tell = console.problems.from_http if request.path.startswith(console.PREFIX) else admin_api.problems.from_http
    return tell(error)


def _forget_actor() -> None:
    """A thread serves one request after another: nobody acts in the name of the request before, or its organisation."""
    audit.act_as(audit.SYSTEM)

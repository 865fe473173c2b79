"""The composition root: builds the web application from its doors. Imported by the entry points and by nobody else.

`follow` is what every process names to `core.events` before its first unit of work.
"""

from flask import Flask, Request, request
from flask.sessions import SessionInterface
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

import admin_api
import console
from admin_api import payment_webhooks
from bot import callbacks, webhook
from consequences.following import follow
from core import audit, events, logs, settings

__all__ = ["create_app", "follow"]

MAX_BODY_BYTES = 1024 * 1024  # the webhooks have a smaller limit of their own


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
    return app


def _tell(error: HTTPException) -> BaseResponse:
    """What no route takes is told as the door that was knocked at speaks: a page, or JSON."""
    tell = console.problems.from_http if request.path.startswith(console.PREFIX) else admin_api.problems.from_http
    return tell(error)


def _forget_actor() -> None:
    """A thread serves one request after another: nobody acts in the name of the request before, or its organisation."""
    audit.act_as(audit.SYSTEM)

"""The composition root: builds the web application from its doors. Imported by the entry points and by nobody else."""

from flask import Flask, Request
from flask.sessions import SessionInterface

import admin_api
import console
from admin_api import payment_webhooks
from bot import callbacks, webhook
from core import audit, logs, settings

MAX_BODY_BYTES = 1024 * 1024  # the webhooks have a smaller limit of their own


class NoSessions(SessionInterface):
    """Flask keeps nothing in cookies: the console's holds a token of the database, the rest signs or bears one."""

    def open_session(self, app: Flask, request: Request) -> None:
        """No session."""


def create_app() -> Flask:
    """The WSGI application. Refuses to start when the settings or a flow are wrong."""
    current = settings.current()
    logs.configure()
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
    return app


def _forget_actor() -> None:
    """A thread serves one request after another: nobody acts in the name of the request before, or its organisation."""
    audit.act_as(audit.SYSTEM)

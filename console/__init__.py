"""The pages of founders and staff. They call the domain, as every door does.

Pages are made on the server and work without scripts: every action is a form. What a browser must prove is in
`access`; what is behind a link for shops and for monitoring (documents, pay pictures, health) needs no signing in.
"""

from flask import Blueprint, Flask, abort, redirect, url_for
from werkzeug.wrappers import Response as Answer

from console import access, documents, frames, health, learned_names, pay_pictures, problems, retailers, signing_in

PREFIX = "/console"
PAGES = (signing_in, retailers, learned_names)


def register(app: Flask) -> None:
    """Add the pages, the shared documents and the health checks to the application."""
    for module in (documents, pay_pictures, health):
        app.register_blueprint(module.blueprint)
    app.register_blueprint(_pages())
    access.require_guarded(app)


def _pages() -> Blueprint:
    pages = Blueprint("console", __name__, url_prefix=PREFIX, static_folder="static", template_folder="templates")
    access.protect(pages)
    problems.register(pages)
    frames.register(pages)
    for module in PAGES:
        pages.register_blueprint(module.blueprint)
    pages.add_url_rule("/", view_func=home, strict_slashes=False)
    pages.add_url_rule("/<path:_elsewhere>", view_func=nowhere)
    return pages


def home() -> Answer:
    """The first page."""
    return redirect(url_for("console.retailers.list_retailers"))


def nowhere(_elsewhere: str) -> Answer:
    """No page has this address: told as a page, not as JSON."""
    abort(404)

"""Who sees which page: `@page(roles)` finds the signed-in browser, opens the one transaction and checks the role.

A form is taken only from our own pages: the browser says where it comes from, sends the cookie to nobody else's pages
(SameSite=Strict), and the form carries a key made of its session. Reading changes nothing.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from core import audit, crypto, db, settings
from core.errors import Forbidden
from parties import console_sessions, organisations, sessions, users
from parties.users import Identity, WrongCredentials

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = {f"console.{name}" for name in ("static", "home", "nowhere", "signing_in.ask", "signing_in.sign_in")}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not name the origin of our own forms
    "X-Robots-Tag": "noindex, nofollow",
}

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page: `form_key` goes into its forms, `timezone` is the business's."""

    who: Identity
    business: str
    timezone: str
    form_key: str

    def may(self, roles: frozenset[str]) -> bool:
        """True when the visitor's role is one of these."""
        return self.who.role in roles


def page(roles: frozenset[str]) -> Callable[[View], View]:
    """Guard a view, which gets `session` first. Who is not signed in is asked to, and led back to the page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Answer:
            try:
                return db.run(
                    lambda session: _answer(session, token(), roles, lambda: view(session, *args, **kwargs)),
                    sessions.organisation(token()),
                )
            except WrongCredentials:
                lost = None if request.method in SAFE else "1"
                return redirect(url_for("console.signing_in.ask", next=_here(), lost=lost), 303)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def protect(pages: Blueprint) -> None:
    """Refuse forms of other sites on all these pages, and tell browsers what the pages may load."""
    pages.before_request(_refuse_foreign_forms)
    pages.after_request(add_headers)


def add_headers(answer: Response) -> Response:
    """What every page tells browsers, error pages too."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def require_guarded(app: Flask) -> None:
    """Refuse to start when a page names nobody who may see it: forgetting opens no door."""
    pages = [rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/console")]
    if forgotten := [name for name in pages if name not in OPEN and not hasattr(app.view_functions[name], "roles")]:
        raise RuntimeError(f"pages without a permission: {', '.join(forgotten)}")


def is_signed_in() -> bool:
    """Whether this browser has a session that holds."""
    try:
        org_id = sessions.organisation(token())
        db.run(lambda session: console_sessions.resume(session, token()), org_id)
    except WrongCredentials:
        return False
    return True


def token() -> str:
    """What this browser's cookie holds."""
    return request.cookies.get(cookie_name(), "")


def remember(answer: Answer, started: str) -> None:
    """Put a session's token into the browser, until it is closed."""
    answer.set_cookie(cookie_name(), started, httponly=True, secure=_is_secure(), samesite="Strict", path="/")


def forget(answer: Answer) -> None:
    """Take the token out of the browser."""
    answer.delete_cookie(cookie_name(), httponly=True, secure=_is_secure(), samesite="Strict", path="/")


def cookie_name() -> str:
    """`__Host-` lets no other host of the domain set it; browsers take such a cookie over https alone."""
    return "__Host-bahi" if _is_secure() else "bahi"


def _answer(session: Session, token: str, roles: frozenset[str], call: Callable[[], Any]) -> Response:
    who = console_sessions.resume(session, token)
    business = organisations.get(session)
    g.visitor = Visitor(who, business.name, business.timezone, crypto.fingerprint(f"form|{token}"))
    if not g.visitor.may(roles):
        raise Forbidden(f"This needs one of these roles: {', '.join(sorted(roles))}.")
    if request.method not in SAFE:
        _check_form_key(g.visitor.form_key)
    audit.act_as(audit.Actor(users.public_id(who.user_id), g.request_id))
    return make_response(call())


def _check_form_key(expected: str) -> None:
    if not hmac.compare_digest(request.form.get("form_key", "").encode(), expected.encode()):
        raise Forbidden("This form is out of date. Go back, load the page again and repeat.")


def _refuse_foreign_forms() -> None:
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    # a browser that names no origin says at least whether it is its own
    is_ours = origin in _our_origins() if origin else request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not is_ours:
        raise Forbidden(f"This form does not come from the console at {settings.current().public_base_url}.")


def _our_origins() -> set[str]:
    """Where the console is opened: PUBLIC_BASE_URL, whatever a proxy makes of the Host; elsewhere while trying it."""
    address = urlsplit(settings.current().public_base_url)
    ours = {f"{address.scheme}://{address.netloc}"}
    return ours if settings.current().is_production else ours | {request.host_url.rstrip("/")}


def _here() -> str | None:
    """The page to come back to: this one, or the one with the form."""
    if request.method in SAFE:
        return request.full_path if request.query_string else request.path
    form = request.referrer or ""
    return next((form.removeprefix(origin) for origin in _our_origins() if form.startswith(f"{origin}/")), None)


def _is_secure() -> bool:
    return settings.current().is_production or request.is_secure

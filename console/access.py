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

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from core import audit, crypto, db, settings
from core.errors import Forbidden, NotFound
from parties import console_sessions, organisations, sessions, users
from parties.users import Identity, WrongCredentials

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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
            token = request.cookies.get(cookie_name(), "")
            try:
                return db.run(
                    lambda session: _answer(session, token, roles, lambda: view(session, *args, **kwargs)),
                    sessions.organisation(token),
                )
            except WrongCredentials:
                back = request.full_path.rstrip("?") if request.method in SAFE else None
                return redirect(url_for("console.signing_in.ask", next=back), 303)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return guard


def protect(pages: Blueprint) -> None:
    """Refuse forms of other sites on all these pages, and tell browsers what the pages may load."""
    pages.before_request(_refuse_foreign_forms)
    pages.after_request(_add_headers)


def remember(answer: Answer, token: str) -> None:
    """Put a session's token into the browser, until it is closed."""
    answer.set_cookie(cookie_name(), token, httponly=True, secure=_is_secure(), samesite="Strict", path="/")


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
    if not request.path.isprintable():
        raise NotFound
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
    origin = request.headers.get("Origin", "")
    is_ours = urlsplit(origin).netloc == request.host if origin else _comes_from_here()
    if not is_ours:
        raise Forbidden("This form does not come from the console.")


def _comes_from_here() -> bool:
    """Browsers that name no origin say at least whether it is their own."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"


def _add_headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _is_secure() -> bool:
    return settings.current().public_base_url.startswith("https://")

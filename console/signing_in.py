"""Signing in with e-mail and password, and out."""

from urllib.parse import unquote

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from console import access
from core import db
from core.errors import DomainError
from parties import console_sessions, users
from parties.roles import EVERYBODY
from parties.users import TooManyTries, WrongCredentials

LONGEST_EMAIL, LONGEST_ADDRESS = 254, 2_000

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/sign-in")
def ask() -> Answer:
    """The form; `next` is the page that was asked for, shown at once to a browser that is signed in already.

    That is so when a link from elsewhere led here: the browser sent no cookie with it, and does when it loads again.
    """
    return redirect(_after(), 303) if access.is_signed_in() else make_response(_form())


@blueprint.post("/sign-in")
def sign_in() -> Answer:
    """Sign this browser in and show the page that was asked for; a refusal keeps what was typed but the password."""
    try:
        who = users.authenticate(request.form.get("email", "")[:LONGEST_EMAIL], request.form.get("password", ""))
    except (WrongCredentials, TooManyTries) as refusal:
        return make_response(_form(refusal), refusal.status)
    with db.transaction(who.org_id) as session:
        console_sessions.end(session, access.token())
        started = console_sessions.start(session, who.user_id)
    answer = redirect(_after(), 303)
    access.remember(answer, started)
    return answer


@blueprint.post("/sign-out")
@access.page(EVERYBODY)
def sign_out(session: Session) -> Answer:
    """End this browser's session; its token is worth nothing afterwards."""
    console_sessions.end(session, access.token())
    answer = redirect(url_for("console.signing_in.ask"), 303)
    access.forget(answer)
    return answer


def _form(refusal: DomainError | None = None) -> str:
    return render_template(
        "console/sign_in.html",
        refusal=refusal,
        email=request.form.get("email", "")[:LONGEST_EMAIL],
        next=request.values.get("next", "")[:LONGEST_ADDRESS],
        lost=request.args.get("lost"),
    )


def _after() -> str:
    """Only a page of the console: a link must not lead through our sign-in to somewhere else."""
    wanted, home = request.values.get("next", "")[:LONGEST_ADDRESS], url_for("console.home")
    path = unquote(wanted.partition("?")[0])
    is_ours = path.startswith(home) and wanted.isprintable() and not any(part in path for part in ("\\", "//", ".."))
    return wanted if is_ours and path != url_for("console.signing_in.ask") else home

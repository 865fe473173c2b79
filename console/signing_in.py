"""Signing in with e-mail and password, and out."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from console import access
from core import db
from core.errors import DomainError
from parties import console_sessions, users
from parties.roles import EVERYBODY
from parties.users import TooManyTries, WrongCredentials

blueprint = Blueprint("signing_in", __name__)


@blueprint.get("/sign-in")
def ask() -> str:
    """The form; `next` is the page that was asked for."""
    return _form()


@blueprint.post("/sign-in")
def sign_in() -> Answer:
    """Sign this browser in and show the page that was asked for; a refusal keeps what was typed but the password."""
    try:
        who = users.authenticate(request.form.get("email", ""), request.form.get("password", ""))
    except (WrongCredentials, TooManyTries) as refusal:
        return make_response(_form(refusal), refusal.status)
    with db.transaction(who.org_id) as session:
        token = console_sessions.start(session, who.user_id)
    answer = redirect(_after(), 303)
    access.remember(answer, token)
    return answer


@blueprint.post("/sign-out")
@access.page(EVERYBODY)
def sign_out(session: Session) -> Answer:
    """End this browser's session; its token is worth nothing afterwards."""
    console_sessions.end(session, request.cookies[access.cookie_name()])
    answer = redirect(url_for("console.signing_in.ask"), 303)
    access.forget(answer)
    return answer


def _form(refusal: DomainError | None = None) -> str:
    return render_template(
        "console/sign_in.html",
        refusal=refusal,
        email=request.form.get("email", ""),
        next=request.values.get("next", ""),
    )


def _after() -> str:
    """Only a page of the console: a link must not lead through our sign-in to somewhere else."""
    wanted, home = request.form.get("next", ""), url_for("console.home")
    is_ours = wanted.startswith(home) and wanted.isprintable() and "\\" not in wanted and "//" not in wanted
    return wanted if is_ours else home

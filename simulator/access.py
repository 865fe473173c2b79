"""Who may call: Twilio's basic auth for the REST part, this machine's own browser for the rest; and the log."""

import hmac
import time
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, jsonify, request

from simulator.clock import Clock
from simulator.errors import Refusal
from simulator.records import Call, chat_id, phone_of
from simulator.settings import Settings
from simulator.webhooks import SHOWN_ANSWER_CHARACTERS
from simulator.world import World

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


def guard_rest(blueprint: Blueprint, world: World) -> None:
    """Ask for the account's credentials on every call of this blueprint and show the call in the inspector."""

    @blueprint.before_request
    def check() -> None:
        g.started = time.monotonic()
        _check_credentials(world.settings)

    @blueprint.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> tuple[Response, int]:
        return jsonify(refusal.to_json()), refusal.status

    @blueprint.after_request
    def remember(response: Response) -> Response:
        world.state.add_call(_call(response, world.clock))
        return response


def _check_credentials(settings: Settings) -> None:
    given = request.authorization
    user, password = (given.username or "", given.password or "") if given else ("", "")
    pairs = [(settings.account_sid, token) for token in settings.auth_tokens]
    pairs += [settings.api_key] if settings.api_key else []
    if not any(user == name and hmac.compare_digest(password.encode(), s.encode()) for name, s in pairs):
        raise Refusal(20003)
    account = (request.view_args or {}).get("account_sid", settings.account_sid)
    if account != settings.account_sid:
        raise Refusal(20404)


def _call(response: Response, clock: Clock) -> Call:
    sent = request.form.to_dict(flat=False) or {"json": [request.get_data(as_text=True)]}
    form = {key: " | ".join(values) for key, values in sent.items() if any(values)}
    chat = chat_id(phone_of(form["To"]), phone_of(form["From"])) if "To" in form and "From" in form else ""
    answer = "" if response.direct_passthrough else response.get_data(as_text=True)
    return Call(
        at=clock.now(),
        to_app=False,
        method=request.method,
        path=request.full_path.rstrip("?"),
        status=response.status_code,
        milliseconds=round((time.monotonic() - g.started) * 1000) if "started" in g else 0,
        form=form,
        note=_what(request.path, request.method),
        answer=answer[:SHOWN_ANSWER_CHARACTERS],
        chat_id=chat,
    )


def _what(path: str, method: str) -> str:
    if path.endswith("/Messages.json"):
        return "App sends a message" if method == "POST" else "App lists messages"
    for part, words in (
        ("/Indicators/Typing", "App shows typing"),
        ("/ApprovalRequests", "Template approval"),
        ("/Content", "Content resource"),
        ("/Media", "App fetches media"),
    ):
        if part in path:
            return words
    return "App asks about a message"


def guard_page(app: Flask) -> None:
    """Refuse pages under foreign host names (DNS rebinding) and writes that a foreign site could post."""

    @app.before_request
    def check() -> tuple[str, int] | None:
        is_page = request.path == "/" or request.path.startswith(("/__/", "/static/"))
        if is_page and urlsplit(f"//{request.host}").hostname not in LOCAL_HOSTS:
            return "The simulator answers on this machine only.", 403
        if request.path.startswith("/__/") and request.method == "POST" and not request.is_json:
            return "Send JSON.", 415
        return None

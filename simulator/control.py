"""The control API under /__/: what the page and the tests use to play the people, the clock and the faults."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import NotFound

from simulator.clock import ClockRefused, india_time
from simulator.inbound import InboundRefused
from simulator.media import MediaRefused
from simulator.records import Message
from simulator.world import World

CLOCK_STEPS = {"hour": "1 hour", "day": "1 day"}


class BadRequest(ValueError):
    """The control API was asked for something it cannot do; the text says what."""


def blueprint(world: World) -> Blueprint:
    bp = Blueprint("control", __name__, url_prefix="/__")
    _speaking_routes(bp, world)
    _looking_routes(bp, world)
    _setting_routes(bp, world)

    def explain(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    for kind in (InboundRefused, MediaRefused, ClockRefused, ValueError):
        bp.register_error_handler(kind, explain)
    return bp


def _speaking_routes(bp: Blueprint, world: World) -> None:
    @bp.post("/inbound")
    def inbound() -> Response:
        body = _json()
        said = world.inbound.said(body)
        sid, status = world.inbound.send(said, is_spoiled=bool(body.get("bad_signature")))
        return jsonify(message_sid=sid, status=status, chat=said.person.chat_id)

    @bp.post("/replay")
    def replay() -> Response:
        body = _json()
        sid = str(body.get("message_sid") or "") or _last_inbound(world, str(body.get("chat") or ""))
        status = world.inbound.replay(sid, is_spoiled=bool(body.get("bad_signature")))
        return jsonify(message_sid=sid, status=status)


def _last_inbound(world: World, chat: str) -> str:
    sids = [message.sid for message in world.state.chat(chat) if message.is_from_person]
    if not sids:
        raise InboundRefused("Send a message first, then it can be sent again")
    return sids[-1]


def _looking_routes(bp: Blueprint, world: World) -> None:
    @bp.get("/outbox")
    def outbox() -> Response:
        to = request.args.get("to", "").removeprefix("whatsapp:").strip()
        to = "+" + to if to.isdigit() else to  # an unescaped plus sign arrives as a space
        sent = (m for m in world.state.all_messages() if not m.is_from_person)
        return jsonify(messages=[_sent(m) for m in sent if to in ("", m.phone)])

    @bp.get("/calls")
    def calls() -> Response:
        return jsonify(calls=[call.to_json() for call in world.state.all_calls()])

    @bp.get("/media/<sid>")
    @bp.get("/media/<sid>/<name>")
    def media(sid: str, name: str = "") -> Response:
        message, data = world.state.messages.get(sid), world.media.read(sid)
        if message is None or data is None or not message.media_type:
            raise NotFound
        response = Response(data, content_type=message.media_type)
        response.headers["Content-Disposition"] = "inline"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _sent(message: Message) -> dict[str, Any]:
    names = ("sid", "body", "text", "status", "statuses", "error_code", "media_url", "content_sid")
    row = {name: getattr(message, name) for name in names}
    row |= {"content_variables": message.content_variables, "rendered": message.rendered, "form": message.form}
    return row | {"to": message.phone, "from": message.business_number, "at": message.at.isoformat()}


def _setting_routes(bp: Blueprint, world: World) -> None:
    @bp.get("/people")
    def people() -> Response:
        return jsonify(people=[{**asdict(p), "chat": p.chat_id} for p in world.people.all()])

    @bp.post("/people")
    def add_person() -> Response:
        person = world.people.add(_json())
        return jsonify(**asdict(person), chat=person.chat_id)

    @bp.route("/faults", methods=["GET", "POST"])
    def faults() -> Response:
        if request.method == "POST":
            world.faults.change(_json())
        return jsonify(world.faults.to_json())

    @bp.route("/clock", methods=["GET", "POST"])
    def clock() -> Response:
        if request.method == "POST":
            world.clock.move(*_clock_arguments(_json()))
        return jsonify(now=world.clock.now().isoformat(), offset_seconds=world.clock.offset_seconds())

    @bp.post("/reset")
    def reset() -> Response:
        world.state.reset()
        world.faults.clear()
        return jsonify(ok=True)


def _clock_arguments(body: dict[str, Any]) -> list[str]:
    """The `bahi clock` arguments for {"advance": "hour"|"day"|"3 days"}, {"set": local time} or {"reset": true}."""
    if body.get("reset"):
        return ["reset"]
    if body.get("set"):
        return ["set", india_time(str(body["set"])).isoformat()]
    step = str(body.get("advance") or "")
    if not step:
        raise BadRequest("Give advance, set or reset")
    if step.startswith("-"):
        raise BadRequest("The clock only moves forward; use reset to come back")
    return ["advance", CLOCK_STEPS.get(step, step)]


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object")
    return body

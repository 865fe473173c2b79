"""The page a visitor sees, and the poll that keeps it fresh: 204 when nothing is new."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from simulator import view
from simulator.records import Person
from simulator.world import World

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def blueprint(world: World) -> Blueprint:
    bp = Blueprint("page", __name__)
    seen = view.SeenCounts()

    @bp.get("/")
    def page() -> str:
        return render_template("page.html", **_everything(world, request.args.get("chat", ""), seen))

    @bp.get("/__/poll")
    def poll() -> tuple[str, int] | Response:
        chat = request.args.get("chat", "")
        if request.args.get("since") == view.version(world, chat):
            return "", 204
        parts = _everything(world, chat, seen)
        return jsonify(
            version=parts["version"],
            now_ms=parts["now_ms"],
            **{name: render_template(f"_{name}.html", **parts) for name in ("clock", "people", "head", "chat")},
            calls=render_template("_calls.html", **parts),
        )

    @bp.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return bp


def _everything(world: World, wanted: str, seen: view.SeenCounts) -> dict[str, Any]:
    person: Person | None = world.people.get(wanted)
    chat = person.chat_id if person else ""
    # The version is taken first: a change while drawing shows up at the next poll instead of being lost.
    version = view.version(world, chat)
    return {
        "version": version,
        "now_ms": round(world.clock.now().timestamp() * 1000),
        "person": person,
        "avatar": view.avatar(person) if person else None,
        "chat_id": chat,
        "bubbles": view.bubbles(world, chat) if chat else [],
        "is_typing": view.is_typing(world, chat),
        "window": view.window(world, chat),
        "people": view.people(world, chat, seen),
        "clock": view.clock(world),
        "calls": view.calls(world),
        "faults": world.faults.to_json(),
        "business_numbers": world.people.business_numbers(),
        "app_url": world.settings.app_url,
    }

"""Twilio's Content API: content resources and their WhatsApp approval, decided at once."""

import re
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from simulator import content as content_rules
from simulator.access import guard_rest
from simulator.errors import Refusal
from simulator.records import new_sid
from simulator.world import World

TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = {"UTILITY", "MARKETING", "AUTHENTICATION"}


def blueprint(world: World) -> Blueprint:
    bp = Blueprint("content", __name__, url_prefix="/v1/Content")
    guard_rest(bp, world)
    _content_routes(bp, world)
    _approval_routes(bp, world)
    return bp


def _content_routes(bp: Blueprint, world: World) -> None:
    @bp.post("")
    def create() -> tuple[Response, int]:
        return jsonify(public(create_content(world, _json()))), 201

    @bp.get("")
    def listing() -> Response:
        return jsonify(_page(world))

    @bp.get("/<sid>")
    def one(sid: str) -> Response:
        return jsonify(public(find(world, sid)))

    @bp.delete("/<sid>")
    def delete(sid: str) -> tuple[str, int]:
        with world.state.changing():
            del world.state.contents[find(world, sid)["sid"]]
        return "", 204


def _approval_routes(bp: Blueprint, world: World) -> None:
    @bp.post("/<sid>/ApprovalRequests/whatsapp")
    def submit(sid: str) -> tuple[Response, int]:
        return jsonify(submit_for_approval(world, find(world, sid), _json())), 201

    @bp.get("/<sid>/ApprovalRequests")
    def approval(sid: str) -> Response:
        content = find(world, sid)
        links = {key: public(content)[key] for key in ("sid", "account_sid", "url")}
        return jsonify({**links, "whatsapp": _approval(content)})


def _json() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Refusal(20001, "The body must be a JSON object")
    return body


def find(world: World, sid: str) -> dict[str, Any]:
    content = world.state.contents.get(sid)
    if content is None:
        raise Refusal(20404)
    return content


def create_content(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Store a content resource. Raises Refusal when it breaks a limit of its type."""
    problem = content_rules.problem_in(body)
    if problem:
        raise Refusal(20001, problem)
    now = _timestamp(world.clock.now())
    content = {
        "sid": new_sid("HX"),
        "account_sid": world.settings.account_sid,
        "friendly_name": body.get("friendly_name"),
        "language": body["language"],
        "variables": body.get("variables") or {},
        "types": body["types"],
        "date_created": now,
        "date_updated": now,
    }
    with world.state.changing():
        world.state.contents[content["sid"]] = content
    return content


def submit_for_approval(world: World, content: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Answer "received"; the decision can be read at once. Raises Refusal on a bad name or category."""
    name, category = str(body.get("name") or ""), body.get("category")
    if not TEMPLATE_NAME.fullmatch(name) or category not in CATEGORIES:
        raise Refusal(20001, "name is lower-case letters, digits and _; category UTILITY, MARKETING or AUTHENTICATION")
    reason = content_rules.rejection_reason(content)
    if world.faults.reject_templates:
        reason = reason or "Rejected on purpose by the simulator's fault menu"
    status = "rejected" if reason else "approved"
    approval = {"name": name, "category": category, "status": status, "rejection_reason": reason}
    with world.state.changing():
        content["approval"] = approval
    return {**_approval(content), "status": "received", "rejection_reason": ""}


def _approval(content: dict[str, Any]) -> dict[str, Any]:
    unsubmitted = {"name": "", "category": "", "status": "unsubmitted", "rejection_reason": ""}
    return {
        "type": "whatsapp",
        "content_type": content_rules.main_type(content),
        "allow_category_change": True,
        **(content.get("approval") or unsubmitted),
    }


def public(content: dict[str, Any]) -> dict[str, Any]:
    """A content resource as Twilio shows it."""
    url = f"https://content.twilio.com/v1/Content/{content['sid']}"
    links = {"approval_create": f"{url}/ApprovalRequests/whatsapp", "approval_fetch": f"{url}/ApprovalRequests"}
    shown = {key: value for key, value in content.items() if key != "approval"}
    return {**shown, "url": url, "links": links}


def _page(world: World) -> dict[str, Any]:
    size = min(max(request.args.get("PageSize", 50, type=int), 1), 500)
    page = max(request.args.get("Page", 0, type=int), 0)
    rows = list(world.state.contents.values())
    base = "https://content.twilio.com/v1/Content?PageSize="
    has_more = (page + 1) * size < len(rows)
    meta = {
        "page": page,
        "page_size": size,
        "key": "contents",
        "url": f"{base}{size}&Page={page}",
        "first_page_url": f"{base}{size}&Page=0",
        "next_page_url": f"{base}{size}&Page={page + 1}" if has_more else None,
        "previous_page_url": f"{base}{size}&Page={page - 1}" if page else None,
    }
    return {"contents": [public(row) for row in rows[page * size : (page + 1) * size]], "meta": meta}


def _timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

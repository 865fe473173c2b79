"""Twilio's Messages, Media and Typing resources, as the SDK calls them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, request
from werkzeug.datastructures import MultiDict

from simulator import content as content_rules
from simulator.access import guard_rest
from simulator.errors import Refusal, plain_reason
from simulator.records import FROM_APP, Message, new_sid, phone_of
from simulator.refusals import Senders, check_message
from simulator.world import World

MAX_PAGE_SIZE = 1000
TYPING_LASTS = timedelta(seconds=25)
ACCOUNT = "/2010-04-01/Accounts/<account_sid>"


def blueprint(world: World) -> Blueprint:
    bp = Blueprint("twilio", __name__)
    guard_rest(bp, world)
    _message_routes(bp, world)
    _media_routes(bp, world)

    @bp.post("/v2/Indicators/Typing.json")
    def typing() -> Response:
        return jsonify({"success": show_typing(world, request.form)})

    return bp


def _message_routes(bp: Blueprint, world: World) -> None:
    @bp.post(ACCOUNT + "/Messages.json")
    def create(account_sid: str) -> tuple[Response, int]:
        return jsonify(public(create_message(world, request.form), account_sid)), 201

    @bp.get(ACCOUNT + "/Messages.json")
    def listing(account_sid: str) -> Response:
        return jsonify(page_of_messages(world, account_sid))

    @bp.route(ACCOUNT + "/Messages/<sid>.json", methods=["GET", "POST"])
    def one(account_sid: str, sid: str) -> Response:
        message = find(world, sid)
        if request.method == "POST":
            change_message(world, message, request.form)
        return jsonify(public(message, account_sid))

    @bp.delete(ACCOUNT + "/Messages/<sid>.json")
    def delete(account_sid: str, sid: str) -> tuple[str, int]:
        with world.state.changing():
            del world.state.messages[find(world, sid).sid]
        return "", 204


def _media_routes(bp: Blueprint, world: World) -> None:
    @bp.get(ACCOUNT + "/Messages/<sid>/Media.json")
    def media_list(account_sid: str, sid: str) -> Response:
        message = find(world, sid)
        rows = [media_json(message, account_sid)] if message.media_type else []
        return jsonify({"media_list": rows, **paging(0, 50, len(rows))})

    @bp.get(ACCOUNT + "/Messages/<sid>/Media/<media_sid>.json")
    def media(account_sid: str, sid: str, media_sid: str) -> Response:
        return jsonify(media_json(find(world, sid, media_sid), account_sid))

    @bp.get(ACCOUNT + "/Messages/<sid>/Media/<media_sid>")
    def media_bytes(account_sid: str, sid: str, media_sid: str) -> Any:
        # As with Twilio, the bytes are a redirect away, at an address that needs no credentials.
        return redirect(f"/__/media/{find(world, sid, media_sid).sid}", code=307)

    @bp.delete(ACCOUNT + "/Messages/<sid>/Media/<media_sid>.json")
    def delete_media(account_sid: str, sid: str, media_sid: str) -> tuple[str, int]:
        world.state.update(find(world, sid, media_sid), media_type="", media_url="")
        return "", 204


def create_message(world: World, form: MultiDict[str, str]) -> Message:
    """Accept a message and start its journey. Raises Refusal."""
    if world.faults.use_up("send_429"):
        raise Refusal(20429)
    senders = Senders(world.people.business_numbers(), world.faults.opted_out, world.state.contents)
    variables = check_message(form, senders)
    message = _message(world, form, variables)
    with world.state.changing():
        world.state.typing_until.pop(message.chat_id, None)
    _mark_seen(world, message.chat_id)
    world.state.add_message(message)
    world.delivery.accept(message)
    if world.faults.use_up("send_500_after_accept"):
        raise Refusal(20500)
    return message


def _message(world: World, form: MultiDict[str, str], variables: dict[str, str]) -> Message:
    content_sid, now = form.get("ContentSid", ""), world.clock.now()
    shown = content_rules.rendered(world.state.contents[content_sid], variables) if content_sid else {}
    media_url = shown.get("media", "") if content_sid else form.get("MediaUrl", "")
    return Message(
        sid=new_sid("MM" if media_url or content_sid else "SM"),
        direction=FROM_APP,
        phone=phone_of(form["To"]),
        business_number=phone_of(form["From"]),
        at=now,
        changed_at=now,
        body="" if content_sid else form.get("Body", ""),
        media_url=media_url,
        content_sid=content_sid,
        content_variables=variables,
        rendered=shown,
        callback_url=form.get("StatusCallback", ""),
        statuses=["queued"],
        form=form.to_dict(),
    )


def _mark_seen(world: World, chat: str) -> None:
    for message in world.state.chat(chat):
        if message.is_from_person and not message.is_seen:
            world.state.update(message, is_seen=True)


def show_typing(world: World, form: MultiDict[str, str]) -> bool:
    """The typing dots for 25 seconds; the message named counts as read. Raises Refusal."""
    message = world.state.messages.get(form.get("messageId", ""))
    if form.get("channel") != "whatsapp" or message is None or not message.is_from_person:
        raise Refusal(20001, "channel must be whatsapp and messageId an inbound message")
    with world.state.changing():
        world.state.typing_until[message.chat_id] = datetime.now(UTC) + TYPING_LASTS
    world.state.update(message, is_seen=True)
    return True


def change_message(world: World, message: Message, form: MultiDict[str, str]) -> None:
    """Redact the body, the only change Twilio allows to a message that is on its way. Raises Refusal."""
    if form.get("Body") != "" or form.get("Status"):
        raise Refusal(20001, "Only Body= (redaction) is possible for this message")
    world.state.update(message, body="", rendered={**message.rendered, "body": ""} if message.rendered else {})


def find(world: World, sid: str, media_sid: str = "") -> Message:
    """The message, which must own the media if that is named. Raises Refusal 20404."""
    message = world.state.messages.get(sid)
    if message is None or (media_sid and (not message.media_type or media_sid != f"ME{sid[2:]}")):
        raise Refusal(20404)
    return message


def page_of_messages(world: World, account_sid: str) -> dict[str, Any]:
    """Newest first, filtered by To, From and DateSent, in Twilio's page envelope."""
    rows = [m for m in reversed(world.state.all_messages()) if _matches(m, request.args)]
    size = min(max(request.args.get("PageSize", 50, type=int), 1), MAX_PAGE_SIZE)
    page = max(request.args.get("Page", 0, type=int), 0)
    shown = rows[page * size : (page + 1) * size]
    return {"messages": [public(m, account_sid) for m in shown], **paging(page, size, len(rows))}


def paging(page: int, size: int, total: int) -> dict[str, Any]:
    def address(number: int) -> str:
        query = {**request.args.to_dict(), "PageSize": str(size), "Page": str(number)}
        return f"{request.path}?{urlencode(query)}"

    return {
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": max(min((page + 1) * size, total) - 1, 0),
        "first_page_uri": address(0),
        "next_page_uri": address(page + 1) if (page + 1) * size < total else None,
        "previous_page_uri": address(page - 1) if page else None,
        "uri": address(page),
    }


def _matches(message: Message, wanted: MultiDict[str, str]) -> bool:
    row = _addresses(message)
    if any(wanted.get(name) not in (None, "", row[name.lower()]) for name in ("To", "From")):
        return False
    sent = message.at
    return (
        ("DateSent>" not in wanted or sent >= _moment(wanted["DateSent>"]))
        and ("DateSent<" not in wanted or sent <= _moment(wanted["DateSent<"]))
        and ("DateSent" not in wanted or sent.date() == _moment(wanted["DateSent"]).date())
    )


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal(20001, f"{text} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _addresses(message: Message) -> dict[str, str]:
    person, business = f"whatsapp:{message.phone}", f"whatsapp:{message.business_number}"
    sender, recipient = (person, business) if message.is_from_person else (business, person)
    return {"from": sender, "to": recipient}


def public(message: Message, account_sid: str) -> dict[str, Any]:
    """A message as Twilio's REST API shows it."""
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}"
    is_sent = message.is_from_person or message.status not in ("queued", "failed")
    return {
        "sid": message.sid,
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": message.text,
        **_addresses(message),
        "messaging_service_sid": None,
        "direction": message.direction,
        "status": message.status,
        "date_created": format_datetime(message.at),
        "date_updated": format_datetime(message.changed_at),
        "date_sent": format_datetime(message.at) if is_sent else None,
        "error_code": message.error_code,
        "error_message": plain_reason(message.error_code) or None,
        "num_media": "1" if message.media_url else "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def media_json(message: Message, account_sid: str) -> dict[str, Any]:
    sid = f"ME{message.sid[2:]}"
    return {
        "sid": sid,
        "parent_sid": message.sid,
        "account_sid": account_sid,
        "content_type": message.media_type,
        "date_created": format_datetime(message.at),
        "date_updated": format_datetime(message.changed_at),
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}/Media/{sid}.json",
    }

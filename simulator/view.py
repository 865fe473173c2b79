"""What the page shows, worked out from the state: plain values for the templates."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from simulator import formatting
from simulator.clock import local
from simulator.delivery import approval_status, is_window_open, window_closes_at
from simulator.errors import plain_reason
from simulator.records import Message, Person
from simulator.world import World

AVATAR_COLOURS = 6
SHOWN_MESSAGES = 200
SHOWN_CALLS = 80
TICKS = {
    "queued": ("clock", "Queued"),
    "sent": ("one", "Sent"),
    "delivered": ("two", "Delivered"),
    "read": ("read", "Read"),
    "failed": ("failed", "Failed"),
    "undelivered": ("failed", "Not delivered"),
}
PERSON_TICKS = {"": "sent", "200": "delivered"}


@dataclass(frozen=True)
class Bubble:
    """One message as drawn; `day` is set on the first of each day."""

    message: Message
    day: str
    time: str
    lines: list[Any]
    tick: str
    tick_words: str
    failure: str
    size: str
    is_template: bool


class SeenCounts:
    """How many of the app's messages the page has shown, per chat; forgotten on restart."""

    def __init__(self) -> None:
        self._shown: dict[str, int] = {}

    def mark(self, chat: str, count: int) -> None:
        self._shown[chat] = count

    def unread(self, chat: str, count: int) -> int:
        shown = self._shown.get(chat, 0)
        if count < shown:  # the chats were cleared
            shown = self._shown[chat] = 0
        return count - shown


def bubbles(world: World, chat: str) -> list[Bubble]:
    today, previous, drawn = local(world.clock.now()).date(), None, []
    for message in world.state.chat(chat)[-SHOWN_MESSAGES:]:
        day = local(message.at).date()
        drawn.append(_bubble(world, message, _day_words(day, today) if day != previous else ""))
        previous = day
    return drawn


def _bubble(world: World, message: Message, day: str) -> Bubble:
    tick, words = TICKS[_status_of_person(message) if message.is_from_person else message.status]
    text, content = message.text, world.state.contents.get(message.content_sid)
    return Bubble(
        message=message,
        day=day,
        time=clock_words(message.at),
        lines=formatting.lines(text) if text else [],
        tick=tick,
        tick_words=words,
        failure=_failure(message),
        size=formatting.size(message.media_bytes),
        is_template=content is not None and approval_status(content) == "approved",
    )


def _status_of_person(message: Message) -> str:
    status = PERSON_TICKS.get(message.answer, "failed")
    return "read" if message.is_seen and status == "delivered" else status


def _failure(message: Message) -> str:
    if message.error_code:
        return f"{message.error_code} · {plain_reason(message.error_code)}"
    if message.is_from_person and message.answer not in ("", "200"):
        answer = message.answer
        return f"The app answered {answer}" if answer.isdigit() else "The app gave no answer"
    return ""


def _day_words(day: date, today: date) -> str:
    names = {today: "Today", today - timedelta(days=1): "Yesterday"}
    return names.get(day) or f"{day.day} {day:%B %Y}"


def clock_words(moment: datetime) -> str:
    return f"{local(moment):%H:%M}"


def people(world: World, current: str, seen: SeenCounts) -> list[dict[str, Any]]:
    return [_person_row(world, person, current, seen) for person in world.people.all()]


def _person_row(world: World, person: Person, current: str, seen: SeenCounts) -> dict[str, Any]:
    messages = world.state.chat(person.chat_id)
    from_app = sum(1 for message in messages if not message.is_from_person)
    if person.chat_id == current:
        seen.mark(current, from_app)
    last = messages[-1] if messages else None
    return {
        "person": person,
        "avatar": avatar(person),
        "is_current": person.chat_id == current,
        "unread": seen.unread(person.chat_id, from_app),
        "last": formatting.plain(last.text or last.media_name) if last else "",
        "last_is_mine": bool(last and last.is_from_person),
        "time": _short_time(last.at, world.clock.now()) if last else "",
    }


def _short_time(moment: datetime, now: datetime) -> str:
    at, today = local(moment), local(now).date()
    return f"{at:%H:%M}" if at.date() == today else f"{at.day} {at:%b}"


def avatar(person: Person) -> dict[str, Any]:
    words = [word for word in person.name.split() if word[:1].isalpha()]
    initials = "".join(word[0] for word in words[:2]).upper() or person.phone[-2:]
    return {"initials": initials, "colour": zlib.crc32(person.phone.encode()) % AVATAR_COLOURS}


def window(world: World, chat: str) -> dict[str, Any]:
    """Whether free text is possible, in words, and when that ends (simulated, in milliseconds)."""
    last, now = world.state.last_inbound_at.get(chat), world.clock.now()
    closes = window_closes_at(last)
    if closes is None or not is_window_open(last, now):
        return {"is_open": False, "words": "window closed: templates only", "closes_ms": 0}
    left = formatting.duration(min((closes - now).total_seconds(), 24 * 3600))
    return {
        "is_open": True,
        "words": f"free text possible for {left}",
        "closes_ms": round(closes.timestamp() * 1000),
    }


def clock(world: World) -> dict[str, Any]:
    now = local(world.clock.now())
    offset = world.clock.offset_seconds()
    next_morning = (now + timedelta(days=1)).replace(hour=10, minute=30)
    moved = f"{formatting.duration(abs(offset))} {'ahead' if offset > 0 else 'behind'}" if abs(offset) >= 1 else ""
    return {
        "time": f"{now:%H:%M}",
        "date": f"{now:%A} {now.day} {now:%B %Y}",
        "moved": moved,
        "next_morning": f"{next_morning:%Y-%m-%dT%H:%M}",
    }


def is_typing(world: World, chat: str) -> bool:
    until = world.state.typing_until.get(chat)
    return until is not None and datetime.now(UTC) < until


def version(world: World, chat: str) -> str:
    """Changes whenever the page would look different."""
    parts = (world.state.version, world.clock.offset_seconds(), world.people.stamp, is_typing(world, chat))
    return "-".join(str(part) for part in (*parts, *world.faults.active))


def calls(world: World) -> list[dict[str, Any]]:
    rows = reversed(world.state.all_calls()[-SHOWN_CALLS:])
    return [{"call": call, "time": f"{local(call.at):%H:%M:%S}", "kind": _kind(call.status)} for call in rows]


def _kind(status: int | None) -> str:
    return "bad" if status is None or status >= 400 else "good"

"""What came in, made safe to store and to read: text without NUL or broken characters, of bounded length.

Nothing is refused here: Twilio adds fields without notice, people send anything, and each of it gets an answer.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from bot.signature import Pairs
from language.folding import fold

MAX_TEXT = 4096
MAX_FIELD = 1024  # of what is kept of every field other than the text
MAX_FIELDS = 60
MAX_NAME = 100

_PHONE = re.compile(r"whatsapp:(\+\d{7,15})")
_SCOPED = re.compile(r"whatsapp:([A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128})")
_BIDI = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOT_LETTERS = dict.fromkeys([*range(9), *range(11, 32), 127], " ")

KINDS = {
    "image": "picture",
    "audio": "voice",
    "video": "video",
    "text/vcard": "person",
    "text/x-vcard": "person",
    "application": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "person",
    "reaction": "reaction",
    "unsupported": "unsupported",
    "unknown": "unsupported",
    "poll": "unsupported",
    "order": "unsupported",
    "system": "unsupported",
}


@dataclass(frozen=True)
class Message:
    """One message as flows read it. `kind` is text, or what it was instead; `tap` is the id of a tapped choice."""

    id: UUID
    text: str
    kind: str = "text"
    tap: str = ""

    @cached_property
    def folded(self) -> str:
        """The text as it is compared with words."""
        return fold(self.text)


@dataclass(frozen=True)
class Incoming:
    """One webhook. `phone` and `external_user_id` say who wrote; at least one of them is set when `is_known_shape`."""

    account_sid: str
    message_sid: str
    to_number: str
    from_address: str
    phone: str | None
    external_user_id: str | None
    profile_name: str
    body: str
    payload: dict[str, Any]

    @property
    def is_known_shape(self) -> bool:
        """True when it can be stored and answered."""
        return bool(self.message_sid and (self.phone or self.external_user_id))

    def message(self, inbound_id: UUID) -> Message:
        """The message for the flows. A reaction's sign is no text: a thumb on a quote is not a yes to it."""
        kind = kind_of(self.payload, self.body)
        return Message(inbound_id, "" if kind == "reaction" else self.body, kind, tap_of(self.payload))


def read(fields: Pairs) -> Incoming:
    """The webhook's fields; missing ones are empty."""
    form = {clean(name): clean(value) for name, value in fields[:MAX_FIELDS]}
    address = form.get("From", "")
    return Incoming(
        account_sid=form.get("AccountSid", ""),
        message_sid=form.get("MessageSid", "")[:64],
        to_number=form.get("To", "").removeprefix("whatsapp:"),
        from_address=address[:160],
        phone=_part(_PHONE, address),
        external_user_id=_part(_SCOPED, address) or _part(_SCOPED, form.get("ExternalUserId", "")),
        profile_name=plain_name(form.get("ProfileName", "")),
        body=form.get("Body", "").strip(),
        payload={name: value[:MAX_FIELD] for name, value in form.items() if name != "Body"},
    )


def stored(row: Any) -> Incoming:
    """The same value from an inbound row, for another try."""
    return Incoming(
        account_sid=row.account_sid,
        message_sid=row.message_sid,
        to_number=row.payload.get("To", "").removeprefix("whatsapp:"),
        from_address=row.from_address,
        phone=_part(_PHONE, row.from_address),
        external_user_id=_part(_SCOPED, row.from_address) or _part(_SCOPED, row.payload.get("ExternalUserId", "")),
        profile_name=plain_name(row.payload.get("ProfileName", "")),
        body=row.body,
        payload=row.payload,
    )


def clean(raw: bytes) -> str:
    """Text that PostgreSQL takes: UTF-8 with what is broken replaced, NFC, no NUL, at most 4,096 characters."""
    text = raw[: MAX_TEXT * 4].decode("utf-8", errors="replace")
    if text.isascii():
        if text.isprintable():  # most fields of most messages
            return text[:MAX_TEXT]
    else:
        text = unicodedata.normalize("NFC", text)
    return text.translate(_NOT_LETTERS)[:MAX_TEXT]


def plain_name(name: str) -> str:
    """A name that people chose themselves: no direction marks, one line, short."""
    return " ".join(_BIDI.sub("", name).split())[:MAX_NAME]


def kind_of(payload: dict[str, Any], body: str) -> str:
    """What was sent: text, nothing, or one of the kinds above."""
    media = payload.get("MediaContentType0", "")
    said = payload.get("MessageType", "")
    if said == "sticker" or media == "image/webp":
        return "sticker"
    for name in (said, media, media.partition("/")[0]):
        if name in KINDS and not (KINDS[name] == "unsupported" and body):
            return KINDS[name]
    if "Latitude" in payload:
        return "location"
    return "text" if body or tap_of(payload) else "nothing"


def tap_of(payload: dict[str, Any]) -> str:
    """The id of the button or list row that was tapped, if one was."""
    return str(payload.get("ListId") or payload.get("ButtonPayload") or "")


def _part(shape: re.Pattern[str], address: str) -> str | None:
    found = shape.fullmatch(address)
    return found[1] if found else None

"""The rows the simulator keeps: people, messages and the log of HTTP calls."""

import re
import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

ADDRESS = re.compile(r"whatsapp:(\+\d{7,15}|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128})")
PHONE = re.compile(r"\+\d{7,15}|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")

FROM_PERSON = "inbound"
FROM_APP = "outbound-api"
STATUS_RANK = {"queued": 1, "received": 1, "sent": 3, "delivered": 4, "undelivered": 4, "failed": 4, "read": 5}


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def phone_of(address: str) -> str:
    """The number in a `whatsapp:` address; other text comes back unchanged."""
    return address.removeprefix("whatsapp:")


def chat_id(phone: str, business_number: str) -> str:
    return f"{phone.lstrip('+')}-{business_number.lstrip('+')}"


@dataclass
class Person:
    phone: str
    business_number: str
    name: str = ""
    language: str = ""
    situation: str = ""

    @property
    def chat_id(self) -> str:
        return chat_id(self.phone, self.business_number)


@dataclass
class Message:
    """One WhatsApp message in either direction; `at` and `changed_at` are on the simulated clock."""

    sid: str
    direction: str
    phone: str
    business_number: str
    at: datetime
    changed_at: datetime
    body: str = ""
    status: str = "queued"
    error_code: int | None = None
    media_url: str = ""
    media_type: str = ""
    media_name: str = ""
    media_bytes: int = 0
    content_sid: str = ""
    content_variables: dict[str, str] = field(default_factory=dict)
    rendered: dict[str, Any] = field(default_factory=dict)
    callback_url: str = ""
    statuses: list[str] = field(default_factory=list)
    tapped: str = ""
    form: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    is_seen: bool = False
    revision: int = 0

    @property
    def chat_id(self) -> str:
        return chat_id(self.phone, self.business_number)

    @property
    def is_from_person(self) -> bool:
        return self.direction == FROM_PERSON

    @property
    def text(self) -> str:
        """What the person reads: the content resource filled in, or the body."""
        return self.rendered.get("body", "") if self.rendered else self.body

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat(), "changed_at": self.changed_at.isoformat()}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Message":
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in row.items() if key in known}
        for name in ("at", "changed_at"):
            values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


@dataclass
class Call:
    """One HTTP exchange as the inspector shows it; `to_app` says who called whom."""

    at: datetime
    to_app: bool
    method: str
    path: str
    status: int | None
    milliseconds: int
    form: dict[str, str]
    note: str = ""
    answer: str = ""
    signature: str = ""
    chat_id: str = ""
    number: int = 0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}

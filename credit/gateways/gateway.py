"""What a payment gateway is to Bahi: a signature to check, events to read, links to ask for. Nothing here calls out."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from core.errors import DomainError
from core.money import MAX_MINOR

Meaning = Literal["paid", "cancelled", "expired", "other"]
MAX_ID = 100


class SignatureWrong(DomainError):
    """The body was not signed by the gateway, or too long ago."""

    code = "SIGNATURE_WRONG"
    status = 403
    detail = "The signature does not fit the body."


class EventMalformed(DomainError):
    """A signed body that is no event."""

    code = "EVENT_MALFORMED"
    status = 400
    detail = "The body is not an event."


class LinkNotMade(DomainError):
    """The gateway answered, and not with a link."""

    code = "PAYMENT_LINK_NOT_MADE"
    detail = "The gateway did not make the link."


@dataclass(frozen=True, slots=True)
class Event:
    """One event, in our words. `payment_id` names the money at the gateway, `bank_reference` at the bank (UTR)."""

    id: str
    kind: str
    meaning: Meaning
    link_ids: tuple[str, ...] = ()
    reference: str = ""
    payment_id: str = ""
    amount_minor: int | None = None
    currency: str = ""
    method: str = "bank"
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class LinkWanted:
    """A link to be made. `reference` is ours and unique; the link ends at `expires_at`."""

    reference: str
    amount_minor: int
    currency: str
    description: str
    phone: str
    name: str
    expires_at: datetime
    back_url: str = ""  # where the payer's browser goes afterwards; what it says there proves nothing


@dataclass(frozen=True, slots=True)
class Keys:
    """What opens the gateway's API."""

    key_id: str
    key_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request to the gateway's API, ready to be sent by somebody who may use the network."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Made:
    """A link as the gateway made it."""

    link_id: str
    url: str


class Gateway(Protocol):
    """One provider."""

    name: str
    link_life: timedelta  # how long a link can be paid

    def check(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
        """Raises SignatureWrong unless one of the secrets signed exactly these bytes."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """The event in a body that was checked. Raises EventMalformed."""

    def asking(self, wanted: LinkWanted, keys: Keys) -> Asking:
        """The request that makes a link; sent twice it makes one link, or fails."""

    def looking(self, reference: str, keys: Keys) -> Asking | None:
        """The request that finds a link by our reference; None when asking again does the same."""

    def answered(self, status: int, body: bytes) -> Made | None:
        """The link in an answer; None when it has none. Raises LinkNotMade for a refusal that repeating cannot mend."""


def hex_digest(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_one_of(given: str, expected: Sequence[str]) -> bool:
    """Whether a signature is one of the expected ones; takes the same time for all wrong ones."""
    claimed = given.encode(errors="replace")
    return True in [hmac.compare_digest(one.encode(), claimed) for one in expected]


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises EventMalformed, for NaN and for repeated keys too."""
    try:
        found = json.loads(body.decode(), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise EventMalformed from error
    if not isinstance(found, dict):
        raise EventMalformed
    return found


def part(source: Any, *path: str) -> dict[str, Any]:
    """The object at the end of the path; empty when there is none."""
    for name in path:
        source = source.get(name) if isinstance(source, dict) else None
    return source if isinstance(source, dict) else {}


def text(source: Mapping[str, Any], name: str) -> str:
    """A short text; empty when it is missing or something else."""
    value = source.get(name)
    return value if isinstance(value, str) and len(value) <= MAX_ID and value.isprintable() else ""


def minor(source: Mapping[str, Any], name: str) -> int | None:
    """A whole amount of minor units above zero; None for anything else, so that no doubtful one is booked."""
    value = source.get(name)
    is_amount = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_MINOR
    return value if is_amount else None


def fingerprint(body: bytes) -> str:
    """Names an event that has no id of its own."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found

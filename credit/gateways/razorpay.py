"""Razorpay payment links: hex HMAC-SHA256 of the raw body in `X-Razorpay-Signature`, amounts in paise.

The signature covers no time and no event id, so a replayed body is stopped by the payment's own id, not only by the
event's.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from credit.gateways.gateway import (
    Asking,
    Event,
    Keys,
    LinkNotMade,
    LinkWanted,
    Made,
    Meaning,
    SignatureWrong,
    fingerprint,
    hex_digest,
    is_one_of,
    minor,
    part,
    read_object,
    text,
)

API = "https://api.razorpay.com/v1/payment_links"
MEANINGS: dict[str, Meaning] = {
    "payment_link.paid": "paid",
    "payment_link.partially_paid": "paid",  # no link of ours allows parts: another amount is looked at by somebody
    "payment_link.cancelled": "cancelled",
    "payment_link.expired": "expired",
}
SIGNATURE, EVENT_ID = "X-Razorpay-Signature", "X-Razorpay-Event-Id"


class Razorpay:
    """Razorpay. Secrets are those of the webhook; during a rotation the old one still signs retries."""

    name = "razorpay"
    link_life = timedelta(days=30)

    def check(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
        """Raises SignatureWrong unless one of the secrets signed exactly these bytes."""
        if not is_one_of(headers.get(SIGNATURE, ""), [hex_digest(secret, body) for secret in secrets]):
            raise SignatureWrong

    def read(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """The event in a body that was checked. Raises EventMalformed."""
        found = read_object(body)
        kind = text(found, "event")
        link = part(found, "payload", "payment_link", "entity")
        paid = part(found, "payload", "payment", "entity")
        return Event(
            id=headers.get(EVENT_ID, "")[:100] or fingerprint(body),
            kind=kind,
            meaning=MEANINGS.get(kind, "other"),
            link_ids=tuple(filter(None, (text(link, "id"),))),
            reference=text(link, "reference_id"),
            payment_id=text(paid, "id") or text(link, "id"),
            amount_minor=minor(paid, "amount") if paid else minor(link, "amount_paid"),
            currency=text(paid, "currency") or text(link, "currency") or "INR",
            method="upi" if text(paid, "method") == "upi" else "bank",
            bank_reference=text(part(paid, "acquirer_data"), "rrn"),
        )

    def asking(self, wanted: LinkWanted, keys: Keys) -> Asking:
        """The request that makes a link; a second one with the same reference is refused."""
        body = {
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "reference_id": wanted.reference,
            "description": wanted.description,
            "customer": {"name": wanted.name, "contact": wanted.phone},
            "notify": {"sms": False, "email": False},
            "accept_partial": False,
            "expire_by": int(wanted.expires_at.timestamp()),
        }
        return Asking("POST", API, _headers(keys), json.dumps(body).encode())

    def looking(self, reference: str, keys: Keys) -> Asking | None:
        """The request that lists the links with our reference."""
        return Asking("GET", f"{API}?reference_id={reference}", _headers(keys))

    def answered(self, status: int, body: bytes) -> Made | None:
        """The link in an answer; None when it has none. Raises LinkNotMade for a refusal that repeating cannot mend."""
        found = read_object(body) if status < 500 else {}
        if 400 <= status < 500 and status not in (408, 429):
            raise LinkNotMade(text(part(found, "error"), "description") or None, status=status)
        listed = found.get("payment_links")
        link: Any = listed[0] if isinstance(listed, list) and listed else found
        link_id, url = text(part(link), "id"), part(link).get("short_url")
        return Made(link_id, url) if link_id and isinstance(url, str) and url.startswith("https://") else None


def _headers(keys: Keys) -> dict[str, str]:
    token = base64.b64encode(f"{keys.key_id}:{keys.key_secret}".encode()).decode()
    return {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

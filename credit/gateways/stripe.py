"""Stripe Checkout: `Stripe-Signature: t=...,v1=...` over "t.body", at most five minutes old; amounts in minor units."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

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

API = "https://api.stripe.com/v1/checkout/sessions"
TOLERANCE_SECONDS = 300
MEANINGS: dict[str, Meaning] = {
    "checkout.session.completed": "paid",
    "checkout.session.async_payment_succeeded": "paid",
    "checkout.session.expired": "expired",
}
PAID = ("paid", "")  # a session may be completed before its money is certain; then another event follows
SIGNATURE = "Stripe-Signature"


class Stripe:
    """Stripe. Any of the given v1 signatures may fit; older schemes are ignored."""

    name = "stripe"
    link_life = timedelta(hours=23)  # it allows a day, by its own clock

    def check(self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> None:
        """Raises SignatureWrong unless one of the secrets signed exactly these bytes within the last five minutes."""
        pairs = [pair.strip().partition("=") for pair in headers.get(SIGNATURE, "").split(",")]
        moments = [value for name, _, value in pairs if name == "t"]
        given = [value for name, _, value in pairs if name == "v1"]
        if len(moments) != 1 or not _is_recent(moments[0], now):
            raise SignatureWrong
        expected = [hex_digest(secret, f"{moments[0]}.".encode() + body) for secret in secrets]
        if True not in [is_one_of(signature, expected) for signature in given]:
            raise SignatureWrong

    def read(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """The event in a body that was checked. Raises EventMalformed."""
        found = read_object(body)
        kind, session = text(found, "type"), part(found, "data", "object")
        meaning = MEANINGS.get(kind, "other")
        if meaning == "paid" and text(session, "payment_status") not in PAID:
            meaning = "other"
        return Event(
            id=text(found, "id") or fingerprint(body),
            kind=kind,
            meaning=meaning,
            link_ids=tuple(filter(None, (text(session, "id"), text(session, "payment_link")))),
            reference=text(session, "client_reference_id"),
            payment_id=text(session, "payment_intent") or text(session, "id"),
            amount_minor=minor(session, "amount_total"),
            currency=text(session, "currency").upper(),
        )

    def asking(self, wanted: LinkWanted, keys: Keys) -> Asking:
        """The request that makes a session; Stripe answers a repetition with the first one."""
        form = {
            "mode": "payment",
            "client_reference_id": wanted.reference,
            "success_url": wanted.back_url,
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": wanted.currency.lower(),
            "line_items[0][price_data][unit_amount]": str(wanted.amount_minor),
            "line_items[0][price_data][product_data][name]": wanted.description,
            "expires_at": str(int(wanted.expires_at.timestamp())),
        }
        headers = {
            "Authorization": f"Bearer {keys.key_secret}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": wanted.reference,
        }
        return Asking("POST", API, headers, urlencode(form).encode())

    def looking(self, reference: str, keys: Keys) -> Asking | None:
        """Nothing: asking again is harmless."""
        return None

    def answered(self, status: int, body: bytes) -> Made | None:
        """The session in an answer; None when it has none. Raises LinkNotMade for a refusal that stays one."""
        found = read_object(body) if status < 500 else {}
        if 400 <= status < 500 and status not in (408, 409, 429):
            raise LinkNotMade(text(part(found, "error"), "message") or None, status=status)
        link_id, url = text(found, "id"), found.get("url")
        return Made(link_id, url) if link_id and isinstance(url, str) and url.startswith("https://") else None


def _is_recent(moment: str, now: datetime) -> bool:
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= 12):
        return False
    return abs(int(now.timestamp()) - int(moment)) <= TOLERANCE_SECONDS

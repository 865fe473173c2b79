"""Twilio's signature on a webhook: base64(HMAC-SHA1(token, url + every key and value in key order)).

Computed over the bytes as they came, so that no decoding rule can make a genuine message look forged. The SDK's
RequestValidator gives the same answer ten times slower; a test holds the two together.
"""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

Pairs = list[tuple[bytes, bytes]]


def pairs(body: bytes) -> Pairs:
    """The form's fields in order, percent-decoded, blanks kept."""
    fields = (field.partition(b"=") for field in body.split(b"&") if field)
    return [(_plain(name), _plain(value)) for name, _, value in fields]


def repeats(fields: Pairs) -> bool:
    """True when a key stands twice: the signature would not say which one counts."""
    return len({name for name, _ in fields}) != len(fields)


def sign(url: str, fields: Pairs, token: str) -> bytes:
    """The signature that Twilio sends for this form at this address."""
    signed = b"".join([url.encode(), *(name + value for name, value in sorted(fields))])
    return base64.b64encode(hmac.digest(token.encode(), signed, "sha1"))


def is_genuine(url: str, fields: Pairs, given: str, tokens: Iterable[str]) -> bool:
    """True when one of the channel's tokens made this signature. Compares in constant time."""
    claimed = given.encode(errors="replace")
    return any(hmac.compare_digest(sign(url, fields, token), claimed) for token in tokens)


def _plain(text: bytes) -> bytes:
    text = text.replace(b"+", b" ")
    return unquote_to_bytes(text) if b"%" in text else text

"""Secrets at rest: AES-256-GCM with a key id, and the row's place as associated data.

The associated data binds a ciphertext to its table, column, organisation and row, so that somebody who can write to
the database still cannot move one shop's token into another shop's row.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import settings

_NONCE_BYTES = 12


class DecryptionFailed(Exception):
    """The ciphertext was moved, cut, or made with a key that is gone."""


def encrypt(plain: str, *, place: str) -> bytes:
    """`keyid:nonce+ciphertext` under the first configured key. `place` is `table|column|org|row`."""
    key_id, key = _keys()[0]
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), place.encode())
    return key_id.encode() + b":" + nonce + sealed


def decrypt(cipher: bytes, *, place: str) -> str:
    """The plain text. Raises DecryptionFailed."""
    key_id, _, rest = bytes(cipher).partition(b":")
    key = dict(_keys()).get(key_id.decode(errors="replace"))
    if key is None:
        raise DecryptionFailed(f"no key named {key_id!r} in ENCRYPTION_KEYS")
    try:
        return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], place.encode()).decode()
    except InvalidTag as error:
        raise DecryptionFailed(f"ciphertext does not belong to {place}") from error


def fingerprint(token: str) -> str:
    """What is stored of a random token: its SHA-256 in hex. Tokens hold 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign(message: bytes, *, purpose: str) -> str:
    """`keyid:hex`: HMAC-SHA256 under the first configured key. `purpose` keeps one use from standing in for another."""
    key_id, key = _keys()[0]
    return f"{key_id}:{_mac(key, message, purpose)}"


def is_signed(message: bytes, signature: str, *, purpose: str) -> bool:
    """True when one of the configured keys, the one that the signature names, made it."""
    key_id, _, mac = signature.partition(":")
    key = dict(_keys()).get(key_id)
    return key is not None and hmac.compare_digest(_mac(key, message, purpose).encode(), mac.encode())


def _mac(key: bytes, message: bytes, purpose: str) -> str:
    return hmac.new(key, purpose.encode() + b"|" + message, hashlib.sha256).hexdigest()


def _keys() -> list[tuple[str, bytes]]:
    configured = settings.current().encryption_keys
    if not configured:
        if settings.current().is_production:
            raise settings.ConfigurationError("ENCRYPTION_KEYS is missing")
        return [("dev", hashlib.sha256(settings.current().secret_key.encode()).digest())]
    return [(name, base64.b64decode(key)) for name, _, key in (entry.partition(":") for entry in configured)]

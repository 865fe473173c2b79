"""Identifiers: UUIDv7 in the database (made by us, sorted by time), a prefix and 26 letters outside.

`ret_01KB3Y...` tells a reader what it names; the database keeps 16 bytes. Ids name things, they are not secrets.
"""

import secrets
from uuid import UUID

from uuid_utils import compat

from core.errors import NotFound

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
_LENGTH = 26  # 26 letters of 5 bits hold 128 bits
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)  # two letters at a time: half the work
_SHIFTS = range(120, -1, -10)


def new() -> UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def public(prefix: str, identifier: UUID) -> str:
    """`public("ret", id)` -> `ret_01KB3Y...`."""
    number = identifier.int
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def parse(prefix: str, text: str) -> UUID:
    """The id behind a public one. Raises NotFound for a wrong prefix or shape: a guess learns nothing."""
    head, _, letters = text.partition("_")
    if head != prefix or len(letters) != _LENGTH:
        raise NotFound(id=text)
    number = 0
    for letter in letters.upper():
        if letter not in _VALUES:
            raise NotFound(id=text)
        number = number * 32 + _VALUES[letter]
    if number >= 1 << 128:
        raise NotFound(id=text)
    return UUID(int=number)


def token(size: int = 32) -> str:
    """A random secret, URL-safe: `size` bytes of entropy."""
    return secrets.token_urlsafe(size)

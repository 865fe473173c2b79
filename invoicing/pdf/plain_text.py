"""Makes any text printable on one line: no control characters, no direction overrides, a bounded length."""

import unicodedata

JOINERS = "\u200c\u200d"  # they change how Hindi and Urdu letters join, so they stay
REPLACEMENT = "\ufffd"
MAX_CHARACTERS = 300
MAX_MARKS = 4  # more accents than this on one letter only climb over the neighbouring lines


def printable(text: str, limit: int = MAX_CHARACTERS) -> str:
    """The text as it may be drawn: markup stays visible as characters, invisible characters go."""
    flat = "".join(map(_visible, unicodedata.normalize("NFC", text[: 4 * limit])))
    words = " ".join(_without_towers(flat).split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category == "Cf":
        return letter if letter in JOINERS else ""
    return REPLACEMENT if category in ("Co", "Cs", "Cn") else letter


def _without_towers(text: str) -> str:
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(letter)
    return "".join(kept)

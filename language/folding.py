"""A whole message in one spelling, so that it can be looked up in a table of messages."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_INVISIBLE = re.compile(r"[\u00ad\u064b-\u0652\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff*_~`]")
_EDGE = re.compile(r"^[\s.,!?;:।۔؟،\"'()-]+|[\s.,!?;:।۔؟،\"'()-]+$")
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_SAME = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ة": "ہ", "ँ": "ं", "़": None})


def fold(text: str) -> str:
    """The text for comparing: no case, marks, edge punctuation or second spelling; digits in Latin."""
    text = text.casefold()
    if not text.isascii():
        text = _SKIN.sub("", unicodedata.normalize("NFC", text)).translate(_SAME)
        text = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in text)
    text = _INVISIBLE.sub("", text)
    return " ".join(_EDGE.sub("", text).split()) or text.strip()


def meanings(listed: Mapping[str, str]) -> dict[str, str]:
    """From `{"yes": "yes, ok, haan"}` to `{"yes": "yes", "ok": "yes", "haan": "yes"}`, folded."""
    return {fold(word): meaning for meaning, line in listed.items() for word in line.split(",")}


def by_word(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """From `{"0": ["today", "aaj"]}` to `{"today": "0", "aaj": "0"}`, folded."""
    return {fold(word): meaning for meaning, words in listed.items() for word in words}

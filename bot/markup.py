"""WhatsApp's own marks: *bold* for what we say, and none for what people and catalogues say."""

import re

_MARKS = re.compile(r"[*_~`]")
_SPACES = re.compile(r"\s+")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain(text: str) -> str:
    """A name or a quotation as inert text: one line, without marks that would style it or turn the line around."""
    return _SPACES.sub(" ", _MARKS.sub("", _HIDDEN.sub("", text))).strip()


def bold(text: str) -> str:
    """Our own words in bold."""
    return f"*{text}*"


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a line's end when it must be cut."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 2]
    head, line_end, _ = kept.rpartition("\n")
    return f"{head if line_end else kept}\n…"

"""WhatsApp's own marks: *bold* for what we say, and none for what people and catalogues say."""

import re
from collections import Counter
from collections.abc import Sequence

MAX_BODY = 1550  # of an answer: WhatsApp takes 1,600
_MARKS = re.compile(r"[*_~`]")
_SPACES = re.compile(r"\s+")
_SIZE = re.compile(r"(?:\S*\d\S* )?\S*\d\S*(?: [^\s\d]{1,5})?$")  # `₹48`, `500 g`, `₹12 (60 g)` ends a name
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


def fitted(titles: Sequence[str], limit: int) -> list[str]:
    """Titles to tap of at most `limit` characters, each another: what is cut keeps the size or price at its end."""
    short = [_cut(title, limit) for title in titles]
    counted = Counter(title.casefold() for title in short)
    return [
        _cut(f"{place}. {title}", limit) if counted[cut.casefold()] > 1 else cut
        for place, (title, cut) in enumerate(zip(titles, short, strict=True), 1)
    ]


def _cut(title: str, limit: int) -> str:
    """`Maggi Masala 4-pack… ₹48`"""
    title = title.strip()
    if len(title) <= limit:
        return title
    tail = _SIZE.search(title)
    end = f" {tail[0]}" if tail and len(tail[0]) <= limit // 2 else ""
    room = limit - len(end) - 1
    head = title[: len(title) - len(end)][:room]
    at_word, _space, _rest = head.rpartition(" ")
    whole = title[room : room + 1] in ("", " ")
    kept = head if whole or len(at_word) <= room // 2 else at_word
    return f"{kept.rstrip(' ,(-/')}…{end}"

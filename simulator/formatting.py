"""Turning message text into the HTML a phone would show: escaped, with WhatsApp's bold, italic, strike and links."""

import re

from markupsafe import Markup, escape

URL = re.compile(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]])")
STYLES = (
    (re.compile(r"```(\S(?:.*?\S)?)```"), "code"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), "strong"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), "em"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), "s"),
)


def lines(text: str) -> list[Markup]:
    """Each line as safe HTML; a line is the unit in which writing direction is decided."""
    return [_line(line) for line in text.split("\n")]


def _line(line: str) -> Markup:
    parts = URL.split(line)
    return Markup("").join(_link(p) if i % 2 else _styled(p) for i, p in enumerate(parts))


def _link(url: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>').format(url)


def _styled(text: str) -> Markup:
    safe = str(escape(text))
    for pattern, tag in STYLES:
        safe = pattern.sub(rf"<{tag}>\1</{tag}>", safe)
    return Markup(safe)  # escaped above; only our own four tags are added


def plain(text: str, limit: int = 60) -> str:
    """One line for a list of chats, without the style marks."""
    flat = re.sub(r"[*_~`]", "", " ".join(text.split()))
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def duration(seconds: float) -> str:
    """For people: "21 h 10 m", "9 m", "under a minute"."""
    minutes = int(seconds // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest} m" if rest and not days else ""]
    return " ".join(part for part in parts if part) or "under a minute"


def size(byte_count: int) -> str:
    if byte_count < 1024:
        return f"{byte_count} B"
    if byte_count < 1024 * 1024:
        return f"{round(byte_count / 1024)} KB"
    return f"{byte_count / 1024 / 1024:.1f} MB"

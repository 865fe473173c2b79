"""What may stand as text in Tally's XML."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """One line of what XML may hold."""
    return " ".join(_ILLEGAL.sub("", text).split())

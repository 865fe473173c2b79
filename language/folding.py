"""A whole message in its one spelling, without what stands at its edges: so that it can be looked up in a table."""

import re
from collections.abc import Iterable, Mapping

from language.normalise import normalise

_EDGE = re.compile(r"^[\s.,!?;:()-]+|[\s.,!?;:()-]+$")


def fold(text: str) -> str:
    """The text for comparing: normalised, in one line, no marks at its edges (unless there is nothing else)."""
    normal = " ".join(normalise(text).split())
    return _EDGE.sub("", normal) or normal


def by_word(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """From `{"0": ["today", "aaj"]}` to `{"today": "0", "aaj": "0"}`, folded."""
    return {fold(word): meaning for meaning, words in listed.items() for word in words}

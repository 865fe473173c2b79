"""The order in which mixed left-to-right and right-to-left text is seen (Unicode bidirectional algorithm).

Answers level runs in visual order, each still in logical order inside: shaping wants its letters as they are spoken.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from bidi import algorithm

from invoicing.pdf.plain_text import JOINERS

# "1 kg" inside Urdu belongs together: a mark before the number keeps it beside its unit, as people write it.
NUMBER_WITH_UNIT = re.compile(r"[0-9][0-9.,]*\s?[A-Za-z%]")
BRACKETS = {"(": ")", "[": "]", "{": "}"}
LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


@dataclass(frozen=True, slots=True)
class LevelRun:
    """Neighbouring characters of one direction."""

    text: str
    rtl: bool


def is_mixed(text: str) -> bool:
    """True when any letter runs from right to left."""
    return any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text)


def visual_runs(text: str) -> list[LevelRun]:
    """The runs from left to right as seen. The base direction is that of the first strong letter."""
    if not is_mixed(text):
        return [LevelRun(text, rtl=False)]
    pairs = zip(text, _levels(text), strict=True)
    runs = [(level, "".join(letter for letter, _ in run)) for level, run in groupby(pairs, key=lambda pair: pair[1])]
    return [LevelRun(part, rtl=level % 2 == 1) for level, part in _reordered(runs)]


def _reordered(runs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Rule L2: from the highest level down to 1, reverse every stretch at that level or above."""
    for floor in range(max(level for level, _ in runs), 0, -1):
        stretches = [(deep, list(stretch)) for deep, stretch in groupby(runs, key=partial(_is_deep, floor))]
        runs = [run for deep, stretch in stretches for run in (reversed(stretch) if deep else stretch)]
    return runs


def _is_deep(floor: int, run: tuple[int, str]) -> bool:
    return run[0] >= floor


def _levels(text: str) -> list[int]:
    """The embedding level of each character. The library drops joiners, which stand at their neighbour's level."""
    resolved = iter(_resolved(NUMBER_WITH_UNIT.sub(lambda found: LEFT_TO_RIGHT_MARK + found.group(), text)))
    levels: list[int] = []
    for letter in text:
        level = levels[-1] if levels else 0
        levels.append(level if letter in JOINERS else next(resolved))
    return levels


def _resolved(text: str) -> list[int]:
    """Levels by the library, in logical order, without those of the marks put in above."""
    base = algorithm.get_base_level(text)
    storage = {**algorithm.get_empty_storage(), "base_level": base, "base_dir": ("L", "R")[base]}
    algorithm.get_embedding_levels(text, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, debug=False)
    algorithm.resolve_implicit_levels(storage, debug=False)
    return [item["level"] for item in storage["chars"] if item["ch"] != LEFT_TO_RIGHT_MARK]


def _resolve_brackets(items: list[dict[str, Any]], base: str) -> None:
    """Rule N0, which the library lacks: both brackets of a pair run the way of what they enclose."""
    for opening, closing in _bracket_pairs(items):
        inside = {_strong(item) for item in items[opening + 1 : closing]} - {""}
        if not inside:
            continue
        before = next(filter(None, map(_strong, reversed(items[:opening]))), base)
        direction = base if base in inside else before
        items[opening]["type"] = items[closing]["type"] = direction


def _bracket_pairs(items: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Matching brackets, in the order in which they open."""
    pairs, still_open = [], []
    for position, item in enumerate(items):
        if item["ch"] in BRACKETS:
            still_open.append((BRACKETS[item["ch"]], position))
        elif any(item["ch"] == closing for closing, _ in still_open):
            while still_open[-1][0] != item["ch"]:
                still_open.pop()
            pairs.append((still_open.pop()[1], position))
    return sorted(pairs)


def _strong(item: dict[str, Any]) -> str:
    """L or R for what decides a direction; numbers count as R here."""
    return {"L": "L", "R": "R", "AL": "R", "EN": "R", "AN": "R"}.get(item["type"], "")

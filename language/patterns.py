"""Phrases that are said in many ways, written down once: `[sahi|same] rate (hi) {apply}`.

`[a|b]` is one of them, `(a)` may be left out, `{name}` stands for any of the group of that name. All of them may hold
words, phrases and one another; a group names no group.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

_SIGNS = re.compile(r"([\[\](){}|])")
_GROUP = re.compile(r"\{(\w+)\}")
_OPENS = {"]": "[", ")": "("}

Groups = Mapping[str, Sequence[str]]


def expand(pattern: str, groups: Groups) -> list[str]:
    """Every phrase that the pattern stands for. Raises ValueError for half a bracket, or a group that is not there."""
    spread = _GROUP.sub(lambda name: f"[{'|'.join(groups.get(name[1], ()))}]", pattern)
    levels = [_Bracket("")]
    for part in _SIGNS.split(spread):
        if part in ("[", "("):
            levels.append(_Bracket(part))
        elif part == "|" and len(levels) > 1:
            levels[-1].turn()
        elif part in _OPENS and levels[-1].opened_by == _OPENS[part]:
            choices = levels.pop().close(optional=part == ")")
            levels[-1].follow(choices)
        elif _SIGNS.fullmatch(part):
            raise ValueError(f"{pattern}: {part} stands alone")
        else:
            levels[-1].follow([part])
    if len(levels) > 1 or "[]" in spread:
        raise ValueError(f"{pattern}: a bracket that is not closed, or a group of nothing")
    return [" ".join(phrase.split()) for phrase in levels[0].close()]


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


class _Bracket:
    """What stands in one pair of brackets: the ways that are complete, and the one being read."""

    def __init__(self, opened_by: str) -> None:
        self.opened_by = opened_by
        self.complete: list[str] = []
        self.reading = [""]

    def follow(self, choices: Sequence[str]) -> None:
        self.reading = [before + choice for before in self.reading for choice in choices]

    def turn(self) -> None:
        self.complete, self.reading = self.complete + self.reading, [""]

    def close(self, *, optional: bool = False) -> list[str]:
        return self.complete + self.reading + ([""] if optional else [])

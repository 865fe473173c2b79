"""Wishes about the goods' freshness: "purana stock mat dena", "(expiry check kar lena)", "fresh maal bhejna".

They use the very words of complaints ("expiry", "stock", "purana") and of removals ("mat dena"), yet only ask that what
is ordered be fresh. Such a remark is a run of words that names what it is about, says how it should be, and either
commands or stands apart, in brackets or between commas. A story of what happened commands nothing and stays a story.
"""

from collections.abc import Sequence

from language.lexicon import Roles
from language.tokens import Kind, Token

_ABOUT: Roles = frozenset({"fresh_noun", "fresh_care"})
_BESIDE: Roles = frozenset({"filler", "link", "wala", "order", "not", "no", "remove", "set"})
_COMMANDS: Roles = frozenset({"order", "not", "no", "remove"})
_KEPT: Roles = frozenset({"order", "set"})
_FILLER: Roles = frozenset({"filler"})


def quieted(tokens: Sequence[Token], marks: list[Roles]) -> list[Roles]:
    """The roles, with the words of such remarks as fillers; a verb that orders keeps doing so."""
    start = 0
    for end in range(len(tokens) + 1):
        if end < len(tokens) and _belongs(tokens[end], marks[end]):
            continue
        apart = _ends(tokens, start - 1) and _ends(tokens, end)
        if _is_remark(marks[start:end], apart):
            marks[start:end] = [roles & _KEPT if roles & _KEPT and not roles & {"not", "no"} else _FILLER
                                for roles in marks[start:end]]  # fmt: skip
        start = end + 1
    return marks


def _belongs(token: Token, roles: Roles) -> bool:
    return token.kind is Kind.WORD and bool(roles & (_ABOUT | _BESIDE))


def _ends(tokens: Sequence[Token], at: int) -> bool:
    """Is this the edge of the message, of a bracket or of a clause?"""
    return not 0 <= at < len(tokens) or tokens[at].kind in (Kind.BREAK, Kind.SIGN)


def _is_remark(run: Sequence[Roles], apart: bool) -> bool:
    said = frozenset().union(*run)
    commands = any(roles & _COMMANDS and not roles & _ABOUT for roles in run)
    if "fresh_noun" in said and "wala" in said and said & {"not", "no", "remove"}:
        return True  # "expiry wali mat dena"
    return said >= _ABOUT and any("fresh_care" in r and "fresh_noun" not in r for r in run) and (commands or apart)

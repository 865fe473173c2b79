"""Wishes about the goods' freshness: "purana stock mat dena", "(expiry check kar lena)", "fresh maal bhejna".

They use the very words of complaints ("expiry", "stock", "purana") and of removals ("mat dena"), yet only ask that what
is ordered be fresh. Such a remark is a run of words that names what it is about, says how it should be, and either
commands or stands apart, in brackets or between commas. A story of what happened commands nothing and stays a story.
"""

from collections.abc import Sequence

from language.lexicon import Roles
from language.roles import Role
from language.tokens import Kind, Token

_ABOUT: Roles = frozenset({Role.FRESH_NOUN, Role.FRESH_CARE})
_BESIDE: Roles = frozenset({Role.FILLER, Role.LINK, Role.WALA, Role.ORDER, Role.NOT, Role.NO, Role.REMOVE, Role.SET})
_COMMANDS: Roles = frozenset({Role.ORDER, Role.NOT, Role.NO, Role.REMOVE})
_KEPT: Roles = frozenset({Role.ORDER, Role.SET})
_FILLER: Roles = frozenset({Role.FILLER})


def quieted(tokens: Sequence[Token], marks: list[Roles]) -> list[Roles]:
    """The roles, with the words of such remarks as fillers; a verb that orders keeps doing so."""
    start = 0
    for end in range(len(tokens) + 1):
        if end < len(tokens) and _belongs(tokens[end], marks[end]):
            continue
        apart = _ends(tokens, start - 1) and _ends(tokens, end)
        if _is_remark(marks[start:end], apart):
            marks[start:end] = [roles & _KEPT if roles & _KEPT and not roles & {Role.NOT, Role.NO} else _FILLER
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
    if Role.FRESH_NOUN in said and Role.WALA in said and said & {Role.NOT, Role.NO, Role.REMOVE}:
        return True  # "expiry wali mat dena"
    return (
        said >= _ABOUT and any(Role.FRESH_CARE in r and Role.FRESH_NOUN not in r for r in run) and (commands or apart)
    )

"""How somebody says that they will pay, in the middle of what else they say: "2 peti sprite, cash dunga".

Only what is to be paid counts. A no behind the word refuses it, a question wants to know about it, and what was paid
already is told, not wished: "cash nahi", "cash par kitna", "cash de diya" and "cash memo" say nothing of an order.
"""

import re
from collections.abc import Sequence

from language import lexicon, phrases
from language.folding import fold
from language.normalise import normalise
from language.phrases import Word
from language.roles import Role
from language.tokens import Kind, Token, tokenise

_CASH = frozenset(map(fold, phrases.listed(Word.CASH)))
_SPEAKS_OF_IT = re.compile(phrases.any_of(Word.CASH))
_CREDIT = frozenset(map(fold, phrases.listed(Word.CREDIT)))
_PAPERS = frozenset(map(fold, phrases.listed(Word.CASH_PAPER)))
_REFUSES = frozenset({Role.NOT, Role.NO, Role.REMOVE})
_TELLS = frozenset({Role.PAST, Role.QUESTION, Role.TELLS, Role.TOLD})


def says_cash(text: str) -> bool:
    """True when cash is said to be how this is paid, and credit is not said beside it."""
    if not _SPEAKS_OF_IT.search(fold(text)):
        return False
    tokens = tokenise(normalise(text))
    marks = lexicon.mark(tokens)
    if any(token.kind is Kind.QUESTION for token in tokens):
        return False
    if not _wanted(tokens, marks, _CASH) or _wanted(tokens, marks, _CREDIT):
        return False
    return not any(roles & _TELLS for roles in marks)


def _wanted(tokens: Sequence[Token], marks: Sequence[lexicon.Roles], words: frozenset[str]) -> bool:
    """Is one of these words said, and neither refused behind it nor only part of the name of a paper?"""
    places = [at for at, token in enumerate(tokens) if token.kind is Kind.WORD and fold(token.text) in words]
    return any(not _is_refused(marks, at) and not _names_a_paper(tokens, at) for at in places)


def _is_refused(marks: Sequence[lexicon.Roles], at: int) -> bool:
    """ "Cash nahi", "cash mein nahi"; in "nahi cash" the no is about what was asked."""
    behind = marks[at + 1 : at + 3]
    return any(roles & _REFUSES for roles in behind[:1]) or (
        len(behind) > 1 and bool(behind[1] & _REFUSES) and not behind[0] & {Role.ORDER}
    )


def _names_a_paper(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and fold(tokens[at + 1].text) in _PAPERS

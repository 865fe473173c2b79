"""A message is cut into clauses: where people type separators, say "aur", or turn from ordering to talking.

A clause knows how it is joined to the others ("aur" before or after it may mean *more*), whether it asks, and whether
it merely talks: questions, complaints, stories of the past and payments name goods and numbers without ordering them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from language import numbers, particles
from language.lexicon import Roles
from language.roles import Role
from language.tokens import Kind, Token
from orders.understanding.index import Index

_TALK = frozenset({Role.QUESTION, Role.PAST, Role.PAYMENT, Role.PAUSE})
_PLUS = frozenset("+&")
_OF_THE_SENDING = particles.INSIDE | particles.BELONGING
_OF_PROMISES = frozenset({Role.PAYMENT, Role.PROMISE, Role.FILLER, Role.LATER, Role.TIME})
_TAIL_TALK = frozenset({Role.QUESTION, Role.PAYMENT, Role.ACCOUNT, Role.LATER})


@dataclass(frozen=True, slots=True)
class Clause:
    """tokens[start:end] of the message, with the roles of each; `asked` if a question mark ends it.

    `and_before` and `and_after`: a word joins it to its neighbour; `summed`: that word, or a plus, stands before it.
    """

    start: int
    tokens: tuple[Token, ...]
    marks: tuple[Roles, ...]
    asked: bool = False
    and_before: bool = False
    and_after: bool = False
    summed: bool = False

    @property
    def roles(self) -> Roles:
        """All roles that occur in the clause."""
        return frozenset().union(*self.marks)

    @property
    def orders(self) -> bool:
        """Does it ask for goods in so many words?"""
        return any(Role.ORDER in roles and not _is_noun(self, at) for at, roles in enumerate(self.marks))

    @property
    def refuses_removal(self) -> bool:
        """ "Cancel mat karo", "mat hatao": a no right beside the word that removes."""
        removing = [at for at, roles in enumerate(self.marks) if Role.REMOVE in roles]
        refusing = {
            at for at, roles in enumerate(self.marks) if roles & {Role.NOT, Role.NO} and Role.REMOVE not in roles
        }
        return any({at - 1, at + 1} & refusing for at in removing)

    @property
    def is_promised(self) -> bool:
        """ "Kal 5 peti lunga", "2 peti ka order dunga", "kal bolunga": it will be ordered, and is not yet.

        "2 peti lunga" alone takes them, and a promise to pay says nothing of the goods.
        """
        text = [token.text for token in self.tokens]
        promised = [at for at, pair in enumerate(pairwise(["", *text])) if particles.promises(pair[1], pair[0])]
        if not promised:
            return False
        money = any(Role.PAYMENT in roles and at not in promised for at, roles in enumerate(self.marks))
        then = any(token.text in particles.COMING for token in self.tokens)
        noun = any(Role.CART in self.marks[at - 1] for at in promised if at)
        takes = any(Role.ORDER in self.marks[at] for at in promised)
        return not money and (then or noun or not takes)

    @property
    def _asks_for_papers(self) -> bool:
        """ "3 peti pepsi ka bill bhejo", "bill for 3 cases": the goods only say which paper or photo is meant."""
        papers = [at for at, roles in enumerate(self.marks) if Role.ACCOUNT in roles and Role.REST not in roles]
        links = {
            at for at, roles in enumerate(self.marks) if roles == {Role.LINK} or self.tokens[at].text in particles.FOR
        }
        inside = {at for at in papers if at + 1 < len(self.marks) and self.tokens[at + 1].text in particles.INSIDE}
        return any((at - 1 in links and at not in inside) or self._is_for(at) for at in papers) or (
            bool(papers) and len(self.marks) - 1 in links and len(self.marks) - 1 not in papers
        )

    def _is_for(self, at: int) -> bool:
        return at + 1 < len(self.tokens) and self.tokens[at + 1].text in particles.FOR

    @property
    def talk(self) -> Roles:
        """Why this is talk and not an order; empty if it may be one."""
        found = self.roles & _TALK
        if Role.LATER in self.roles and not self.orders:
            found |= {Role.LATER}
        if self.roles & {Role.HAVE, Role.TELLS} and not self.orders and Role.GONE not in self.roles:
            found |= {Role.PAST}  # "mere paas 5 peti sprite hai", "5 peti sprite bik gayi"
        if Role.TOLD in self.marks[-1] and not particles.GENITIVE & {token.text for token in self.tokens[-2:-1]}:
            found |= {Role.PAST} if not self.orders else set()  # "ramesh ko 2 peti sprite di"
        if Role.CONDITION in self.roles and not self.orders:
            found |= {Role.QUESTION}
        if self._asks_for_papers:
            found |= {Role.QUESTION}
        if self.asked and not self.orders:
            found |= {Role.QUESTION}
        return found


def split(index: Index, tokens: Sequence[Token], marks: Sequence[Roles]) -> list[Clause]:
    """The clauses of a message, none of them empty."""
    clauses: list[Clause] = []
    start, joined, summed = 0, False, False
    for at in range(len(tokens) + 1):
        ends = at == len(tokens)
        says_and = not ends and _joins(index, tokens, marks, start, at)
        if not ends and not says_and and tokens[at].kind not in (Kind.BREAK, Kind.QUESTION):
            continue
        asked = not ends and tokens[at].kind is Kind.QUESTION
        if any(t.kind in (Kind.WORD, Kind.NUMBER) for t in tokens[start:at]):
            clauses += _without_tail(
                Clause(start, tuple(tokens[start:at]), tuple(marks[start:at]), asked, joined, says_and, summed)
            )
            joined = summed = False
        start, joined = at + 1, joined or says_and
        summed = summed or says_and or (not ends and tokens[at].text in _PLUS)
    return _trailing_and(clauses, joined)


def _joins(index: Index, tokens: Sequence[Token], marks: Sequence[Roles], start: int, at: int) -> bool:
    """Is this an "and" between items, rather than inside a name or between the ends of a range?"""
    if Role.AND not in marks[at]:
        return False
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and (before.sound, tokens[at].sound) in index.beginnings:
        return False
    counted = before is not None and numbers.number_at(tokens, at - 1) is not None
    if counted and (numbers.part_after(tokens, at) is not None or _means_more(tokens, marks, start, at)):
        return False
    between_numbers = before is not None and after is not None and before.value is not None and after.value is not None
    return not (between_numbers and Role.TO in marks[at])


def _means_more(tokens: Sequence[Token], marks: Sequence[Roles], start: int, at: int) -> bool:
    """ "Ek aur lux", "2 aur peti": behind a number that opens the clause, "aur" is no joint but *more*."""
    if at + 1 >= len(tokens) or tokens[at].text not in particles.MORE or numbers.number_at(tokens, at + 1) is not None:
        return False
    return all(marks[place] & {Role.FILLER, Role.YES} for place in range(start, at - 1))


def _trailing_and(clauses: list[Clause], joined: bool) -> list[Clause]:
    """ "1 peti aur": more of it. The flag stays only on a clause that nothing but verbs follow."""
    found: list[Clause] = []
    for at, clause in enumerate(clauses):
        rest = clauses[at + 1 :]
        more = clause.and_after and all(_only_verbs(c) for c in rest) and (bool(rest) or joined)
        found.append(replace(clause, and_after=more))
    return found


def _only_verbs(clause: Clause) -> bool:
    return all(roles & {Role.ORDER, Role.SET, Role.FILLER, Role.ADD} for roles in clause.marks)


def _is_noun(clause: Clause, at: int) -> bool:
    """ "5 peti pepsi ka order kaha hai", "... wala order": after "ka" it is a thing; a question orders nothing.

    So is "bhejne ka", "dene me": the sending and giving, of which something else is said.
    """
    following = clause.tokens[at + 1].text if at + 1 < len(clause.tokens) else ""
    if clause.tokens[at].text.endswith(particles.INFINITIVE) and following in _OF_THE_SENDING:
        return True
    asks = bool(clause.roles & {Role.QUESTION, Role.PAST, Role.LATER})
    belongs = at > 0 and (clause.marks[at - 1] == {Role.LINK} or Role.WALA in clause.marks[at - 1])
    return asks and belongs and Role.CART in clause.marks[at]


def _without_tail(clause: Clause) -> list[Clause]:
    """ "2 peti coke bhej do rate kya hai": talk after the ordering verb is a clause of its own."""
    aside = _aside(clause)
    if aside:
        return _cut(clause, aside)
    verbs = [at for at, roles in enumerate(clause.marks) if Role.ORDER in roles and not _is_noun(clause, at)]
    cut = verbs[-1] + 1 if verbs else 0
    head, tail = clause.marks[:cut], clause.marks[cut:]
    said = frozenset().union(*tail) if tail else frozenset()
    counted = any(token.value is not None for token in clause.tokens[:cut])
    talks_before = frozenset().union(*head) & _TALK if head else _TALK
    if (
        len(tail) < 2
        or clause.tokens[cut].sound in particles.MUST
        or not counted
        or talks_before
        or not said & _TAIL_TALK
        or Role.PAST in said
    ):
        return [clause]
    return _cut(clause, cut)


def _cut(clause: Clause, at: int) -> list[Clause]:
    return [
        replace(clause, tokens=clause.tokens[:at], marks=clause.marks[:at], asked=False, and_after=False),
        Clause(clause.start + at, clause.tokens[at:], clause.marks[at:], clause.asked, False, clause.and_after),
    ]


def _aside(clause: Clause) -> int:
    """Where a promise to pay, or the wish to hear the total, follows counted goods; 0 if none does.

    "2 peti coke payment kal dunga", "2 peti coke total kitna hua"; though not "2 peti coke ka payment kal dunga".
    """
    at = next((at for at, token in enumerate(clause.tokens) if token.text in particles.TOTAL), 0)
    if not at and clause.marks and Role.PROMISE in clause.roles and Role.PAYMENT in clause.roles:
        at = len(clause.marks)
        while at and clause.tokens[at - 1].value is None and clause.marks[at - 1] & _OF_PROMISES:
            at -= 1
    head = frozenset().union(*clause.marks[:at])
    counted = any(
        token.value is not None or numbers.number_at(clause.tokens, i) for i, token in enumerate(clause.tokens[:at])
    )
    if at and Role.CART in clause.marks[at - 1]:
        return 0  # "2 peti coke ka order kal dunga"
    says = clause.roles & {Role.QUESTION, Role.PROMISE} and Role.PAST not in clause.roles
    return at if says and counted and not head & _TALK and Role.LINK not in clause.marks[at - 1] else 0

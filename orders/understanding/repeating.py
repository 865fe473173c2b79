"""Whether a message asks for the same order once more: "repeat", "wahi purana order bhej do", "pichle hafte jaisa".

Telling of the past is talk, unless it only says which order is meant ("jo pichli baar mangwaya tha wahi bhej do").
"""

from collections.abc import Sequence
from itertools import pairwise

from language.lexicon import Roles
from language.roles import Role
from orders.understanding.clauses import Clause

_AS_BEFORE: Roles = frozenset({Role.AGAIN, Role.CART, Role.ORDER})
_ALIKE: Roles = frozenset({Role.SAME, Role.AGAIN, Role.REPEAT})
_COMPLAINS: Roles = frozenset({Role.NOT, Role.NO, Role.TOLD, Role.HAVE, Role.TELLS})


def repeats(clauses: Sequence[Clause]) -> bool:
    """True for the same, again; what it would be of is for the caller to see."""
    roles = frozenset().union(*(clause.roles for clause in clauses))
    is_again = Role.REPEAT in roles or (Role.SAME in roles and bool(roles & _AS_BEFORE))
    return is_again and not roles & {Role.ACCOUNT, Role.REMOVE} and _is_asked_for(clauses, roles)


def _is_asked_for(clauses: Sequence[Clause], roles: Roles) -> bool:
    talk = frozenset().union(*(clause.talk for clause in clauses))
    if not talk:
        return True
    told = (marks for clause in clauses for marks in clause.marks if Role.PAST in marks)
    says_which = talk == {Role.PAST} and all(Role.BOUGHT in marks for marks in told) and not roles & _COMPLAINS
    return says_which and any(_is_sent_again(clause.marks) for clause in clauses)


def _is_sent_again(marks: Sequence[Roles]) -> bool:
    """ "Wahi bhej do", "same dobara bhejo": the same beside a wish, and not in a story ("last order bheja tha")."""
    return Role.RESEND in frozenset().union(*marks) or any(
        before & _ALIKE and Role.ORDER in roles and Role.PAST not in roles for before, roles in pairwise(marks)
    )

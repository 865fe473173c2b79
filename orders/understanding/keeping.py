"""Edits that name what stays: "bas coke rakho, baaki hata do", "remove everything except coke".

The verb removes everything that is *not* named, the very opposite of what it does beside a name. So these are read
before other edits, and asked about unless every name means lines of the cart and no amount is said.
"""

from collections.abc import Callable, Sequence

from language.lexicon import Roles
from language.roles import Role
from orders.understanding import carts
from orders.understanding.carts import Cart, Change
from orders.understanding.clauses import Clause
from orders.understanding.elements import Goods
from orders.understanding.facts import Question

_SENDS: Roles = frozenset({Role.ORDER, Role.YES})
_BETWEEN: Roles = frozenset({Role.FILLER, Role.ALL, Role.CART, Role.LINK, Role.SET, Role.ADD, Role.REST, Role.ONLY})


def leaves_open(clauses: Sequence[Clause]) -> bool:
    """ "Coke bhej do, baaki rehne do": shall the rest stay on the list, or be left off?"""
    marks = [roles for clause in clauses for roles in clause.marks]
    removals = [at for at, roles in enumerate(marks) if Role.REMOVE in roles and Role.STAY not in roles]
    said = frozenset().union(*marks)
    if removals and Role.EXCEPT in said and not said & {Role.ALL, Role.REST}:
        return True  # "lux ke alawa kuch nahi chahiye"
    if removals:  # "remove rest send coke"
        return any(Role.REST in roles and _is_sent(marks, at) and _goes_on(marks, at) for at, roles in enumerate(marks))
    return any(Role.REST in roles and _stays(marks, at) for at, roles in enumerate(marks))


def _stays(marks: Sequence[Roles], rest: int) -> bool:
    """Is "rehne do" said of the rest?"""
    after = (roles for roles in marks[rest + 1 :] if not roles & _BETWEEN or Role.STAY in roles)
    return Role.STAY in next(after, frozenset())


def keeps(clauses: Sequence[Clause]) -> bool:
    """Is the rest to be removed, rather than what is named?"""
    marks = [roles for clause in clauses for roles in clause.marks]
    removals = [at for at, roles in enumerate(marks) if Role.REMOVE in roles and Role.STAY not in roles]
    if not removals:
        return False
    said = frozenset().union(*marks)
    if Role.EXCEPT in said and said & {Role.ALL, Role.REST}:
        return True
    rests = [at for at, roles in enumerate(marks) if Role.REST in roles and not _stays(marks, at)]
    return any(
        _near(marks, rest, removal) and not (removal < rest and _is_sent(marks, rest))
        for rest in rests
        for removal in removals
    )


def _is_sent(marks: Sequence[Roles], rest: int) -> bool:
    """ "Coke cancel, baaki bhej do", "coke hatao baaki sahi hai": the rest has a verb of its own."""
    said = (roles for roles in marks[rest + 1 :] if roles & _SENDS or not roles & _BETWEEN)
    return bool(next(said, frozenset()) & _SENDS)


def _goes_on(marks: Sequence[Roles], rest: int) -> bool:
    """Is more said behind the verb of the rest?"""
    return not all(roles & (_SENDS | _BETWEEN) for roles in marks[rest + 1 :])


def _near(marks: Sequence[Roles], rest: int, removal: int) -> bool:
    low, high = sorted((rest, removal))
    return all(roles & _BETWEEN or (Role.REMOVE in roles and Role.STAY not in roles) for roles in marks[low + 1 : high])


def kept(cart: Cart, goods: Sequence[Goods], meant: Callable[[Goods], Cart], others: bool) -> Change | Question:
    """The cart with only the lines that are named; `others`: something else is to be removed by name as well."""
    named = [meant(one) for one in goods]
    stay = {line.sku for lines in named for line in lines}
    if not goods or others or not all(named) or any(one.amounts for one in goods):
        return Question("target_missing", "", None, None, tuple(line.sku for line in cart))
    return carts.removed(cart, [line.sku for line in cart if line.sku not in stay])

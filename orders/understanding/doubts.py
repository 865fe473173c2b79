"""Are the goods that a message names really wanted now? Where its words leave that open, it is asked.

A verb that nobody knows, a sign that refuses, an order that hangs on something or is promised for later, goods that
shall be exchanged: each of these names goods and amounts, and orders nothing by itself.
"""

from itertools import pairwise

from language import particles
from language.roles import Role
from language.yes_and_no import refuses
from orders.understanding.clauses import Clause
from orders.understanding.facts import Question, ReadLine
from orders.understanding.gathering import Gathered
from orders.understanding.settling import Outcome


def sure_of_verb(entry: Gathered) -> Outcome | None:
    """The outcome, asked about where a verb that nobody knows stands and none that orders, or a sign that refuses."""
    clause, line = entry.statement.clause, entry.outcome
    crossed = any(refuses(token.text) for token in clause.tokens)
    doubtful = Role.UNCLEAR_VERB in clause.roles and not clause.orders
    doubtful = doubtful or clause.is_promised or _exchanges(entry)
    hangs = clause.orders and (Role.CONDITION in clause.roles or _is_put_off(clause))
    if not isinstance(line, ReadLine) or not (crossed or doubtful or hangs or _opens_with_no(entry)):
        return line
    return Question("verb_unclear", line.span, line.qty, line.unit, (line.sku,))


def _is_put_off(clause: Clause) -> bool:
    """ "Pepsi 5 peti baad me bhejna", "soch raha hu ...": a whole phrase says later, though not "uske baad maaza"."""
    if any(Role.LATER in one and Role.LATER in other for one, other in pairwise(clause.marks)):
        return True
    told = zip(clause.tokens, clause.marks, strict=True)
    return any(Role.LATER in roles and token.text not in particles.AFTER for token, roles in told)


def _exchanges(entry: Gathered) -> bool:
    """ "2 peti sprite badal do": what came shall be another one, and nothing says what comes instead."""
    return Role.REPLACE in entry.statement.clause.roles and entry.op != "replace"


def _opens_with_no(entry: Gathered) -> bool:
    """ "No pepsi 3 cases": is pepsi refused, or something said before?"""
    clause = entry.statement.clause
    named = entry.goods is not None and entry.goods.mention.start == clause.start + 1
    return named and clause.tokens[0].text in particles.REFUSES and not clause.orders

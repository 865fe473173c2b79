"""Words that nobody knows: ordered though not sold, left unread, or the name of somebody.

Whatever is counted is told, even beside goods that we have: "sprite 2 limca 3" orders limca too.
"""

from language.roles import Role
from orders.understanding.elements import Amount, Mention
from orders.understanding.facts import Unsold
from orders.understanding.gathering import Gathered

_SHORT = 3  # letters; shorter words that nobody knows are noise
_ABOUT_OTHER_THINGS = frozenset(
    {Role.ACCOUNT, Role.CART, Role.LATER, Role.REPEAT, Role.GREETING, Role.THANKS, Role.TIME}
)


def is_order_for_stranger(entry: Gathered) -> bool:
    """Was something that is not in the catalogue really ordered, or is it only a word nobody knows?

    An amount with a unit orders. A bare number orders beside at most two words, an ordering verb beside at most three;
    among goods that we have, it orders whatever the length of the name, if all of them are counted.
    """
    goods = entry.goods
    if goods is None or not isinstance(entry.outcome, Unsold) or goods.mention.items:
        return True
    if any(_is_clear(amount) for amount in goods.amounts) or _also(entry, goods.mention):
        return True
    clause, length = entry.statement.clause, len(goods.mention.words)
    others = [other for other in entry.statement.goods if other is not goods]
    if not goods.amounts:
        return length <= 3 and not others and clause.orders and not clause.roles & _ABOUT_OTHER_THINGS
    if Role.ACCOUNT in clause.roles:
        return False  # "update my address to shop no 5"
    if any(not other.mention.is_stranger for other in others):
        return all(other.amounts for other in others)
    return length <= 2 and (not others or (len(others) == 1 and clause.orders))


def _also(entry: Gathered, mention: Mention) -> bool:
    """ "... limca bhi": a word that asks for more stands behind it."""
    clause = entry.statement.clause
    at = mention.end - clause.start
    return at < len(clause.marks) and Role.ADD in clause.marks[at] and Role.ORDER not in clause.marks[at]


def is_unread(entry: Gathered) -> bool:
    """Is this a word that nobody knows beside goods that are known? Names of people ("Sharma ji") are left alone."""
    goods, clause = entry.goods, entry.statement.clause
    if goods is None or not goods.mention.is_stranger or len("".join(goods.mention.words)) < _SHORT:
        return False
    beside = clause.marks[max(0, goods.mention.start - clause.start - 1) : goods.mention.end - clause.start + 1]
    person = any(Role.TITLE in roles for roles in beside)
    return not person and any(not other.mention.is_stranger for other in entry.statement.goods)


def stands_alone(entry: Gathered) -> bool:
    """Is this something unsold in a clause of its own? Beside an order it is named, even if it has no amount.

    Names of people ("Sharma ji,") and clauses about other things (the bill, the delivery) are no goods.
    """
    if entry.goods is None or not isinstance(entry.outcome, Unsold):
        return False
    known = any(not other.mention.is_stranger for other in entry.statement.goods if other is not entry.goods)
    return not known and not entry.statement.clause.roles & (_ABOUT_OTHER_THINGS | {Role.TITLE})


def _is_clear(amount: Amount) -> bool:
    return amount.counts_packs or amount.is_measure or amount.form != "plain"

"""What a message that orders nothing is about. Informative only: whoever answers may look further.

The order of the list is the order of precedence: a paid claim that asks for the balance is a claim.
"""

from collections.abc import Iterable

from language.lexicon import Roles
from orders.understanding.clauses import Clause

_INTENTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("payment_claim", frozenset({"payment", "past"})),
    ("payment", frozenset({"payment"})),
    ("balance_query", frozenset({"question", "account"})),
    ("complaint", frozenset({"past"})),
    ("question", frozenset({"question"})),
    ("account", frozenset({"account"})),
    ("thanks", frozenset({"thanks"})),
    ("greeting", frozenset({"greeting"})),
    ("yes", frozenset({"yes"})),
    ("no", frozenset({"no"})),
)


def intent_of(clauses: Iterable[Clause]) -> str:
    """The name of what the message is about, `other` if nothing is recognised."""
    roles: Roles = frozenset().union(*(clause.roles | clause.talk for clause in clauses))
    return next((intent for intent, needed in _INTENTS if needed <= roles), "other")

"""What a message that orders nothing is about. Informative only: whoever answers may look further.

The order of the list is the order of precedence: a paid claim that asks for the balance is a claim.
"""

from collections.abc import Iterable

from language.lexicon import Roles
from language.roles import Role
from orders.understanding.clauses import Clause

_INTENTS: tuple[tuple[str, Roles], ...] = (
    ("payment_claim", frozenset({Role.PAYMENT, Role.PAST})),
    ("payment", frozenset({Role.PAYMENT})),
    ("balance_query", frozenset({Role.QUESTION, Role.ACCOUNT})),
    ("complaint", frozenset({Role.PAST})),
    ("question", frozenset({Role.QUESTION})),
    ("account", frozenset({Role.ACCOUNT})),
    ("thanks", frozenset({Role.THANKS})),
    ("greeting", frozenset({Role.GREETING})),
    ("yes", frozenset({Role.YES})),
    ("no", frozenset({Role.NO})),
)


def intent_of(clauses: Iterable[Clause]) -> str:
    """The name of what the message is about, `other` if nothing is recognised."""
    roles: Roles = frozenset().union(*(clause.roles | clause.talk for clause in clauses))
    return next((intent for intent, needed in _INTENTS if needed <= roles), "other")

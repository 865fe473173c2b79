"""What is understood of a message: lines, questions and unsold things, with the context they were read in.

Quantities are exact `Decimal`s. `base_qty` counts the item's base unit (pieces, or kilograms of loose goods).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line that can be shown for confirmation. `span` quotes the normalised text, `reason` explains the reading."""

    sku: str
    qty: Decimal
    unit: str
    base_qty: Decimal
    span: str = ""
    reason: str = ""
    op: str = "put"
    instead: str = ""  # what the same message said of the item before, where only "kar do" tells that this holds


@dataclass(frozen=True, slots=True)
class Question:
    """Something must be asked. What was understood already is remembered: the quantity, its unit and the candidates.

    `name`: the words, as typed, that may mean any of the candidates; empty when the question is about anything else.
    `op`: "add" where the answer is to be more of a line that is there; else it is how much of it there shall be.
    """

    reason: str
    text: str = ""
    qty: Decimal | None = None
    unit: str | None = None
    candidates: tuple[str, ...] = ()
    name: str = ""
    op: str = "put"


@dataclass(frozen=True, slots=True)
class Unsold:
    """Something was ordered that the catalogue does not have; the candidates are the nearest it has."""

    text: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CartLine:
    """A line of the cart a message may change."""

    sku: str
    qty: Decimal
    unit: str
    base_qty: Decimal


@dataclass(frozen=True, slots=True)
class Context:
    """What is known when the message arrives: the conversation's own, and the shop's names for goods, by sound."""

    cart: tuple[CartLine, ...] = ()
    last_sku: str | None = None
    pending_question: Question | None = None
    learned: Mapping[tuple[str, ...], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The answer to a question about a name: these words meant this product."""

    said: str
    sku: str


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message, read. `cart` is the resulting cart of an edit, otherwise None.

    kind: order (lines to confirm), edit (changes a cart, or repeats, confirms, cancels), ambiguous (must ask),
    unknown (something is not sold), chatter (anything else). `unread` are words beside goods that nobody knows.
    """

    kind: str
    lines: tuple[ReadLine, ...] = ()
    candidates: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    action: str | None = None
    remove: tuple[str, ...] = ()
    cart: tuple[CartLine, ...] | None = None
    reason: str | None = None
    questions: tuple[Question, ...] = ()
    chosen: Chosen | None = None
    unread: tuple[str, ...] = ()

    @property
    def question(self) -> Question | None:
        """The first thing to ask."""
        return self.questions[0] if self.questions else None

    @property
    def names_nothing(self) -> bool:
        """True of a number or a verb alone that fits neither the question nor the list: nothing is there to ask of."""
        asks_of_nothing = all(not asked.text and not asked.candidates for asked in self.questions)
        return bool(self.questions) and asks_of_nothing and not self.lines and not self.unknown


def context_from(raw: Mapping[str, Any] | None) -> Context:
    """The context written as plain data; raises KeyError, TypeError, ValueError or ArithmeticError if malformed."""
    if not raw:
        return Context()
    pending = raw.get("pending_question")
    return Context(
        cart=tuple(_cart_line(line) for line in raw.get("cart") or ()),
        last_sku=raw.get("last_sku"),
        pending_question=_question(pending) if pending else None,
    )


def _cart_line(raw: Mapping[str, Any]) -> CartLine:
    return CartLine(str(raw["sku"]), _exact(raw["qty"]), str(raw["unit"]), _exact(raw["base_qty"]))


def _exact(value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value} is not a quantity")
    return number


def _question(raw: Mapping[str, Any]) -> Question:
    qty = raw.get("qty")
    candidates: Sequence[str] = raw.get("candidates") or ()
    return Question(
        str(raw.get("reason") or ""),
        str(raw.get("text") or ""),
        _exact(qty) if qty is not None else None,
        raw.get("unit"),
        tuple(map(str, candidates)),
        str(raw.get("name") or ""),
    )

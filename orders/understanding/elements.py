"""The meaningful pieces of a clause: names of goods, amounts, features, marks, and strangers nobody knows.

A clause is scanned once, left to right, always taking the longest thing that begins where we stand. What follows
(which amount belongs to which name, size or quantity) never looks at words again.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from language.lexicon import Roles
from orders.understanding.index import NameKind
from orders.understanding.units import Unit


@dataclass(frozen=True, slots=True)
class Piece:
    """Something at tokens[start:end] of its clause."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention(Piece):
    """Goods were named. `items` is what the name stands for, `cover` every item whose words fit it."""

    kind: NameKind
    items: frozenset[int]
    cover: frozenset[int]
    words: tuple[str, ...]
    sure: bool = True
    stranger_before: bool = False
    stranger_after: bool = False

    @property
    def is_stranger(self) -> bool:
        """No item of the catalogue has these words."""
        return not self.items and not self.cover


class Form(StrEnum):
    """How an amount was written, which is most of what it means."""

    PLAIN = "plain"  # a number, perhaps with a unit
    PRICE = "price"  # rupees, or "12 wala": a price point or a size
    RATE = "rate"  # rupees without "wala": a price point or the price somebody hopes for
    OF = "of"  # "44 ka": a price point, a size or the price somebody talks about
    TIMES = "times"  # so many times what the cart has: "double", "aadha kar do"


@dataclass(frozen=True, slots=True)
class Amount(Piece):
    """A number with what is tied to it. `bound` after "x" or "-": certainly a quantity. `vague` without one value
    ("5-6", "some"), `each` for every item named before it ("1-1 peti"), `unclear` with a sign or an exponent."""

    value: Decimal
    unit: Unit | None = None
    form: Form = Form.PLAIN
    bound: bool = False
    vague: bool = False
    each: bool = False
    unclear: bool = False

    @property
    def is_measure(self) -> bool:
        return self.unit is not None and self.unit.is_measure

    @property
    def counts_packs(self) -> bool:
        """Certainly a quantity of packs: it has a pack unit, or is bound."""
        return self.form is Form.PLAIN and not self.is_measure and (self.bound or self.unit is not None)

    @property
    def is_bare(self) -> bool:
        return self.form is Form.PLAIN and self.unit is None and not self.bound


@dataclass(frozen=True, slots=True)
class Feature(Piece):
    """A word that picks one of a family: big, small or a colour."""

    kind: str


@dataclass(frozen=True, slots=True)
class LinePlace(Piece):
    """A line of the list, told by its place: "pehla wala", "item 2"; -1 is the last."""

    place: int


@dataclass(frozen=True, slots=True)
class LooseUnit(Piece):
    """A unit that no number claimed ("coke peti bhej do")."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Mark(Piece):
    """A word that orders, removes, corrects, asks..."""

    roles: Roles


@dataclass(frozen=True, slots=True)
class Binder(Piece):
    """A sign that ties a quantity to its neighbour."""

    text: str


@dataclass(slots=True)
class Goods:
    """One name with everything that was said about it, ready to be settled into a line or a question."""

    mention: Mention
    amounts: list[Amount] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    place: int | None = None

    @property
    def says_something(self) -> bool:
        """Is anything said beside the name?"""
        return bool(self.amounts or self.features or self.units) or self.place is not None

    def having(self, said: "Goods") -> "Goods":
        """The same name with more said about it."""
        return Goods(
            self.mention,
            self.amounts + said.amounts,
            self.features + said.features,
            self.units + said.units,
            said.place,
        )

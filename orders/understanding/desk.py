"""What every edit needs, laid out beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orders.understanding import carts
from orders.understanding.carts import Cart
from orders.understanding.elements import Mention
from orders.understanding.facts import CartLine
from orders.understanding.index import Index, NameKind
from orders.understanding.sharing import Settle


@dataclass(frozen=True, slots=True)
class Desk:
    """What every edit needs: the catalogue, the cart as it stands, the line mentioned last, and how goods settle."""

    index: Index
    cart: Cart
    last_sku: str | None
    settle: Settle

    @property
    def lines(self) -> Cart:
        """The cart's lines that the catalogue still knows; the others stay as they are."""
        return tuple(line for line in self.cart if line.sku in self.index.by_sku)

    def line(self) -> CartLine | None:
        """The line that a message means when it names none: the last mentioned, or the only one."""
        return carts.find(self.lines, self.last_sku) or (self.lines[0] if len(self.cart) == 1 and self.lines else None)

    def mention(self, lines: Sequence[CartLine], like: Mention) -> Mention:
        """The mention, meaning these cart lines only."""
        found = frozenset(self.index.by_sku[line.sku].position for line in lines)
        return replace(like, kind=NameKind.ALIAS, items=found, cover=found)

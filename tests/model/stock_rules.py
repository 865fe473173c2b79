"""Goods come in and are counted, and orders are cut to what is there."""

from decimal import Decimal

from hypothesis import strategies as st

from orders import shortening, stock
from tests.model import books, rulebook
from tests.model.machine import kilograms, picks, rule
from tests.model.order_rules import OrderRules

SKU = "RICE-L"


class StockRules(OrderRules):
    """The shelf, and what orders hold of it."""

    @rule(when=lambda self: self.house.shelf is not None, kg=kilograms, kind=st.sampled_from(["receipt", "damage"]))
    def move_goods(self, kg: int, kind: str) -> None:
        """Goods come in or are lost; there is never less than nothing."""
        change = kg if kind == "receipt" else -min(kg, self._spare())
        now = (self.house.shelf or 0) + change
        no = None if change else "INVALID"
        if self.attempt(no, lambda session: stock.move(session, SKU, change * 1_000, kind, "as found")):
            self.house.shelf = now

    @rule(when=lambda self: self.house.shelf is not None, kg=st.integers(0, 400))
    def count_goods(self, kg: int) -> None:
        """What is on the shelf is what was counted."""
        found = max(kg, self.house.held())
        self.do(lambda session: stock.count(session, SKU, found * 1_000, "counted"))
        self.house.shelf = found

    def _spare(self) -> int:
        return max(0, (self.house.shelf or 0) - self.house.held())

    @rule(when=lambda self: self.each("orders", "confirmed"), number=picks, kg=kilograms)
    def shorten(self, number: int, kg: int) -> None:
        """Less will come of a promised order: goods and credit are free again."""
        shop, order = self.mostly(number, "orders", "confirmed")
        rules = {"ORDER_NOT_CONFIRMED": order.status != "confirmed"}
        cut = {SKU: Decimal(kg)}
        if self.attempt(rules, lambda session: shortening.shorten(session, order.id, cut, "less is there")):
            self._shorten(shop, order, kg)

    def _shorten(self, shop: books.Shop, order: books.Order, kg: int) -> None:
        if kg < order.kg:
            order.cut(kg)
            order.holds = min(order.holds, kg)
            shop.tell("order_shortened", order.total_minor)
            if order.mode == "CREDIT":
                self.house.happen(rulebook.LOOSER, [shop])

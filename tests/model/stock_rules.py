"""Goods come in and are counted, and orders are cut to what is there."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from jobs import free_stock
from orders import shortening, stock
from tests.model import books, rulebook
from tests.model.machine import HOURS, kilograms, picks, rule
from tests.model.order_rules import OrderRules

SKU = "RICE-L"


class StockRules(OrderRules):
    """The shelf, and what orders hold of it."""

    @rule(when=lambda self: self.house.shelf is not None, kg=kilograms, kind=st.sampled_from(["receipt", "damage"]))
    def move_goods(self, kg: int, kind: str) -> None:
        """Goods come in or are lost; there is never less than nothing, though perhaps less than was promised."""
        found = (self.house.shelf or 0) + (kg if kind == "receipt" else -kg)
        no = "INVALID" if found < 0 else None
        change = found - (self.house.shelf or 0)
        if self.attempt(no, lambda session: stock.move(session, SKU, change * 1_000, kind, "as found")):
            self.house.shelf = found

    @rule(kg=st.integers(0, 400), again=st.booleans())
    def count_goods(self, kg: int, again: bool) -> None:
        """What is on the shelf is what was counted; the first time it is held for the orders that were promised it."""
        if self.house.shelf is not None or not again:
            self.count(kg)

    def count(self, kg: int) -> None:
        """What is there by a count."""
        if self.house.shelf is None:
            for _, order in self.each("orders", "confirmed"):
                order.holds, order.held_at = order.kg, self.now()
        self.do(lambda session: stock.count(session, SKU, kg * 1_000, "counted"))
        self.house.shelf = kg

    @rule(when=lambda self: self.house.held(), days=st.sampled_from([0, 1, 3]))
    def free_goods(self, days: int) -> None:
        """What was held for two days is anybody's, while the orders stand."""
        self.wait(days)
        stale = [one for _, one in self.each("orders", "confirmed") if one.holds and self._is_over(one)]
        assert self.do(free_stock.run) == {"freed": len(stale)}
        for one in stale:
            one.holds = 0

    def _is_over(self, order: books.Order) -> bool:
        assert order.held_at
        return self.now() > order.held_at + timedelta(hours=HOURS)

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

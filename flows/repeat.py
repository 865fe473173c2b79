"""The last order once more, from the menu: place_order quotes it, and a yes places it."""

from bot.flow import END, START, Flow, go
from core.i18n import N_


class Repeat(Flow):
    name = "repeat"
    menu_label = N_("Repeat last order")
    menu_rank = 12
    transitions = [go("opened", START, END, say="quote")]

    def quote(self) -> None:
        self.hand_on("place_order", "repeat")

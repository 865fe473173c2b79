"""The last order once more, from the menu: place_order quotes it, and a yes places it."""

from bot.flow import START, Flow, go
from core.i18n import N_


class Repeat(Flow):
    name = "repeat"
    menu_label = N_("Repeat last order")
    menu_rank = 12
    asked_rank = 130
    transitions = [go("opened", START, "order_list.repeat")]

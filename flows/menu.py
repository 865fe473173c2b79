"""The menu: everything that can be done here, one tap away."""

from bot.flow import END, START, Choice, Flow, Reply, go
from bot.turn import Turn
from core.i18n import _
from flows import cart
from language.phrases import Meaning


def choices(turn: Turn) -> tuple[Choice, ...]:
    """What the menu offers now: a list that was begun comes first."""
    offered = [Choice(_(flow.menu_label or flow.name), "opened", flow=flow.name) for flow in turn.flows.on_menu()]
    if count := cart.size(turn.place.memory):
        offered[0] = Choice(_("My list (%(count)s)", count=count), "opened", flow="order_list")
    return tuple(offered)


def offer(turn: Turn) -> Reply:
    """The menu, as it is shown."""
    return Reply(_("What would you like to do? You can also simply type your order."), choices(turn))


class Menu(Flow):
    name = "menu"
    asked_rank = 60
    opened_by = {Meaning.MENU: "opened"}
    transitions = [go("opened", START, END, say="show")]

    def show(self) -> None:
        self.say(offer(self.turn))

"""What can be tapped from anywhere: what the menu lists, and the languages."""

from bot.flow import Choice, Reply
from bot.turn import Turn
from core.i18n import SPOKEN, _
from orders import cart


def menu(turn: Turn) -> Reply:
    """The menu, as it is shown."""
    return Reply(_("What would you like to do? You can also simply type your order."), entries(turn))


def entries(turn: Turn) -> tuple[Choice, ...]:
    """What the menu offers now: a list that was begun comes first."""
    offered = [Choice(_(flow.menu_label or flow.name), "opened", flow=flow.name) for flow in turn.flows.on_menu()]
    if count := cart.size(turn.place.memory):
        offered[0] = Choice(_("My list (%(count)s)", count=count), "opened", flow="order_list")
    return tuple(offered)


def languages() -> tuple[Choice, ...]:
    """Every language under its own name."""
    return tuple(Choice(known.name, "chosen", known.code, flow="welcome") for known in SPOKEN.values())

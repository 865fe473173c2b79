"""The menu: everything that can be done here, one tap away."""

from bot.flow import END, START, Flow, go
from language.phrases import Meaning
from speech import offers


class Menu(Flow):
    name = "menu"
    asked_rank = 60
    opened_by = {Meaning.MENU: "opened"}
    transitions = [go("opened", START, END, say="show")]

    def show(self) -> None:
        self.say(offers.menu(self.turn))

"""Hello, and in which language: the first words, and the way to change the language at any time."""

from bot import words
from bot.flow import END, EVERYBODY, START, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import db
from core.i18n import ENGLISH, N_, SPOKEN, Language, _, isolate
from language import phrases
from language.phrases import Meaning
from parties.tables import Contact
from speech import offers

GREETINGS = phrases.of(Meaning.GREETING)


class Welcome(Flow):
    name = "welcome"
    menu_label = N_("Language")
    menu_rank = 80
    asked_rank = 170
    audience = EVERYBODY
    opened_by = {Meaning.LANGUAGE: "opened"}

    states = ["choosing_language"]
    transitions = [
        go("greeted", START, END, say="greet"),
        go("opened", START, END, when="language_is_named", do="change_language", say="confirm_language"),
        go("opened", START, "choosing_language"),
        go("chosen", START, END, when="language_is_named", do="change_language", say="confirm_language"),
        go("chosen", "choosing_language", END, when="language_is_named", do="change_language", say="confirm_language"),
    ]

    def recognise(self, message: Message) -> str | None:
        return "greeted" if message.folded in GREETINGS and not self.turn.is_lead else None

    def ask_choosing_language(self) -> Reply:
        return Reply(_("Which language do you prefer?"), offers.languages())

    def hear_choosing_language(self, message: Message) -> str | None:
        return "chosen" if words.language_named(message.folded) else None

    def language_is_named(self) -> bool:
        return self.wanted in SPOKEN

    @property
    def wanted(self) -> str:
        return self.arg or words.language_named(self.turn.message.folded) or ""

    def change_language(self) -> None:
        db.fetch(self.session, Contact, self.turn.contact_id).language = self.wanted
        self.turn.speak(self.wanted)

    def confirm_language(self) -> None:
        self.say(_("Good, I write English from now on."))
        if not self.turn.is_lead:
            self.say(offers.menu(self.turn))

    def greet(self) -> None:
        shop, business = isolate(plain(self.turn.shop.name)), isolate(plain(self.turn.business.name))
        self.say(_("Hello %(shop)s, welcome to *%(business)s*.", shop=shop, business=business))
        if self.turn.place.version == 0:
            self.say(f"{' · '.join(known.name for known in by_name())} → *language*")
        told = _("Type your order in your own words, for example: 5 kg sugar, 2 box tea. Or choose:")
        self.say(Reply(told, offers.entries(self.turn)))


def by_name() -> list[Language]:
    """All languages, with English, which those who read none of the others look for, at the end."""
    return sorted(SPOKEN.values(), key=lambda known: known.code == ENGLISH)

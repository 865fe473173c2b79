"""Hello, and in which language: the first words, and the way to change the language at any time."""

from bot import words
from bot.flow import END, EVERYBODY, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import db
from core.i18n import N_, _, isolate
from flows import menu
from parties.tables import Contact

GREETINGS = words.meanings(
    {
        "hello": "hi, hii, hiii, hello, helo, hey, hai, hlo, hallo, good morning, good afternoon, good evening, gm,"
        " namaste, namaskar, ram ram, jai shree ram, jai jinendra, radhe radhe, sat sri akal, salaam, salam,"
        " assalam alaikum, assalamu alaikum, assalam o alaikum, as salam alaikum, aadab, adaab, नमस्ते, नमस्कार,"
        " राम राम, प्रणाम, हाय, हैलो, हेलो, सलाम, سلام, السلام علیکم, اسلام علیکم, آداب, نمستے, ہیلو, ہائے, 🙏, 👋"
    }
)
LANGUAGES = (("en", "English"), ("hi", "हिन्दी"), ("ur", "اردو"), ("hi_Latn", "Hinglish"))


class Welcome(Flow):
    name = "welcome"
    menu_label = N_("Language")
    menu_rank = 80
    asked_rank = 170
    audience = EVERYBODY
    opened_by = {"language": "opened"}

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
        return Reply(_("Which language do you prefer?"), languages())

    def hear_choosing_language(self, message: Message) -> str | None:
        return "chosen" if words.language_named(message.folded) else None

    def language_is_named(self) -> bool:
        return self.wanted in dict(LANGUAGES)

    @property
    def wanted(self) -> str:
        return self.arg or words.language_named(self.turn.message.folded) or ""

    def change_language(self) -> None:
        db.fetch(self.session, Contact, self.turn.contact_id).language = self.wanted
        self.turn.speak(self.wanted)

    def confirm_language(self) -> None:
        self.say(_("Good, I write English from now on."))
        if not self.turn.is_lead:
            self.say(menu.offer(self.turn))

    def greet(self) -> None:
        shop, business = isolate(plain(self.turn.shop.name)), isolate(plain(self.turn.business.name))
        self.say(_("Hello %(shop)s, welcome to *%(business)s*.", shop=shop, business=business))
        if self.turn.place.version == 0:
            self.say("हिन्दी · اردو · Hinglish · English → *language*")
        told = _("Type your order in your own words, for example: 5 kg sugar, 2 box tea. Or choose:")
        self.say(Reply(told, menu.choices(self.turn)))


def languages() -> tuple[Choice, ...]:
    """Every language under its own name."""
    return tuple(Choice(title, "chosen", code, flow="welcome") for code, title in LANGUAGES)

"""Somebody who is not a customer (yet): a polite answer, and a task for people. No prices, no credit."""

from bot.flow import END, LEADS, START, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import ids
from core.i18n import _, isolate
from language.phrases import Meaning
from parties import tasks
from speech import offers, wording

MAX_NOTE = 300
MAX_NOTES = 5


class Lead(Flow):
    name = "lead"
    asked_rank = 200
    remembers = ("notes",)
    audience = LEADS
    greedy = True
    opened_by = dict.fromkeys((Meaning.MENU, Meaning.CANCEL, Meaning.LET_IT_BE, Meaning.HELP, Meaning.HUMAN), "wrote")

    transitions = [
        go("wrote", START, END, when="is_first_message", do="tell_staff", say="greet"),
        go("wrote", START, END, when="may_leave_a_note", do="keep_note", say="thank"),
        go("wrote", START, END, say="ask_to_call"),
    ]

    def recognise(self, message: Message) -> str | None:
        return "wrote"

    def is_first_message(self) -> bool:
        return "notes" not in self.memory

    def may_leave_a_note(self) -> bool:
        return bool(self.turn.message.text) and self.memory["notes"] < MAX_NOTES

    def tell_staff(self) -> None:
        self.memory["notes"] = 0
        tasks.ask_staff(
            self.session,
            "new_lead",
            "Somebody who is not a customer wrote on WhatsApp. Please call, and add the shop if it is one.",
            facts=self.facts(),
            dedupe_key=f"lead:{self.turn.contact_id}",
        )

    def keep_note(self) -> None:
        self.memory["notes"] += 1
        tasks.ask_staff(
            self.session,
            "lead_note",
            "Somebody who is not a customer sent details on WhatsApp.",
            facts=self.facts(),
            dedupe_key=f"lead:{self.turn.contact_id}:{self.memory['notes']}",
        )

    def facts(self) -> dict[str, str]:
        return {
            "contact": ids.public("con", self.turn.contact_id),
            "address": self.turn.incoming.from_address,
            "profile_name": self.turn.incoming.profile_name,
            "text": self.turn.message.text[:MAX_NOTE],
        }

    def greet(self) -> None:
        business = isolate(plain(self.turn.business.name))
        self.say(_("Hello, this is *%(business)s*. Thank you for writing to us.", business=business))
        self.say(
            Reply(
                _(
                    "Your number is not registered with us yet. Our team has been told and will contact you. Please"
                    " send your shop's name and area here, or call %(phone)s.",
                    phone=wording.shop_phone(self.turn),
                ),
                offers.languages(),
            )
        )

    def thank(self) -> None:
        self.say(_("Thank you, we have passed this on. Our team will contact you."))

    def ask_to_call(self) -> None:
        self.say(
            _("We have your message. For anything urgent please call %(phone)s.", phone=wording.shop_phone(self.turn))
        )

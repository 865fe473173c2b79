"""A promise to pay by a day: understood from the shop's own words, noted after a yes. Until then nobody is reminded.

It may be changed here once, or promises would put reminders off for ever; after that people decide.
"""

import re
from datetime import date, timedelta
from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, START, Choice, Flow, Reply, go
from bot.ingress import Message
from core import clock, db
from core.i18n import _, format_day, format_money
from credit import promises, standing
from credit.arrangements import Promise
from credit.standing import Standing
from language import amounts, dates, phrases
from language.phrases import Meaning, Word
from speech import wording

OFFERED_DAYS = (1, 3, 7)
CHANGED = "changed in the chat"  # the note of a promise that took the place of another

WORDS = phrases.of(Meaning.PROMISE)
_GIVES = re.compile(phrases.a_whole(Word.WILL_PAY))
_DOES = re.compile(phrases.a_whole(Word.WILL_DO))
_MONEY = re.compile(phrases.a_whole(Word.MONEY))
_NOT_THIS = re.compile(phrases.a_whole(Word.NO_PROMISE, as_typed=True) + r"|[?؟]")


class PromiseToPay(Flow):
    name = "promise"
    asked_rank = 120
    remembers = ("promise",)

    states = ["asking_day", "confirming"]
    transitions = [
        *(
            line
            for state in (START, "asking_day", "confirming")
            for line in (
                go("promised", state, END, when="was_changed_before", say="say_fixed"),
                go("promised", state, END, when="owes_nothing", say="say_nothing_owed"),
                go("promised", state, END, when="is_more_than_owed", say="say_too_much"),
                go("promised", state, "asking_day", when="is_too_far", do="remember", say="say_too_far"),
                go("promised", state, END, when="is_as_noted", say="say_open"),
                go("promised", state, "confirming", when="has_day", do="remember"),
                go("promised", state, "asking_day", when="has_promise", do="remember", say="say_open"),
                go("promised", state, "asking_day", do="remember"),
            )
        ),
        go("yes", "confirming", END, do="make", say="thank"),
        go("no", "confirming", END, do="forget", say="drop"),
        go("no", "asking_day", END, do="forget", say="drop"),
        go(REFUSED, "confirming", END, do="forget", say="say_not_noted"),
    ]

    def recognise(self, message: Message) -> str | None:
        said = message.folded
        if said in WORDS:
            return "promised"
        gives, money = _GIVES.search(said), _MONEY.search(said)
        if not (gives or (money and _DOES.search(said))) or _NOT_THIS.search(message.text.casefold()):
            return None
        return "promised" if money or self.found.day else None

    def ask_asking_day(self) -> Reply:
        days = (self.today + timedelta(days=count) for count in OFFERED_DAYS)
        offered = tuple(Choice(wording.button(format_day(day)), "promised", day.isoformat()) for day in days)
        return Reply(_("On which day will you pay? For example: tomorrow, Friday, 15 tarikh."), offered)

    def hear_asking_day(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return "promised" if self.found.day or amounts.read(self.found.rest) else None

    def ask_confirming(self) -> Reply:
        facts = {
            "amount": self.money(self.kept["amount_minor"]),
            "day": format_day(date.fromisoformat(str(self.kept["on"]))),
        }
        if self.open is not None:
            return self.ask_for_change(facts, self.open)
        asked = _("Shall I note that you pay %(amount)s by %(day)s? Reply *yes* or *no*.", **facts)
        return Reply(asked, (Choice(_("Yes, note it"), "yes"), Choice(_("No"), "no")))

    def ask_for_change(self, facts: dict[str, str], before: Promise) -> Reply:
        """The same where another promise is open: that and the new one."""
        asked = _(
            "So far %(before)s by %(before_day)s is noted. Shall I change it to %(amount)s by %(day)s? Reply *yes* or"
            " *no*.",
            before=self.money(before.amount_minor),
            before_day=format_day(before.promised_on),
            **facts,
        )
        return Reply(asked, (Choice(_("Yes, change it"), "yes"), Choice(_("No"), "no")))

    def hear_confirming(self, message: Message) -> str | None:
        answer = words.answer(message.folded)
        if answer in ("yes", "no"):
            return answer
        return "promised" if self.found.day else None

    # -- what was said ------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return clock.today(self.turn.business.timezone)

    @cached_property
    def found(self) -> dates.Found:
        """The day in the message; a tapped one is its date."""
        return dates.find_day(self.arg or self.turn.message.text, self.today)

    @property
    def kept(self) -> dict[str, int | str]:
        kept: dict[str, int | str] = self.memory.get("promise", {})
        return kept

    @cached_property
    def amount_minor(self) -> int:
        """As said, now or before; else as promised so far, else what is past due, else all that is owed."""
        said = amounts.read(self.found.rest) if not self.arg else None
        promised_minor = min(self.open.amount_minor, self.owed_minor) if self.open else 0
        return int(
            said or self.kept.get("said_minor", 0) or promised_minor or self.stands.overdue_minor or self.owed_minor
        )

    @cached_property
    def stands(self) -> Standing:
        return standing.of(self.session, self.turn.shop.id)

    @property
    def owed_minor(self) -> int:
        return self.stands.outstanding_minor

    @cached_property
    def open(self) -> Promise | None:
        """The promise that is noted so far."""
        found = promises.open_promise(self.session, self.turn.shop.id)
        return db.fetch(self.session, Promise, found) if found else None

    def has_promise(self) -> bool:
        return self.open is not None

    def was_changed_before(self) -> bool:
        return self.open is not None and self.open.note == CHANGED

    def is_as_noted(self) -> bool:
        noted = (self.open.amount_minor, self.open.promised_on) if self.open else None
        return noted == (self.amount_minor, self.found.day)

    def owes_nothing(self) -> bool:
        return self.owed_minor <= 0

    def is_more_than_owed(self) -> bool:
        return self.amount_minor > self.owed_minor

    def is_too_far(self) -> bool:
        day = self.found.day
        return day is not None and day > self.today + timedelta(days=promises.LONGEST_DAYS)

    def has_day(self) -> bool:
        return self.found.day is not None

    # -- doing and saying ---------------------------------------------------------------------------------------------

    def remember(self) -> None:
        said = amounts.read(self.found.rest) if not self.arg else None
        self.memory["promise"] = {
            "amount_minor": self.amount_minor,
            "said_minor": said or self.kept.get("said_minor", 0),
            **({"on": self.found.day.isoformat()} if self.found.day else {}),
        }

    def forget(self) -> None:
        self.memory.pop("promise", None)

    def make(self) -> None:
        """Note the promise as it was confirmed, in place of the one before."""
        amount_minor, on = int(self.kept["amount_minor"]), date.fromisoformat(str(self.kept["on"]))
        if self.open is not None:
            promises.withdraw(self.session, self.open.id, CHANGED)
        note = CHANGED if self.open else None
        self.made = promises.make(self.session, self.turn.shop.id, amount_minor, on, note)
        self.forget()

    made: Promise | None = None

    def thank(self) -> None:
        if self.made is not None:
            facts = {"amount": self.money(self.made.amount_minor), "day": format_day(self.made.promised_on)}
            self.say(_("Thank you. Noted: %(amount)s by %(day)s. We send no reminder until then.", **facts))

    def say_open(self) -> None:
        self.say(_("Your promise of %(amount)s by %(day)s is noted.", **self.noted()))

    def say_fixed(self) -> None:
        self.say(
            _(
                "Your promise of %(amount)s by %(day)s is noted already. To change it, please type *human*.",
                **self.noted(),
            )
        )

    def noted(self) -> dict[str, str]:
        """The promise that is open, as it is said."""
        if self.open is None:
            return {}
        return {"amount": self.money(self.open.amount_minor), "day": format_day(self.open.promised_on)}

    def say_nothing_owed(self) -> None:
        self.say(_("You have no open bills."))

    def say_too_much(self) -> None:
        self.say(wording.owed(self.owed_minor, self.stands.currency))
        self.say(_("That is less than you promise, so nothing is noted."))

    def say_too_far(self) -> None:
        day = format_day(self.today + timedelta(days=promises.LONGEST_DAYS))
        self.say(_("I can note a day up to %(day)s.", day=day))

    def say_not_noted(self) -> None:
        self.say(_("Sorry, that could not be noted. Please try again, or type *human*."))

    def drop(self) -> None:
        self.say(_("All right, your promise stays as it is.") if self.open else _("All right, nothing is noted."))

    def money(self, amount_minor: int | str) -> str:
        return format_money(int(amount_minor), self.stands.currency)

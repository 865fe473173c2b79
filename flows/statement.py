"""The statement of a month as a PDF: this month or one that has been, chosen by number, by name or in words."""

import re
from datetime import date
from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, START, Choice, Flow, Reply, go
from bot.ingress import Message
from core import clock
from core.i18n import N_, _, format_month, isolate
from language import dates, phrases
from language.phrases import Word
from reports import statement_paper

MONTHS_OFFERED = 6

WORDS = phrases.that_open(__name__)
_NAMED = re.compile(phrases.a_whole(Word.STATEMENT))


class Statement(Flow):
    name = "statement"
    menu_label = N_("Statement")
    menu_rank = 35
    asked_rank = 140

    states = ["choosing_month"]
    transitions = [
        go("opened", START, "choosing_month"),
        *(
            line
            for state in (START, "choosing_month")
            for line in (
                go("asked", state, END, when="month_is_known", do="send"),
                go("asked", state, "choosing_month", say="say_unknown"),
            )
        ),
        go("no", "choosing_month", END, say="drop"),
        *(go(REFUSED, state, END, say="say_too_long") for state in (START, "choosing_month")),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in WORDS:
            return "opened"
        named = _NAMED.search(message.folded) and dates.find_month(message.text, self.today)
        return "asked" if named else None

    def ask_choosing_month(self) -> Reply:
        first, offered = self.today.replace(day=1), []
        for _count in range(MONTHS_OFFERED):
            offered.append(Choice(format_month(first), "asked", f"{first:%Y-%m}"))
            first = dates.before(first)
        return Reply(_("Which month's statement do you need?"), tuple(offered))

    def hear_choosing_month(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return "asked" if dates.find_month(message.text, self.today) else None

    @property
    def today(self) -> date:
        return clock.today(self.turn.business.timezone)

    @cached_property
    def month(self) -> tuple[date, date] | None:
        return dates.find_month(self.arg or self.turn.message.text, self.today)

    def month_is_known(self) -> bool:
        return self.month is not None

    def send(self) -> None:
        """Keep the statement as it stands now and send it; of this month until today."""
        if self.month is not None:
            first, last = self.month
            paper_id = statement_paper.keep(self.session, self.turn.shop.id, first, min(last, self.today))
            self.turn.attach("paper", paper_id, _("Your statement for %(month)s.", month=isolate(format_month(first))))

    def say_unknown(self) -> None:
        self.say(_("I could not read that month."))

    def say_too_long(self) -> None:
        self.say(_("That statement is too long to be sent here. Please type *human* and we will send it to you."))

    def drop(self) -> None:
        self.say(_("All right."))

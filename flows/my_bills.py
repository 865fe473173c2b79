"""The shop's bills: the latest ones as a list, and any of them as a PDF."""

from functools import cached_property

from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core.i18n import N_, _, format_day, format_money, isolate
from invoicing import listing
from invoicing.tables import CANCELLED, ISSUED, SALES, Invoice
from language import phrases
from language.folding import fold
from language.references import BILL
from parties import organisations
from speech import bills, wording

MAX_SHOWN = 8

WORDS = phrases.that_open(__name__)


class MyBills(Flow):
    name = "my_bills"
    menu_label = N_("My bills")
    menu_rank = 30
    asked_rank = 70
    transitions = [
        go("opened", START, END, when="has_bills", say="show"),
        go("opened", START, END, say="say_none"),
        go("asked", START, END, when="bill_is_cancelled", say="say_cancelled"),
        go("asked", START, END, when="bill_is_known", say="send"),
        go("asked", START, END, say="say_unknown"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in WORDS:
            return "opened"
        return "asked" if BILL.fullmatch(message.folded) else None

    @cached_property
    def bills(self) -> list[Invoice]:
        return listing.latest(self.session, self.turn.shop.id)

    @property
    def standing(self) -> list[Invoice]:
        """Those that were not cancelled."""
        return [bill for bill in self.bills if bill.status == ISSUED]

    @cached_property
    def number(self) -> str:
        """What was asked for, without case: a whole number, or its end."""
        asked = BILL.fullmatch(self.turn.message.folded)
        return fold(self.arg or (asked[1] if asked else ""))

    @cached_property
    def wanted(self) -> Invoice | None:
        """Exactly this number, else the newest that ends in these digits; one that counts before one that does not."""
        exact = [bill for bill in self.bills if fold(bill.number) == self.number]
        if not exact and self.number.isdigit():
            exact = [bill for bill in self.bills if bill.sequence == int(self.number) and bill.document_type in SALES]
        return min(exact, key=lambda bill: bill.status == CANCELLED, default=None)

    def has_bills(self) -> bool:
        return bool(self.standing)

    def bill_is_known(self) -> bool:
        return self.wanted is not None

    def bill_is_cancelled(self) -> bool:
        return self.wanted is not None and self.wanted.status == CANCELLED

    def show(self) -> None:
        shown = self.standing[:MAX_SHOWN]
        lines = [bills.described(bill) for bill in shown]
        text = wording.titled(_("Your latest bills"), lines) + "\n\n"
        offered = tuple(Choice(bill.number, "asked", bill.number) for bill in shown)
        self.say(Reply(text + _("Type *bill* and its number to get the PDF."), offered))

    def send(self) -> None:
        bill = self.wanted
        if bill is not None:
            facts = {"number": isolate(bill.number), "amount": format_money(bill.total_minor, bill.currency)}
            told = (
                _("Credit note %(number)s, %(amount)s.", **facts)
                if bills.is_credit(bill)
                else _("Bill %(number)s, %(amount)s, due on %(day)s.", **facts, day=format_day(bill.due_on))
            )
            self.turn.attach("invoice", bill.id, told)

    def say_cancelled(self) -> None:
        """Never its PDF: nobody is to pay by it."""
        if self.wanted is not None:
            self.say(bills.cancelled(self.wanted, organisations.get(self.session).timezone))

    def say_none(self) -> None:
        self.say(_("There are no bills yet. They appear here when your orders leave our shop."))

    def say_unknown(self) -> None:
        number = isolate(plain(self.number)[:30])
        self.say(_("I have no bill %(number)s of yours as a PDF. Type *bills* to see the list.", number=number))

"""Paying: what is owed, and a UPI code for exactly one amount and reference, with the address as text beside it."""

import re
from functools import cached_property

from bot import words
from bot.flow import END, REFUSED, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import clock
from core.i18n import N_, _, format_money, isolate
from credit import payment_links, standing
from credit.standing import OwedBill, Standing
from invoicing import pay_codes, upi
from language import amounts, phrases
from language.folding import fold
from language.phrases import Meaning, Word, any_of
from language.references import BILL_WITHIN
from parties import organisations
from speech import wording

MAX_READ = 100
MAX_OFFERED = 6

WORDS = phrases.of(Meaning.PAY)
_HOW = any_of(Word.PAY_SO_MUCH)
_AMOUNT = re.compile(rf"{_HOW}[\s:]+(\S.*)|(\S.*)\s{_HOW}")


class Pay(Flow):
    name = "pay"
    menu_label = N_("Pay")
    menu_rank = 50
    asked_rank = 110

    states = ["choosing"]
    transitions = [
        *(
            line
            for state in (START, "choosing")
            for line in (
                go("opened", state, END, when="upi_is_not_possible", say="show_how"),
                go("opened", state, END, when="nothing_is_owed", say="say_nothing_owed"),
                go("opened", state, END, when="there_is_one_amount", do="send_code"),
                go("opened", state, "choosing"),
                go("chosen", state, END, when="upi_is_not_possible", say="show_how"),
                go("chosen", state, END, when="amount_is_known", do="send_code"),
                go("chosen", state, "choosing", say="say_unclear"),
            )
        ),
        go("no", "choosing", END, say="drop"),
        go(REFUSED, START, END, say="show_how"),
        go(REFUSED, "choosing", END, say="show_how"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in WORDS:
            return "opened"
        asked = _AMOUNT.fullmatch(message.folded)
        said = (asked[1] or asked[2]) if asked else ""
        return "chosen" if said and (BILL_WITHIN.fullmatch(said) or amounts.read(said)) else None

    def ask_choosing(self) -> Reply:
        lines = [wording.owed(self.owed_minor, self.currency)]
        if self.stands.overdue_minor:
            lines.append(_("Past due: %(amount)s", amount=self.money(self.stands.overdue_minor)))
        lines += [
            _("Bill %(number)s: %(amount)s", number=isolate(plain(bill.reference)), amount=self.money(bill.owed_minor))
            for bill in self.offered
        ]
        asked = _("How much would you like to pay? You can also type any amount.")
        return Reply(wording.bullets(lines) + f"\n\n{asked}", self.choices())

    def choices(self) -> tuple[Choice, ...]:
        whole = [Choice(_("All"), "chosen", "all")]
        if 0 < self.stands.overdue_minor < self.owed_minor:
            whole.append(Choice(_("What is past due"), "chosen", "due"))
        bills = (Choice(plain(bill.reference), "chosen", f"bill {bill.reference}") for bill in self.offered)
        return (*whole, *bills)

    def hear_choosing(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        said = (
            BILL_WITHIN.fullmatch(message.folded) or amounts.is_only_numeric(message.text) or amounts.read(message.text)
        )
        return "chosen" if said else None

    # -- what is owed -------------------------------------------------------------------------------------------------

    @cached_property
    def account(self) -> tuple[Standing, tuple[OwedBill, ...]]:
        return standing.with_bills(self.session, self.turn.shop.id, limit=MAX_READ)

    @property
    def stands(self) -> Standing:
        return self.account[0]

    @property
    def owed_minor(self) -> int:
        return self.stands.outstanding_minor

    @property
    def currency(self) -> str:
        return self.stands.currency

    @cached_property
    def bills(self) -> tuple[OwedBill, ...]:
        """Those of which something is owed: money on account has settled the oldest."""
        return tuple(bill for bill in self.account[1] if bill.owed_minor)

    @property
    def offered(self) -> tuple[OwedBill, ...]:
        """The bills that can be paid one by one; a single one is all there is."""
        return self.bills[:MAX_OFFERED] if len(self.bills) > 1 else ()

    @cached_property
    def named(self) -> OwedBill | None:
        """The bill that was named, also one that money on account has settled."""
        asked = BILL_WITHIN.search(self.arg or self.turn.message.folded)
        return next((bill for bill in self.account[1] if _is_meant(bill, asked[1])), None) if asked else None

    @cached_property
    def wanted(self) -> tuple[int, str] | None:
        """The amount and its reference: of everything, of what is past due, of one bill, or as typed."""
        said = self.arg or self.turn.message.folded
        whole = {"all": self.owed_minor, "due": self.stands.overdue_minor}.get(said)
        if whole:
            return whole, self.reference
        if BILL_WITHIN.search(said):
            return (self.named.owed_minor, self.named.reference) if self.named and self.named.owed_minor else None
        typed = amounts.read(_typed(said))
        return (typed, self.reference) if typed else None

    @property
    def reference(self) -> str:
        """`R1-261121`: the shop and the day."""
        return f"{self.turn.shop.code}-{clock.today(self.turn.business.timezone):%y%m%d}"

    def upi_is_not_possible(self) -> bool:
        return not self.address or self.turn.business.currency != upi.CURRENCY

    def nothing_is_owed(self) -> bool:
        return self.owed_minor <= 0

    def there_is_one_amount(self) -> bool:
        return len(self.bills) <= 1 and self.stands.overdue_minor in (0, self.owed_minor)

    def amount_is_known(self) -> bool:
        return self.wanted is not None

    @cached_property
    def address(self) -> str | None:
        return organisations.get(self.session).upi_vpa

    # -- doing and saying ---------------------------------------------------------------------------------------------

    def send_code(self) -> None:
        """The picture of the code, with all it says as text: not every app reads a code from the gallery."""
        amount_minor, reference = self.wanted or (self.owed_minor, self.reference)
        code = pay_codes.create(self.session, self.turn.shop.id, amount_minor, reference)
        lines = [
            _("Amount: %(amount)s", amount=self.money(amount_minor)),
            _("UPI: %(address)s", address=isolate(self.address or "")),
            _("Reference: %(ref)s", ref=isolate(plain(reference))),
        ]
        lines += self.online(amount_minor)
        business = isolate(plain(self.turn.business.name))
        told = wording.titled(_("Pay %(business)s by UPI", business=business), lines)
        self.turn.attach("pay_code", code.id, f"{told}\n\n{self.afterwards()}")

    def show_how(self) -> None:
        lines = [wording.owed(self.owed_minor, self.currency)]
        if self.address:
            lines.append(_("UPI: %(address)s", address=isolate(self.address)))
        lines += self.online(self.owed_minor)
        lines.append(_("Cash: to our salesman"))
        self.say(f"{wording.bullets(lines)}\n\n{self.afterwards()}")

    def online(self, amount_minor: int) -> list[str]:
        """A link to pay this amount at the gateway, where there is one; it follows when it is still to be made."""
        link = payment_links.offer(self.session, self.turn.shop.id, amount_minor) if amount_minor > 0 else None
        if link is None:
            return []
        if link.url is None:
            return [_("Online: the link follows in a moment.")]
        return [_("Online: %(link)s", link=isolate(link.url))]

    def say_nothing_owed(self) -> None:
        lines = [
            wording.owed(self.owed_minor, self.currency),
            _("UPI: %(address)s", address=isolate(self.address or "")),
        ]
        told = _("To pay in advance, type *pay* and an amount, for example: pay 5000.")
        self.say(f"{wording.bullets(lines)}\n\n{told}")

    def afterwards(self) -> str:
        return _("When you have paid, type: paid, the amount and the reference.")

    def say_unclear(self) -> None:
        if self.named is not None:
            number = isolate(plain(self.named.reference))
            self.say(_("Nothing is left to pay of bill %(number)s: money on account covers it.", number=number))
        else:
            self.say(_("I could not find that bill or read that amount."))

    def drop(self) -> None:
        self.say(_("All right."))

    def money(self, amount_minor: int) -> str:
        return format_money(amount_minor, self.currency)


def _typed(said: str) -> str:
    asked = _AMOUNT.fullmatch(said)
    return (asked[1] or asked[2]) if asked else said


def _is_meant(bill: OwedBill, said: str) -> bool:
    """The whole number, or the digits at its end: `bill 102`."""
    if fold(bill.reference) == fold(said):
        return True
    end = re.search(r"(\d+)\D*$", bill.reference)
    return bool(said.isdigit() and end and int(end[1]) == int(said))

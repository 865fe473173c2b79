"""Something is wrong with a bill: which one, which line, what; with a picture if there is one. People decide.

Nothing is booked here. Staff see the request with everything that was said, and set the amount aside or not.
"""

import re
from functools import cached_property
from uuid import UUID

from sqlalchemy import select

from bot import words
from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import clock, db, ids
from core.i18n import _, format_money, isolate
from invoicing import listing
from invoicing.tables import ISSUED, SALES, Invoice, InvoiceLine
from language import phrases
from language.folding import fold
from language.phrases import Word
from language.references import BILL_WITHIN
from orders import catalogue
from orders.understanding.read import understand
from parties import tasks
from speech import bills, pictures, wording

MAX_BILLS, MAX_LINES = 8, 9
MAX_NOTE = 500
WHOLE = "0"

WORDS = phrases.that_open(__name__)
_WRONG = re.compile(phrases.a_whole(Word.WRONG_WITH_GOODS))


class Dispute(Flow):
    name = "dispute"
    asked_rank = 20
    remembers = ("complaint", "pictures")

    states = ["choosing_bill", "choosing_line", "describing", "confirming"]
    transitions = [
        *(
            line
            for trigger in ("complained", "pictured")
            for line in (
                go(trigger, START, END, when="has_no_bills", do="call_staff", say="say_no_bills"),
                go(trigger, START, "choosing_line", when="bill_is_plain", do="begin_with_bill"),
                go(trigger, START, "choosing_bill", do="begin"),
            )
        ),
        go("bill", "choosing_bill", "choosing_line", do="keep_bill"),
        go("line", "choosing_line", "confirming", when="is_described", do="keep_line"),
        go("line", "choosing_line", "describing", do="keep_line"),
        go("told", "describing", "confirming", do="keep_note"),
        go("told", "confirming", "confirming", do="keep_note"),
        go("yes", "confirming", END, do="report", say="thank"),
        *(
            line
            for state in ("choosing_bill", "choosing_line", "describing", "confirming")
            for line in (
                go("shown", state, state, do="keep_picture", say="thank_for_picture"),
                go("no", state, END, do="forget", say="drop"),
            )
        ),
    ]

    def recognise(self, message: Message) -> str | None:
        said = message.folded
        return "complained" if said in WORDS or (_WRONG.search(said) and not message.text.endswith("?")) else None

    # -- asking and hearing -------------------------------------------------------------------------------------------

    def ask_choosing_bill(self) -> Reply:
        offered = tuple(Choice(bill.number, "bill", str(bill.id)) for bill in self.bills[:MAX_BILLS])
        listed = [bills.described(bill) for bill in self.bills[:MAX_BILLS]]
        return Reply(_("I am sorry. Which bill is it about?") + "\n" + wording.bullets(listed), offered)

    def hear_choosing_bill(self, message: Message) -> str | None:
        return self._common(message) or ("bill" if self.named(message.folded) else None)

    def ask_choosing_line(self) -> Reply:
        lines = self.lines
        offered = [Choice(plain(line.description), "line", str(line.line_no)) for line in lines[:MAX_LINES]]
        listed = [
            f"{isolate(plain(line.description))}: {format_money(line.total_minor, self.bill.currency)}"
            for line in lines
        ]
        asked = _("Bill %(number)s: what is it about?", number=isolate(self.bill.number))
        whole = Choice(_("The whole bill"), "line", WHOLE)
        return Reply(asked + "\n" + wording.bullets(wording.shortened(listed, MAX_LINES)), (*offered, whole))

    def hear_choosing_line(self, message: Message) -> str | None:
        return self._common(message)

    def ask_describing(self) -> Reply:
        return Reply(_("What is wrong, and how much of it? You can also send a picture."))

    def hear_describing(self, message: Message) -> str | None:
        tells = any(sign.isalpha() for sign in message.text) and not self.is_order(message)
        return self._common(message) or ("told" if tells else None)

    def ask_confirming(self) -> Reply:
        lines = [
            _("Bill: %(number)s", number=isolate(self.bill.number)),
            _("About: %(what)s", what=self.subject),
            _("Problem: %(note)s", note=isolate(plain(str(self.kept["note"])))),
        ]
        if shown := len(pictures.kept(self.memory)):
            lines.append(_("Pictures: %(count)s", count=isolate(str(shown))))
        asked = _("Shall I pass this on to our team? Reply *yes* or *no*. You can still send a picture.")
        choices = (Choice(_("Yes, pass it on"), "yes"), Choice(_("No"), "no"))
        return Reply(wording.bullets(lines) + f"\n\n{asked}", choices)

    def hear_confirming(self, message: Message) -> str | None:
        answer = words.answer(message.folded)
        if answer == "yes":
            return "yes"
        return self._common(message)

    def _common(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "no"
        return "shown" if pictures.is_one(message) else None

    def is_order(self, message: Message) -> bool:
        """True when this is an order rather than a description of damage."""
        if _WRONG.search(message.folded):
            return False
        business = self.turn.business
        today = clock.today(business.timezone)
        goods = catalogue.load(self.session, version=business.catalogue_version, on=today)
        return understand(goods.index, message.text).kind == "order"

    # -- what it is about ---------------------------------------------------------------------------------------------

    @property
    def kept(self) -> dict[str, str | int]:
        kept: dict[str, str | int] = self.memory.get("complaint", {})
        return kept

    @cached_property
    def bills(self) -> list[Invoice]:
        """The shop's bills that stand, newest first."""
        found = listing.latest(self.session, self.turn.shop.id)
        return [bill for bill in found if bill.document_type in SALES and bill.status == ISSUED]

    def named(self, said: str) -> Invoice | None:
        """The bill with this number, or whose number ends in these digits."""
        asked = BILL_WITHIN.search(said)
        number = fold(asked[1]) if asked else said
        exact = [bill for bill in self.bills if fold(bill.number) == number]
        if not exact and number.isdigit() and asked:
            exact = [bill for bill in self.bills if bill.sequence == int(number)]
        return exact[0] if exact else None

    @property
    def bill(self) -> Invoice:
        return db.fetch(self.session, Invoice, UUID(str(self.kept["bill"])))

    @cached_property
    def lines(self) -> list[InvoiceLine]:
        found = (
            select(InvoiceLine)
            .where(InvoiceLine.org_id == db.org_of(self.session), InvoiceLine.invoice_id == self.bill.id)
            .order_by(InvoiceLine.line_no)
        )
        return list(self.session.scalars(found))

    @property
    def line(self) -> InvoiceLine | None:
        """The line that was chosen; None for the whole bill."""
        return next((line for line in self.lines if line.line_no == self.kept["line"]), None)

    @property
    def subject(self) -> str:
        line = self.line
        return isolate(plain(line.description)) if line else _("The whole bill")

    def has_no_bills(self) -> bool:
        return not self.bills

    def bill_is_plain(self) -> bool:
        return len(self.bills) == 1 or self.named(self.turn.message.folded) is not None

    def is_described(self) -> bool:
        return bool(self.kept.get("note"))

    # -- doing and saying ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Keep what was said, if it says what is wrong; a picture that opened this stays with it."""
        message = self.turn.message
        if self.turn.place.flow != "paid":
            pictures.forget(self.memory)
        pictures.keep(self.memory, message)
        tells = _WRONG.search(message.folded) and message.folded not in WORDS
        self.memory["complaint"] = {"note": message.text[:MAX_NOTE]} if tells else {}

    def begin_with_bill(self) -> None:
        self.begin()
        bill = self.named(self.turn.message.folded) or self.bills[0]
        self.memory["complaint"]["bill"] = str(bill.id)

    def keep_bill(self) -> None:
        bill = next((bill for bill in self.bills if str(bill.id) == self.arg), None)
        chosen = bill or self.named(self.turn.message.folded) or self.bills[0]
        self.memory["complaint"] = {**self.kept, "bill": str(chosen.id)}

    def keep_line(self) -> None:
        self.memory["complaint"] = {**self.kept, "line": int(self.arg or WHOLE)}

    def keep_note(self) -> None:
        self.memory["complaint"] = {**self.kept, "note": self.turn.message.text[:MAX_NOTE]}

    def keep_picture(self) -> None:
        pictures.keep(self.memory, self.turn.message)

    def forget(self) -> None:
        self.memory.pop("complaint", None)
        pictures.forget(self.memory)

    def report(self) -> None:
        """Ask people to decide, with everything that was said."""
        bill, line = self.bill, self.line
        tasks.ask_staff(
            self.session,
            "bill_disputed",
            f"{self.turn.shop.name} says that something is wrong with bill {bill.number}. Please decide.",
            retailer_id=self.turn.shop.id,
            facts={
                "invoice_id": ids.public("inv", bill.id),
                "bill_id": ids.public("bil", bill.bill_id) if bill.bill_id else None,
                "number": bill.number,
                "line_no": line.line_no if line else None,
                "sku": line.sku if line else None,
                "description": line.description if line else None,
                "total_minor": line.total_minor if line else bill.total_minor,
                "said": self.kept["note"],
                "message_ids": pictures.public(self.memory),
            },
            dedupe_key=f"dispute:{self.turn.message.id}",
        )
        self.forget()

    def call_staff(self) -> None:
        """A shop without bills here may still have had goods: people look."""
        tasks.ask_staff(
            self.session,
            "complaint",
            f"{self.turn.shop.name} has a complaint, but no bill here. Please write or call.",
            retailer_id=self.turn.shop.id,
            facts={"said": self.turn.message.text[:MAX_NOTE]},
            dedupe_key=f"complaint:{self.turn.shop.id}",
        )

    def thank(self) -> None:
        self.say(_("Thank you, our team has it and will answer you here. Until then the bill stays as it is."))

    def thank_for_picture(self) -> None:
        self.say(_("Thank you for the picture."))

    def say_no_bills(self) -> None:
        self.say(_("I am sorry. I have no bill of yours here, so I have told our team; they will write or call you."))

    def drop(self) -> None:
        self.say(_("All right."))

"""Paying, and saying that one has paid. What is said here is a claim: people or the bank confirm it, never the chat."""

import re
from functools import cached_property

from bot import words
from bot.flow import END, START, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import templates
from core.errors import Invalid
from core.i18n import N_, _, format_money, isolate, language
from core.money import from_major
from credit import accounts, claims
from flows import wording
from parties import organisations

MAX_REFERENCE = 35

WORDS = words.meanings(
    {
        "paid": "paid, i paid, i have paid, already paid, payment done, paid already, payment kar diya, paise de diye,"
        " paisa bhej diya, paise bhej diye, jama kar diya, bhej diya, भुगतान कर दिया, पैसे भेज दिए, पैसे दे दिए, जमा कर"
        " दिया, पेमेंट कर दिया, ادائیگی کر دی, پیسے بھیج دیے, پیسے دے دیے, جمع کر دیے, پیمنٹ کر دی",
        "pay": "pay, payment, how to pay, upi, upi id, pay karna hai, payment karna hai, paise dene hai, भुगतान,"
        " भुगतान करना है, पेमेंट, पेमेंट करना है, यूपीआई, ادائیگی, ادائیگی کرنی ہے, پیمنٹ, یو پی آئی",
    }
)
SAID = re.compile(
    r"(?:i (?:have )?)?(?:paid|payment done|payment kar diya|jama(?: kiya| kar diya)?|bhej diya"
    r"|भुगतान(?: कर दिया)?|जमा(?: किया| कर दिया)?|ادائیگی(?: کر دی)?|جمع(?: کر دیے| کیے)?)(?:\s(.*))?"
)
_AMOUNT = re.compile(r"(?:₹|rs\.?|inr|रु\.?|روپے)?\s*((?:\d{1,3}(?:,\d{2,3})+|\d+)(?:\.\d{1,2})?)(?=$|[\s/.,-])")
_REFERENCE = re.compile(r"\b(?=\w*\d{4})[a-z0-9]{6,35}\b")


class Paid(Flow):
    name = "paid"
    menu_label = N_("Pay")
    menu_rank = 50

    states = ["asking_amount"]
    transitions = [
        go("opened", START, END, say="show_how"),
        go("pictured", START, END, say="thank_for_picture"),
        go("claimed", START, END, when="amount_is_known", do="note", say="thank"),
        go("claimed", START, "asking_amount"),
        go("claimed", "asking_amount", END, when="amount_is_known", do="note", say="thank"),
        go("dropped", "asking_amount", END, say="drop"),
    ]

    def recognise(self, message: Message) -> str | None:
        meant = WORDS.get(message.folded)
        if meant:
            return "opened" if meant == "pay" else "claimed"
        if message.kind == "picture" and not message.text:
            return "pictured"
        return "claimed" if SAID.fullmatch(message.folded) and self.amount_minor else None

    def ask_asking_amount(self) -> Reply:
        return Reply(_("How much did you pay? Type the amount and the reference, for example: 5000 UTR 412345678901."))

    def hear_asking_amount(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "dropped"
        return "claimed" if self.amount_minor else None

    @cached_property
    def amount_minor(self) -> int | None:
        """The first amount in the message that is not its reference."""
        for found in _AMOUNT.finditer(self.turn.message.folded.replace(self.reference or "\0", " ")):
            try:
                return from_major(found[1]) or None
            except Invalid:
                continue
        return None

    @cached_property
    def reference(self) -> str | None:
        """The longest word that looks like a bank's reference: letters and digits, six or more."""
        found = [word for word in _REFERENCE.findall(self.turn.message.folded) if len(word) >= 8 or not word.isdigit()]
        return max(found, key=len)[:MAX_REFERENCE].upper() if found else None

    def amount_is_known(self) -> bool:
        return self.amount_minor is not None

    def note(self) -> None:
        """Keep the claim, once for each reference, and ask people to check it."""
        claims.record(self.session, claims.NewClaim(self.turn.shop.id, self.amount_minor, self.reference))

    def thank(self) -> None:
        facts = {
            "name": isolate(plain(self.turn.shop.name)),
            "amount": format_money(self.amount_minor or 0, self.turn.business.currency),
            "ref": isolate(self.reference or "-"),
        }
        self.say(templates.get("payment_claim_noted").render(language(), facts))

    def show_how(self) -> None:
        stands = accounts.position(self.session, self.turn.shop.id)
        lines = [_("You owe: %(amount)s", amount=format_money(stands.outstanding_minor, stands.currency))]
        upi = organisations.get(self.session).upi_vpa
        if upi:
            lines.append(_("UPI: %(address)s", address=isolate(upi)))
        lines.append(_("Cash: to our salesman"))
        told = _("When you have paid, type: paid, the amount and the reference.")
        self.say(f"{wording.bullets(lines)}\n\n{told}")

    def thank_for_picture(self) -> None:
        self.say(
            _(
                "Thank you for the picture. I cannot read pictures yet. If it shows a payment, please type: paid, the"
                " amount and the reference."
            )
        )

    def drop(self) -> None:
        self.say(_("All right."))

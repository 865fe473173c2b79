"""Saying that one has paid. What is said here is a claim: people or the bank confirm it, never the chat."""

import re
from functools import cached_property

from sqlalchemy import select

from bot import words
from bot.flow import END, START, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import db, templates
from core.i18n import _, format_money, isolate, language
from credit import claims
from credit.tables import PaymentClaim
from flows import amounts, pay
from orders.understanding.normalise import normalise
from parties import tasks

MAX_REFERENCE = 35

WORDS = words.meanings(
    {
        "paid": "paid, i paid, i have paid, already paid, payment done, paid already, payment kar diya, paise de diye,"
        " paisa bhej diya, paise bhej diye, jama kar diya, bhej diya, भुगतान कर दिया, पैसे भेज दिए, पैसे दे दिए, जमा कर"
        " दिया, पेमेंट कर दिया, ادائیگی کر دی, پیسے بھیج دیے, پیسے دے دیے, جمع کر دیے, پیمنٹ کر دی",
    }
)
SAID = re.compile(
    r"(?:i (?:have )?)?(?:paid|payment done|payment kar diya|jama(?: kiya| kar diya)?|bhej diya"
    r"|भुगतान(?: कर दिया)?|जमा(?: किया| कर दिया)?|ادائیگی(?: کر دی)?|جمع(?: کر دیے| کیے)?)(?:[\s:](.*))?"
)
_REFERENCE = re.compile(r"\b(?=\w*\d{4})[a-z0-9]{6,35}\b")


class Paid(Flow):
    name = "paid"
    states = ["asking_amount"]
    transitions = [
        go("pictured", START, END, say="thank_for_picture"),
        *(
            line
            for state in (START, "asking_amount")
            for line in (
                go("claimed", state, END, when="is_noted_otherwise", do="tell_difference", say="say_noted_otherwise"),
                go("claimed", state, END, when="amount_is_known", do="note", say="thank"),
                go("claimed", state, "asking_amount", when="amount_is_unclear", say="say_unclear"),
                go("claimed", state, "asking_amount"),
            )
        ),
        go("dropped", "asking_amount", END, say="drop"),
    ]

    def recognise(self, message: Message) -> str | None:
        if message.folded in pay.WORDS:  # `bhugtan karna hai`: to be done, not done
            return None
        if message.folded in WORDS:
            return "claimed"
        if message.kind == "picture" and not message.text:
            return "pictured"
        return "claimed" if SAID.fullmatch(message.folded) else None

    def ask_asking_amount(self) -> Reply:
        return Reply(_("How much did you pay? Type the amount and the reference, for example: 5000 UTR 412345678901."))

    def hear_asking_amount(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "dropped"
        return "claimed" if self.amount_minor or amounts.is_only_numeric(message.text) else None

    @cached_property
    def amount_minor(self) -> int | None:
        """The amount in the message, apart from its reference."""
        said = normalise(self.turn.message.text)
        return amounts.read(
            re.sub(re.escape(self.reference), " ", said, flags=re.IGNORECASE) if self.reference else said
        )

    @cached_property
    def reference(self) -> str | None:
        """The longest word that looks like a bank's reference: letters and digits, six or more."""
        found = [word for word in _REFERENCE.findall(self.turn.message.folded) if len(word) >= 8 or not word.isdigit()]
        return max(found, key=len)[:MAX_REFERENCE].upper() if found else None

    def amount_is_known(self) -> bool:
        return self.amount_minor is not None

    def amount_is_unclear(self) -> bool:
        return any(sign.isdigit() for sign in self.turn.message.text.replace(self.reference or "\0", ""))

    def is_noted_otherwise(self) -> bool:
        """True when this reference was told of before with another amount."""
        return bool(self.amount_minor and self.noted and self.noted.amount_minor != self.amount_minor)

    def note(self) -> None:
        """Keep the claim, once for each reference, and ask people to check it."""
        if self.noted is None:
            claims.record(self.session, claims.NewClaim(self.turn.shop.id, self.amount_minor, self.reference))

    def tell_difference(self) -> None:
        """Let people know of the second amount: the claim keeps the first."""
        tasks.ask_staff(
            self.session,
            "payment_claim_differs",
            f"{self.turn.shop.name} sent the same payment reference again with another amount. Please look at both.",
            retailer_id=self.turn.shop.id,
            facts={
                "reference": self.reference,
                "amount_minor": self.amount_minor,
                "noted_minor": self.noted.amount_minor if self.noted else None,
            },
            dedupe_key=f"claim:{self.turn.shop.id}:{self.reference}:{self.amount_minor}",
        )

    @cached_property
    def noted(self) -> PaymentClaim | None:
        """The claim with this reference that is waiting to be checked, or was found right."""
        same = select(PaymentClaim).where(
            PaymentClaim.org_id == db.org_of(self.session),
            PaymentClaim.retailer_id == self.turn.shop.id,
            PaymentClaim.reference == self.reference,
            PaymentClaim.status.in_(("claimed", "verified")),
        )
        return self.session.scalars(same.limit(1)).first() if self.reference else None

    def thank(self) -> None:
        facts = {
            "name": isolate(plain(self.turn.shop.name)),
            "amount": format_money(self.amount_minor or 0, self.turn.business.currency),
            "ref": isolate(self.reference or "-"),
        }
        self.say(templates.get("payment_claim_noted").render(language(), facts))

    def say_noted_otherwise(self) -> None:
        noted_minor = self.noted.amount_minor if self.noted else None
        facts = {
            "ref": isolate(self.reference or "-"),
            "amount": format_money(noted_minor, self.turn.business.currency) if noted_minor else "-",
        }
        self.say(
            _(
                "Reference %(ref)s is noted already with %(amount)s. The new amount is not noted; our team looks at it"
                " and will answer you.",
                **facts,
            )
        )

    def say_unclear(self) -> None:
        self.say(_("Sorry, I could not read that amount, so nothing is noted yet."))

    def thank_for_picture(self) -> None:
        self.say(
            _(
                "Thank you for the picture. I cannot read pictures yet. If it shows a payment, please type: paid, the"
                " amount and the reference."
            )
        )

    def drop(self) -> None:
        self.say(_("All right."))

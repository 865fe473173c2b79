"""Saying that one has paid. What is said here is a claim: people or the bank confirm it, never the chat."""

import re
from functools import cached_property

from bot import words
from bot.flow import END, START, Choice, Flow, Reply, go
from bot.ingress import Message
from bot.markup import plain
from core import templates
from core.i18n import _, format_money, isolate, language
from credit import claims
from credit.tables import PaymentClaim
from language import amounts, phrases, references
from language.normalise import normalise
from language.phrases import Meaning, Word, any_of
from parties import tasks
from speech import pictures

MAX_REFERENCE = 35
EXAMPLE = "5000 UTR 412345678901"

WORDS = phrases.of(Meaning.PAID)
TO_PAY = phrases.of(Meaning.PAY)
TO_BE_DONE = TO_PAY | phrases.of(Meaning.PROMISE)  # `bhugtan karna hai`: to be done, not done
_AMOUNT = r"[\d,.]*\d "
_REST = r"(?:[\s:](.*))?"
SAID = re.compile(
    rf"(?:{any_of(Word.I_HAVE)} )?(?:{any_of(Word.PAID)}|{_AMOUNT}{any_of(Word.PAID_SO_MUCH)}(?: .*)?){_REST}"
)
_BY_MEANS = re.compile(
    rf"(?:{any_of(Word.I_DID)} )?(?:{_AMOUNT})?{any_of(Word.WAY_OF_PAYING)} (?:{any_of(Word.BY)} )?(?:{_AMOUNT})?"
    rf"{any_of(Word.PAID_BY)}(?: {any_of(Word.IS)})?{_REST}"
)
_NOT_DONE = re.compile(rf"[?؟]\s*$|{phrases.a_whole(Word.NOT_PAID, as_typed=True)}", re.IGNORECASE)
_ALONE = re.compile(
    rf"(?:\d{{12}}|(?:{any_of(Word.BEFORE_REFERENCE)} )?{any_of(Word.REFERENCE)}(?: {any_of(Word.AFTER_REFERENCE)})?"
    r"[\s:.#-]*(?=\w*\d{4})[a-z0-9]{6,35})"
)
_REFERENCE = re.compile(r"\b(?=\w*\d{4})[a-z0-9]{6,35}\b")
_IN_GROUPS = re.compile(  # as apps show it, behind its name or alone
    rf"((?:^|{any_of(Word.REFERENCE)}(?: {any_of(Word.AFTER_REFERENCE)})?)[\s:.#-]*)"
    r"(\d{4})[ -](\d{4})[ -](\d{4})\b"
)


def in_one(said: str) -> str:
    """What was said, with a reference that is shown in groups of four digits written in one."""
    return _IN_GROUPS.sub(r"\1\2\3\4", said)


class Paid(Flow):
    name = "paid"
    asked_rank = 100
    remembers = ("reference", "pictures")
    agreeing = frozenset({"unread"})

    states = ["asking_amount", "asking_about_picture"]
    transitions = [
        go("pictured", START, "asking_about_picture", do="begin_with_picture"),
        go("pictured", "asking_about_picture", "asking_about_picture", do="keep_picture"),
        go("pictured", "asking_amount", "asking_amount", do="keep_picture", say="thank_for_picture"),
        *(
            line
            for state in (START, "asking_amount", "asking_about_picture")
            for line in (
                go("claimed", state, END, when="is_booked", say="say_booked"),
                go("claimed", state, END, when="is_noted_otherwise", do="tell_difference", say="say_noted_otherwise"),
                go("claimed", state, END, when="amount_is_known_and_reference_seen", do="note", say="say_seen"),
                go(
                    "claimed",
                    state,
                    END,
                    when="reference_completes_claim",
                    do="add_reference",
                    say="say_reference_noted",
                ),
                go("claimed", state, END, when="is_told_again", do="forget", say="say_told_already"),
                go("claimed", state, END, when="amount_is_known", do="note", say="thank"),
                go("claimed", state, "asking_amount", when="amount_is_unclear", do="keep_picture", say="say_unclear"),
                go("claimed", state, "asking_amount", do="keep_picture"),
            )
        ),
        go("referred", START, END, when="is_booked", say="say_booked"),
        go("referred", START, END, when="reference_is_noted", say="say_reference_noted"),
        go("referred", START, END, when="claim_lacks_reference_seen", do="add_reference", say="say_seen"),
        go("referred", START, END, when="claim_lacks_reference", do="add_reference", say="say_reference_noted"),
        go("referred", START, "asking_amount", do="keep_reference"),
        go("unread", "asking_about_picture", END, do="note_unread", say="thank_unread"),
        go("dropped", "asking_about_picture", END, do="forget", say="drop"),
        go("dropped", "asking_amount", END, do="forget", say="drop"),
    ]

    def recognise(self, message: Message) -> str | None:
        said = message.folded
        is_picture = pictures.is_one(message)
        if is_picture and (not message.text or said in TO_PAY):
            return "pictured"
        if said in TO_BE_DONE:
            return None
        if _ALONE.fullmatch(in_one(said)):
            return "referred"
        if said in WORDS or SAID.fullmatch(said):
            return "claimed"
        is_told = _BY_MEANS.fullmatch(said) and not _NOT_DONE.search(message.text)
        return "claimed" if is_told else None

    def ask_asking_amount(self) -> Reply:
        return Reply(
            _(
                "How much did you pay? Type the amount and the reference, for example: %(example)s",
                example=isolate(EXAMPLE),
            )
        )

    def ask_asking_about_picture(self) -> Reply:
        asked = _(
            "Thank you for the picture. Does it show a payment? Then please type the amount and the reference, for"
            " example: %(example)s",
            example=isolate(EXAMPLE),
        )
        offered = (
            Choice(_("Yes, a payment"), "unread"),
            Choice(_("A problem"), "pictured", flow="dispute"),
            Choice(_("No"), "dropped"),
        )
        return Reply(asked, offered)

    def hear_asking_amount(self, message: Message) -> str | None:
        if words.answer(message.folded) == "no":
            return "dropped"
        if pictures.is_one(message) and not message.text:
            return "pictured"
        if references.is_one(message.folded):
            return None  # "bill 10" asks for a bill
        return "claimed" if self.amount_minor or amounts.is_only_numeric(message.text) else None

    def hear_asking_about_picture(self, message: Message) -> str | None:
        if words.answer(message.folded) == "yes":
            return "unread"
        return self.hear_asking_amount(message)

    @cached_property
    def amount_minor(self) -> int | None:
        """The amount in the message, apart from its reference."""
        said = in_one(normalise(self.turn.message.text))
        return amounts.read(
            re.sub(re.escape(self.reference), " ", said, flags=re.IGNORECASE) if self.reference else said
        )

    @cached_property
    def reference(self) -> str | None:
        """The longest word that looks like a bank's reference: letters and digits, six or more; else the one before."""
        said = in_one(self.turn.message.folded)
        found = [word for word in _REFERENCE.findall(said) if len(word) >= 8 or not word.isdigit()]
        kept: str | None = self.memory.get("reference") if self.state == "asking_amount" else None
        return max(found, key=len)[:MAX_REFERENCE].upper() if found else kept

    def amount_is_known(self) -> bool:
        """Not where a digit alone answers: that is the number of an option, or a slip, and no payment."""
        return self.amount_minor is not None and not self.is_a_digit()

    def is_a_digit(self) -> bool:
        said = self.turn.message.folded
        return len(said) == 1 and said.isdecimal()

    def reference_completes_claim(self) -> bool:
        """True when the same amount was told without this reference: it is one payment."""
        return self.reference is not None and self.noted is None and self.is_told_before()

    def is_told_again(self) -> bool:
        """True when this amount waits to be checked already, and nothing here says that it is another payment."""
        shown = pictures.is_one(self.turn.message) or pictures.kept(self.memory)
        return self.reference is None and not shown and self.is_told_before()

    def is_told_before(self) -> bool:
        told = self.bare
        return self.amount_is_known() and told is not None and told.amount_minor == self.amount_minor

    def amount_is_unclear(self) -> bool:
        said = in_one(normalise(self.turn.message.text)).upper()
        return any(sign.isdigit() for sign in said.replace(self.reference or "\0", ""))

    def is_booked(self) -> bool:
        """True when a payment with this reference is in the books already."""
        return bool(self.reference and claims.booked(self.session, self.turn.shop.id, self.reference))

    def is_noted_otherwise(self) -> bool:
        """True when this reference was told of before with another amount."""
        return bool(self.amount_minor and self.noted and self.noted.amount_minor != self.amount_minor)

    @cached_property
    def is_seen(self) -> bool:
        """True when this reference stands with another payment, or with another shop's claim."""
        claim = claims.NewClaim(self.turn.shop.id, reference=self.reference)
        return self.noted is None and claims.seen(self.session, claim) is not None

    def amount_is_known_and_reference_seen(self) -> bool:
        return self.amount_is_known() and self.is_seen

    def claim_lacks_reference_seen(self) -> bool:
        return self.claim_lacks_reference() and self.is_seen

    def reference_is_noted(self) -> bool:
        return self.noted is not None

    @cached_property
    def bare(self) -> PaymentClaim | None:
        """What the shop said it paid without naming a reference: of this amount, else the newest."""
        return claims.without_reference(self.session, self.turn.shop.id, self.amount_minor)

    def claim_lacks_reference(self) -> bool:
        return self.bare is not None

    def add_reference(self) -> None:
        if self.bare is not None and self.reference is not None:
            claims.add_reference(self.session, self.bare.id, self.reference)

    def keep_reference(self) -> None:
        self.memory["reference"] = self.reference

    def begin_with_picture(self) -> None:
        pictures.forget(self.memory)
        self.keep_picture()

    def keep_picture(self) -> None:
        if self.state == START:
            pictures.forget(self.memory)
            self.memory.pop("reference", None)
        pictures.keep(self.memory, self.turn.message)

    def forget(self) -> None:
        pictures.forget(self.memory)
        self.memory.pop("reference", None)

    def note(self) -> None:
        """Keep the claim with its picture, once for each reference, and ask people to check it."""
        self.keep_picture()
        if self.noted is None:
            shown = next(iter(pictures.kept(self.memory)), None)
            claim = claims.NewClaim(self.turn.shop.id, self.amount_minor, self.reference, message_id=shown)
            claims.record(self.session, claim)
        self.forget()

    def note_unread(self) -> None:
        """Keep a claim of which only the picture tells; the option's number is no amount."""
        shown = next(iter(pictures.kept(self.memory)), None)
        claims.record(self.session, claims.NewClaim(self.turn.shop.id, message_id=shown))
        self.forget()

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
        return claims.noted(self.session, self.turn.shop.id, self.reference) if self.reference else None

    def thank(self) -> None:
        facts = {
            "name": isolate(plain(self.turn.shop.name)),
            "amount": format_money(self.amount_minor or 0, self.turn.business.currency),
            "ref": isolate(self.reference or ""),
        }
        name = "payment_claim_noted" if self.reference else "payment_claim_noted_bare"
        self.say(templates.get(name).render(language(), facts))

    def say_reference_noted(self) -> None:
        ref = isolate(self.reference or "")
        self.say(_("Thank you, reference %(ref)s is noted. We will confirm the payment here.", ref=ref))

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

    def say_seen(self) -> None:
        self.say(
            _(
                "Thank you, we have noted it. Reference %(ref)s stands with another payment already, so our team looks"
                " at both. Please look at the number once more too: if it is another, just send it here.",
                ref=isolate(self.reference or "-"),
            )
        )

    def say_told_already(self) -> None:
        amount = format_money(self.amount_minor or 0, self.turn.business.currency)
        self.say(
            _(
                "You told us of %(amount)s already, and our team checks it. If this is another payment, please send its"
                " reference.",
                amount=amount,
            )
        )

    def say_unclear(self) -> None:
        self.say(_("Sorry, I could not read that amount, so nothing is noted yet."))

    def say_booked(self) -> None:
        ref = isolate(self.reference or "-")
        self.say(_("The payment with reference %(ref)s is in our books already. Thank you.", ref=ref))

    def thank_for_picture(self) -> None:
        self.say(_("Thank you for the picture."))

    def thank_unread(self) -> None:
        self.say(_("Thank you. Our team looks at the picture and confirms the payment; it is not in the books yet."))

    def drop(self) -> None:
        self.say(_("All right."))

"""Every flow in every language, word for word: what is said in a scene and what is answered stands in `transcripts/`.

After a change of words: `BAHI_WRITE_TRANSCRIPTS=1 pytest tests/flows/test_transcripts.py`, then read the difference.
"""

import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import handing_over, replies
from core import clock, events, templates
from core.i18n import LANGUAGES
from core.outbox import OutboxMessage
from credit import accounts, adjustments, bills, claims, disputes, ladder, overrides, payments
from credit.bills import Posting
from credit.tables import PaymentClaim
from invoicing import credit_notes
from jobs import end_hand_overs, expire_pending, follow_up
from orders import catalogue, dispatching, listing, ordering
from orders.tables import ProductPrice
from parties import users
from parties.tables import Retailer
from tests.chats import Chat
from tests.flows.scenes import SCENES, YES

FOLDER = Path(__file__).parent / "transcripts"
NOON = datetime.fromisoformat("2026-12-07T12:00:00+05:30")  # a Monday
BREAK = "\n--- next message ---\n"
RANDOM = [(re.compile(r"\d\d:\d\d"), "HH:MM")]
PICTURE = {"Body": "", "MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"}
UNREAD = {
    "(sticker)": {"MessageType": "sticker", "NumMedia": "1", "MediaContentType0": "image/webp"},
    "(location)": {"MessageType": "location", "Latitude": "19.07", "Longitude": "72.87"},
    "(voice)": {"MessageType": "audio", "NumMedia": "1", "MediaContentType0": "audio/ogg"},
    "(nothing)": {},
    "(picture)": PICTURE,
}


class Scene:
    """One scene in one language, played with a shop of its own."""

    def __init__(self, chat: Chat, shop: Retailer, language: str) -> None:
        self.chat, self.shop, self.language, self.session = chat, shop, language, chat.session

    def play(self, lines: list[Any]) -> str:
        """The whole transcript."""
        place = LANGUAGES.index(self.language)
        return "\n\n".join(self.turn(line if isinstance(line, str) else line[place]) for line in lines) + "\n"

    def turn(self, said: str) -> str:
        """What was said or happened, and all that came of it."""
        self.chat.messages()
        if said in UNREAD:
            self.chat.send(**UNREAD[said])
        elif said.startswith("(tap"):
            identifier, shown = self.chat.choices[int(said[5:-1]) - 1]
            self.chat.send(shown, ButtonPayload=identifier, ButtonText=shown)
            said = f"{said} {shown}"
        elif said.startswith("("):
            HAPPENINGS[said](self)
            events.follow(self.session)
        else:
            self.chat.send(said)
        nothing = "(nothing is sent)" if said in HAPPENINGS else "(no answer)"
        return f"> {said}\n{BREAK.join(map(self.written, self.chat.messages())) or nothing}"

    def written(self, message: OutboxMessage) -> str:
        """A message as it is read: text, what is attached, what can be tapped."""
        template = templates.get(message.template) if message.template else None
        text = template.render(message.language, message.params or {}) if template else message.body
        for pattern, instead in RANDOM:
            text = pattern.sub(instead, text)
        attached = [f"[[{message.attachment['kind']}]]"] if message.attachment else []
        taps = [" ".join(f"[{title}]" for _id, title in message.choices)] if message.choices else []
        return "\n".join([text, *attached, *taps])

    # -- what happens -------------------------------------------------------------------------------------------------

    def say(self, *lines: tuple[str, ...]) -> None:
        for line in lines:
            self.chat.say(line[LANGUAGES.index(self.language)])

    def order(self) -> None:
        self.say(SCENES["edit_by_talking"][0], YES)  # type: ignore[arg-type]

    def order_three_times(self) -> None:
        for _week in range(3):
            self.order()
            clock.advance(timedelta(days=7))

    def owe(self, reference: str = "OB-1", amount_minor: int = 125_050, days_late: int = 3) -> None:
        due_on = clock.today("Asia/Kolkata") - timedelta(days=days_late)
        money = {"opening_balance": amount_minor}
        bills.post(self.session, Posting(self.shop.id, "opening", reference, due_on, due_on, amount_minor, money))

    def owe_too_long(self) -> None:
        self.owe(days_late=50)
        ladder.evaluate(self.session, self.shop.id, "daily")
        events.forget(self.session)  # it was told before this talk began

    def dispatch(self) -> None:
        dispatching.dispatch(self.session, listing.page(self.session, status="confirmed")[0].id)

    def bill(self) -> None:
        self.order()
        self.chat.messages()
        self.dispatch()

    def limit(self, limit_minor: int, reason: str = "agreed") -> None:
        terms = accounts.Terms(limit_minor=limit_minor, credit_days=15, max_order_minor=None, max_outstanding_days=30)
        accounts.set_terms(self.session, self.shop.id, terms, reason)
        self.session.flush()

    def raise_limit(self) -> None:
        self.limit(5_000_000)

    def get_dearer(self) -> None:
        for price in self.session.query(ProductPrice):
            price.price_minor += 100
        self.session.flush()
        catalogue.changed(self.session)
        self.raise_limit()

    def call_off(self) -> None:
        ordering.cancel(self.session, listing.page(self.session, status="confirmed")[0].id, "the van broke down")

    def approve(self) -> None:
        held = listing.page(self.session, status="held")[0]
        made = overrides.grant(self.session, self.shop.id, held.id, held.total_minor, "good customer")
        overrides.approve(self.session, made.id)

    def decline_claims(self) -> None:
        for claim in self.session.query(PaymentClaim).order_by(PaymentClaim.id):
            claims.reject(self.session, claim.id, "not in the bank yet")

    def book_payment(self) -> None:
        paid = payments.NewPayment(self.shop.id, 500_000, "upi", reference="412345678902")
        payments.record(self.session, paid)

    def decide(self) -> None:
        (bill,) = bills.open_bills(self.session, self.shop.id)
        dispute = disputes.start(self.session, bill.id, 100_000, "one carton broken")
        disputes.settle(self.session, dispute.id, 60_000, "half a carton", "owner", "damage")

    def credit(self) -> None:
        new = adjustments.Adjustment(self.shop.id, "goodwill", 10_000, "old stock", "owner")
        credit_notes.commercial(self.session, new)

    def staff(self) -> Any:
        return users.create(
            self.session, email=f"{self.shop.code}@example.in", role="owner", password="a" * 20, name="Meena"
        ).id

    def staff_write(self) -> None:
        replies.reply(self.session, self.chat.place().id, self.staff(), "Yes, your goods come at 4.")

    def take_over(self) -> None:
        handing_over.take(
            self.session, self.chat.place().id, self.session.query(users.User).first().id, timedelta(hours=1)
        )

    def give_back(self) -> None:
        handing_over.give_back(self.session, self.chat.place().id)

    def later(self, **time: int) -> None:
        clock.advance(timedelta(**time))

    def two_hours(self) -> None:
        self.later(hours=2)
        end_hand_overs.run(self.session)

    def a_day(self) -> None:
        self.later(hours=25)
        expire_pending.run(self.session)

    def held_too_long(self) -> None:
        self.later(days=40)
        expire_pending.run(self.session)

    def follow_up(self) -> None:
        self.later(hours=21)
        follow_up.run(self.session)


HAPPENINGS: dict[str, Callable[[Scene], None]] = {
    "(ordered before)": Scene.order,
    "(ordered three weeks)": Scene.order_three_times,
    "(owes)": Scene.owe,
    "(owes more)": lambda scene: scene.owe("OB-2", 50_000, -4),
    "(owes too long)": Scene.owe_too_long,
    "(dispatched)": Scene.dispatch,
    "(billed)": Scene.bill,
    "(small limit)": lambda scene: scene.limit(1_000_000),
    "(limit raised)": Scene.raise_limit,
    "(dearer, limit raised)": Scene.get_dearer,
    "(staff call off)": Scene.call_off,
    "(owner approves)": Scene.approve,
    "(claims declined)": Scene.decline_claims,
    "(payment booked)": Scene.book_payment,
    "(credit note)": Scene.credit,
    "(dispute decided)": Scene.decide,
    "(staff write)": Scene.staff_write,
    "(staff take over)": Scene.take_over,
    "(staff give back)": Scene.give_back,
    "(two hours later)": Scene.two_hours,
    "(a day later)": Scene.a_day,
    "(held too long)": Scene.held_too_long,
    "(follow-up)": Scene.follow_up,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_answered_word_for_word(
    open_chat: Callable[..., Chat], home: Path, name: str, language: str
) -> None:
    clock.move_to(NOON)
    chat = open_chat(code="R1", language=language)
    shop = chat.session.query(Retailer).filter_by(code="R1").one()
    played = Scene(chat, shop, language).play(SCENES[name])
    kept = FOLDER / f"{name}.{language}.txt"
    if os.environ.get("BAHI_WRITE_TRANSCRIPTS"):
        kept.write_text(played)
    assert played == kept.read_text()

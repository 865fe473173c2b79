"""An order that waits for credit, in the shop's own hands: placed, paid in cash, called off, dearer, short, refused."""

from collections.abc import Callable

import pytest

from core import events
from core.outbox import OutboxMessage
from credit import pauses, payments
from orders import listing, ordering, stock
from parties.tables import Retailer, StaffTask
from tests.chats import Chat

ORDER = "20 case coke 500, 5 kg sugar"


@pytest.fixture
def held(open_chat: Callable[..., Chat]) -> Chat:
    """A chat whose order waits for approval."""
    chat = open_chat(code="R7", limit_minor=1_000_000, max_order_minor=None)
    chat.play([(ORDER, "Total"), ("yes", "What fits"), ("approve", "asked for approval")])
    return chat


def statuses(chat: Chat) -> list[str]:
    return [order.status for order in listing.page(chat.session)]


def shop_of(chat: Chat) -> Retailer:
    return chat.session.query(Retailer).filter_by(phone=chat.phone).one()


def test_it_can_be_taken_for_cash_or_called_off_and_nobody_is_to_approve_it_then(held: Chat) -> None:
    held.play([("status", "*kept order*"), ("kept order", "In all: ₹17,498"), ("drop", "is called off")])
    assert statuses(held) == ["cancelled"]
    assert held.session.query(StaffTask).filter_by(kind="approval_wanted", done_at=None).count() == 0
    held.play([("kept order", "No order of yours is waiting"), (ORDER, "Total"), ("yes", ""), ("approve", "asked")])
    held.say("kept order")
    assert "to be paid in cash" in held.tap("Cash / UPI")


def test_credit_that_does_not_cover_it_is_explained_and_it_stays_kept(held: Chat) -> None:
    held.play(
        [("kept order", "Shall it be placed"), ("yes", "stays kept"), ("kept order", "In all"), ("no", "stays as")]
    )
    pauses.pause(held.session, shop_of(held).id, "looked at")
    held.play([("kept", "In all"), ("1", "A number alone"), ("yes", "on hold at present")])
    assert statuses(held) == ["held"]


def test_less_in_stock_is_said_before_it_is_placed(held: Chat) -> None:
    stock.count(held.session, "COKE-500", 240_000, "counted")
    held.play(
        [("kept order", "Shall it be placed"), ("cash", "only 240 pc are in stock"), ("cash", "in cash or by UPI")]
    )
    assert listing.page(held.session)[0].total_minor < 1_749_800
    stock.count(held.session, "COKE-500", 0, "counted", version=None)
    stock.count(held.session, "SUGAR", 0, "counted")
    assert "not in stock" in held.say(ORDER)


def test_cancel_finds_it_when_there_is_nothing_else_to_cancel(held: Chat) -> None:
    held.play([("cancel", "Your kept order"), ("hata do", "is called off"), ("cancel", "nothing to cancel")])


def test_what_is_missing_can_be_paid_ahead_of_any_bill_and_the_order_goes_on(open_chat: Callable[..., Chat]) -> None:
    chat = open_chat(limit_minor=1_000_000, max_order_minor=None)
    chat.play([(ORDER, "Total"), ("yes", "What fits")])
    assert "Pay ₹7,498 by UPI" in chat.tap("Pay ₹7,498 first")
    payments.record(chat.session, payments.NewPayment(shop_of(chat).id, 749_800, "upi", reference="41234567"))
    events.follow(chat.session)
    assert statuses(chat) == ["confirmed"]


def test_staff_tell_the_shop_what_they_call_off_once_and_not_of_a_quote(chat: Chat) -> None:
    chat.say("2 peti coke 500")
    ordering.cancel(chat.session, listing.page(chat.session)[0].id, "closed today")
    chat.play([("2 peti coke 500", "Total"), ("yes", "R1-1")])
    for _again in range(2):
        ordering.cancel(chat.session, listing.page(chat.session, limit=1)[0].id, "cancelled by staff")
        events.follow(chat.session)
    told = chat.session.query(OutboxMessage).filter(OutboxMessage.template.is_not(None))
    assert [message.template for message in told] == ["order_called_off"]

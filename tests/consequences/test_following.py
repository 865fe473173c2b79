"""Everything that can happen has its row, whoever did it is told once, and a preview leaves nothing behind."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import bot.events
import credit.events
import invoicing.events
import orders.events
import parties.events
from consequences.following import FOLLOWS
from core import audit, clock, db, events, outbox, preview
from core.outbox import OutboxMessage
from credit import accounts, payments
from credit.payments import NewPayment
from orders import holding, listing, ordering
from orders.quotes import Wanted
from parties.tables import Retailer
from tests.architecture.product import sources, text
from tests.chats import Chat

CASE = [Wanted("SPRITE-500", 1, "case")]
DECLARED = {
    found
    for module in (bot.events, credit.events, invoicing.events, orders.events, parties.events)
    for found in vars(module).values()
    if inspect.isclass(found) and found.__module__ == module.__name__
}


def told(session: Session) -> list[str | None]:
    """The templates of what was said unasked, in order."""
    found = session.query(OutboxMessage).filter(OutboxMessage.template.is_not(None)).order_by(OutboxMessage.id)
    return [message.template for message in found]


def test_every_event_has_its_row_and_every_row_its_event() -> None:
    assert set(FOLLOWS) == DECLARED


def test_every_event_is_said_somewhere() -> None:
    said = "".join(text(path) for path in sources() if path.name != "events.py" and path.parts[-2] != "consequences")
    assert [event.__name__ for event in DECLARED if f"{event.__name__}(" not in said] == []


def test_an_order_that_staff_place_is_told_to_the_shop(stocked: Session, shop: Retailer) -> None:
    ordering.place(stocked, shop.id, CASE, "CREDIT")
    events.follow(stocked)
    assert told(stocked) == ["order_placed"]


def test_a_quote_that_staff_confirm_is_told_to_the_shop(stocked: Session, shop: Retailer) -> None:
    ordering.confirm(stocked, ordering.draft(stocked, shop.id, CASE).id, "CASH")
    events.follow(stocked)
    assert told(stocked) == ["order_placed"]


def test_what_the_shop_does_in_its_chat_is_answered_there_alone(chat: Chat) -> None:
    chat.play([("2 peti coke 500", "Total"), ("yes", "placed on credit")])
    chat.play([("cancel R1-1", "called off?"), ("yes", "is called off")])
    assert told(chat.session) == []


def test_room_that_a_shop_makes_in_its_chat_releases_its_held_order_and_that_is_told(chat: Chat) -> None:
    shop = chat.session.query(Retailer).filter_by(phone=chat.phone).one()
    chat.play([("2 peti coke 500", "Total"), ("yes", "R1-1")])
    stands = accounts.position(chat.session, shop.id)
    limit(chat.session, shop.id, stands.used_minor)
    held = hold(chat.session, shop.id)
    events.forget(chat.session)
    chat.play([("cancel R1-1", "called off?"), ("yes", "is called off")])
    assert listing.get(chat.session, held).status == "confirmed"
    assert told(chat.session) == ["order_released"]


def lapse(session: Session, order: UUID) -> None:
    long_ago = clock.now() - timedelta(days=8)
    db.execute(session, "UPDATE sales_order SET created_at = %s WHERE id = %s", (long_ago, str(order)))
    assert [one.id for one in holding.expire(session, 7)] == [order]


@pytest.mark.parametrize(
    "leave",
    [
        lambda session, order: ordering.cancel(session, order, "not wanted"),
        lambda session, order: ordering.retry(session, order, "CASH"),
        lapse,
    ],
    ids=["called off", "paid in cash", "lapsed"],
)
def test_an_order_that_waits_no_longer_keeps_nobody_waiting(
    stocked: Session, shop: Retailer, leave: Callable[[Session, UUID], object]
) -> None:
    limit(stocked, shop.id, 0)
    first = hold(stocked, shop.id, 3)
    second = hold(stocked, shop.id)
    limit(stocked, shop.id, listing.get(stocked, second).total_minor)
    events.follow(stocked)
    assert [listing.get(stocked, one).status for one in (first, second)] == ["held", "held"]
    leave(stocked, first)
    events.follow(stocked)
    assert listing.get(stocked, second).status == "confirmed"
    assert told(stocked)[-1] == "order_released"


def test_another_shop_of_the_chat_is_told_what_the_first_one_did_to_its_order(stocked: Session, shop: Retailer) -> None:
    audit.act_as(audit.Actor("retailer:ret_somebodyelse"))
    ordering.place(stocked, shop.id, CASE, "CREDIT")
    events.follow(stocked)
    assert told(stocked) == ["order_placed"]


def test_a_preview_says_what_would_be_said_and_leaves_nothing(stocked: Session, shop: Retailer) -> None:
    limit(stocked, shop.id, 0)
    held = hold(stocked, shop.id)
    events.forget(stocked)
    paid = NewPayment(shop.id, 5_000_000, "cash")
    would = preview.of(stocked, lambda session: payments.record(session, paid).outstanding_minor)
    assert would.result == -5_000_000
    assert [message.retailer_id for message in would.messages] == [shop.id, shop.id]
    assert "₹50,000" in would.messages[0].text
    assert "is now placed" in would.messages[1].text
    assert accounts.get(stocked, shop.id).outstanding_minor == 0
    assert listing.get(stocked, held).status == "held"
    assert (told(stocked), events.so_far(stocked)) == ([], ())
    payments.record(stocked, paid)
    events.follow(stocked)
    kept = stocked.query(OutboxMessage).order_by(OutboxMessage.id)
    assert [outbox.text_of(message) for message in kept] == [message.text for message in would.messages]


def test_a_preview_keeps_what_happened_before_it(stocked: Session, shop: Retailer) -> None:
    payments.record(stocked, NewPayment(shop.id, 100, "cash"))
    before = events.so_far(stocked)
    preview.of(stocked, lambda session: payments.record(session, NewPayment(shop.id, 200, "cash")))
    assert (events.so_far(stocked), told(stocked)) == (before, [])


def limit(session: Session, shop: UUID, limit_minor: int) -> None:
    """Grant exactly this, by nobody's act."""
    db.execute(session, "UPDATE credit_account SET limit_minor = %s WHERE retailer_id = %s", (limit_minor, str(shop)))


def hold(session: Session, shop: UUID, cases: int = 1) -> UUID:
    """An order that waits for credit; returns its id."""
    wanted = [Wanted("SPRITE-500", cases, "case")]
    return holding.hold(session, ordering.place(session, shop, wanted, "CREDIT").order.id).id

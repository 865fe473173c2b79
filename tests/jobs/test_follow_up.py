"""A quote that nobody answered is asked about once, while free text is still allowed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core import clock, db, ids
from jobs import follow_up
from parties import channels
from parties.tables import Retailer

MakeRetailer = Callable[..., Retailer]
Statement = Callable[..., list[Any]]
QUOTED_AT = datetime.fromisoformat("2026-12-01T13:00:00+05:30")


@pytest.fixture
def quote(org: UUID, make_retailer: MakeRetailer) -> UUID:
    """A quote that the shop asked for at one o'clock and has not answered."""
    clock.move_to(QUOTED_AT)
    order_id = ids.new()
    cart = {"lines": [["SUGAR", "5", "kg", "5"]], "order": str(order_id), "yes": "CREDIT"}
    with db.transaction(org) as session:
        shop = make_retailer(session, language="hi_Latn")
        db.execute(
            session,
            "INSERT INTO sales_order (org_id, id, retailer_id, status, source, currency, total_minor,"
            " catalogue_version, created_at) VALUES (%s, %s, %s, 'pending', 'chat', 'INR', 276500, 1, %s)",
            (str(org), str(order_id), str(shop.id), clock.now()),
        )
        db.execute(session, "UPDATE contact SET last_inbound_at = %s", (clock.now(),))
        db.execute(
            session,
            "INSERT INTO conversation (org_id, id, channel_id, contact_id, memory, version, not_understood, updated_at)"
            " SELECT org_id, %s, %s, id, %s, 0, 0, %s FROM contact",
            (str(ids.new()), str(channels.main(session).id), db.json({"cart": cart}), clock.now()),
        )
    return order_id


def run_after(org: UUID, hours: float) -> int:
    clock.move_to(QUOTED_AT + timedelta(hours=hours))
    with db.transaction(org) as session:
        return follow_up.run(session)["asked"]


def test_it_is_asked_once_between_the_twentieth_and_the_twenty_second_hour(
    org: UUID, quote: UUID, statement: Statement
) -> None:
    assert [run_after(org, hours) for hours in (19, 20.5, 21, 21.9)] == [0, 1, 0, 0]
    ((template, amount, language),) = statement("SELECT template, params->>'amount', language FROM outbox_message")
    assert (template, amount, language) == ("pending_order_followup", "₹2,765", "hi_Latn")


def test_after_that_it_is_left_alone(org: UUID, quote: UUID) -> None:
    assert run_after(org, 22.5) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sales_order SET status = 'expired'",
        "UPDATE contact SET opted_out_at = now()",
        "UPDATE conversation SET handed_over_at = now()",
        "UPDATE contact SET last_inbound_at = last_inbound_at + interval '5 hours'",
        "UPDATE conversation SET memory = '{}'",
        "UPDATE conversation SET memory = jsonb_set(memory, '{cart,lines}', '[]')",
        "UPDATE conversation SET memory = memory #- '{cart,yes}'",
        "UPDATE conversation SET memory = jsonb_set(memory, '{cart,order}', '\"another\"')",
        "UPDATE conversation SET flow = 'cancel_order', state = 'confirming'",
    ],
    ids=[
        "the quote lapsed",
        "messages stopped",
        "a person took over",
        "the shop wrote again",
        "the list is gone",
        "it is empty",
        "it changed",
        "another quote stands",
        "a yes would mean something else",
    ],
)
def test_nothing_is_asked_when(org: UUID, quote: UUID, statement: Statement, change: str) -> None:
    statement(change)
    assert run_after(org, 21) == 0

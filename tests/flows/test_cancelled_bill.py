"""A bill that was cancelled is named as cancelled in the chat, and never sent as one to pay."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from core import events
from invoicing import cancelling, credit_notes
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.tables import Invoice
from orders import dispatching, ordering
from orders.quotes import Wanted
from parties import retailers
from parties.tables import Retailer
from tests.chats import Chat

CASE = [Wanted("SPRITE-500", 1, "case")]


def billed(session: Session, shop: Retailer) -> Invoice:
    sent = dispatching.dispatch(session, ordering.place(session, shop.id, CASE, "CREDIT").order.id)
    return session.get_one(Invoice, (shop.org_id, sent.invoice_id))


def cancel(session: Session, document: Invoice) -> None:
    cancelling.cancel(session, document.id, "billed to the *wrong* shop.", "owner")
    events.forget(session)


@pytest.mark.parametrize(
    ("language", "said", "cancelled"),
    [
        ("en", "bill 1", "was cancelled on"),
        ("en", "SGT number", "was cancelled on"),
        ("hi", "बिल 1", "रद्द हो चुका है"),
        ("ur", "بل 1", "منسوخ ہو چکا ہے"),
        ("hi_Latn", "bill 1", "cancel ho chuka hai"),
    ],
)
def test_it_is_said_to_be_cancelled_and_why(
    stocked: Session, open_chat: Callable[..., Chat], language: str, said: str, cancelled: str
) -> None:
    chat = open_chat(language=language)
    shop = stocked.query(Retailer).filter_by(phone=chat.phone).one()
    bill = billed(stocked, shop)
    cancel(stocked, bill)
    chat.send(f"bill {bill.number}" if said == "SGT number" else said)
    [answer] = chat.messages()
    assert bill.number in answer.body
    assert cancelled in answer.body
    assert "billed to the wrong shop" in answer.body.replace("*", "")
    assert answer.attachment is None


def test_one_that_counts_is_meant_before_one_that_does_not(stocked: Session, shop: Retailer, chat: Chat) -> None:
    first = billed(stocked, shop)
    cancel(stocked, first)
    second = billed(stocked, shop)
    events.forget(stocked)
    chat.send("bill 2")
    [answer] = chat.messages()
    assert answer.attachment == {"kind": "invoice", "id": str(second.id)}
    assert first.number not in chat.say("my bills")


def test_a_cancelled_credit_note_counts_no_more(stocked: Session, shop: Retailer, chat: Chat) -> None:
    correction = NewCreditNote(billed(stocked, shop).id, "return", "wet", "owner", [Correction(1, qty_milli=1_000)])
    note = credit_notes.issue(stocked, correction).note
    assert note is not None
    cancel(stocked, note)
    assert "counts no more" in chat.say(f"bill {note.number}")
    assert retailers.get(stocked, shop.id).status == "active"

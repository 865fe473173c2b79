"""Something is wrong with a bill: found by bill and line, described in words and pictures, decided by people."""

from collections.abc import Callable

import pytest

from core.i18n import LANGUAGES
from invoicing.tables import Invoice
from orders import dispatching, listing
from parties.tables import StaffTask
from tests.chats import Chat
from tests.ledger import transfers

PICTURE = {"Body": "", "MessageType": "image", "NumMedia": "1", "MediaContentType0": "image/jpeg"}
SAYS = {
    "en": (
        "complaint",
        "what is it about",
        "What is wrong",
        "Shall I pass this on",
        "yes",
        "Yes, pass it on",
        "Thank you, our",
    ),
    "hi": ("शिकायत", "किस सामान", "क्या गड़बड़", "टीम को भेजूँ", "हाँ", "हाँ, भेज दें", "हमारी टीम के पास"),
    "ur": ("شکایت", "کس سامان", "کیا خرابی", "ٹیم کو بھیجوں", "ہاں", "ہاں، بھیج دیں", "ہماری ٹیم کے پاس"),
    "hi_Latn": ("shikayat", "kis saamaan", "Kya gadbad", "team ko bhejoon", "haan", "Haan, bhej dein", "team ke paas"),
}


def bill(chat: Chat, order: str = "2 peti coke 500, 5 kg sugar") -> str:
    """A bill of two lines; its number."""
    chat.say(order)
    chat.say("yes")
    placed = dispatching.dispatch(chat.session, listing.page(chat.session, status="confirmed")[0].id)
    return str(chat.session.get_one(Invoice, (chat.line.org_id, placed.invoice_id)).number)


def reported(chat: Chat) -> list[dict[str, object]]:
    found = chat.session.query(StaffTask).filter_by(kind="bill_disputed").order_by(StaffTask.id)
    return [task.facts for task in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["number", "word", "tap"])
def test_a_line_of_a_bill_is_disputed_with_a_picture(open_chat: Callable[..., Chat], language: str, way: str) -> None:
    chat = open_chat(language=language)
    number = bill(chat)
    booked = len(transfers(chat.session))
    word, which, what, asked, yes, title, thanked = SAYS[language]
    assert which in chat.say(word)
    choose = chat.tap if way == "tap" else chat.say
    assert what in choose("1" if way == "number" else "Coca-Cola 500 ml PET")
    assert asked in chat.say("1 carton toota tha")
    assert "1" in chat.say(**PICTURE)
    assert reported(chat) == []
    assert thanked in choose({"number": "1", "word": yes, "tap": title}[way])
    [facts] = reported(chat)
    assert (facts["number"], facts["sku"], facts["said"]) == (number, "COKE-500", "1 carton toota tha")
    assert len(facts["message_ids"]) == 1  # type: ignore[arg-type]
    assert len(transfers(chat.session)) == booked


def test_what_was_said_first_is_not_asked_again(chat: Chat) -> None:
    bill(chat)
    chat.play([("2 bottle tooti nikli", "what is it about"), ("1", "Shall I pass this on"), ("yes", "our team has it")])
    assert reported(chat)[0]["said"] == "2 bottle tooti nikli"


def test_the_bill_is_chosen_or_named(chat: Chat) -> None:
    first, second = bill(chat), bill(chat, "1 peti sprite 500")
    chat.play([("complaint", first), (second, "what is it about"), ("no", "All right")])
    chat.play([("bill 1 galat maal aaya", "what is it about"), ("The whole bill", "Shall I pass"), ("yes", "our team")])
    assert (reported(chat)[0]["number"], reported(chat)[0]["line_no"]) == (first, None)


def test_a_picture_may_be_of_damaged_goods(chat: Chat) -> None:
    bill(chat)
    assert "Does it show a payment" in chat.say(**PICTURE)
    assert "what is it about" in chat.tap("A problem")
    chat.play([("2", "What is wrong"), ("bori phati hui thi", "Pictures: 1"), ("yes", "our team has it")])
    assert len(reported(chat)[0]["message_ids"]) == 1  # type: ignore[arg-type]
    assert reported(chat)[0]["sku"] == "SUGAR"


def test_no_leaves_nothing_behind(chat: Chat) -> None:
    bill(chat)
    chat.play([("complaint", "about"), ("1", "What is wrong"), ("rate zyada", "Shall I"), ("no", "All right")])
    assert reported(chat) == []
    chat.play([("balance", "Used")])


def test_without_a_bill_people_are_told_and_look(chat: Chat) -> None:
    assert "I have told our team" in chat.say("complaint")
    [task] = chat.session.query(StaffTask).all()
    assert task.kind == "complaint"


@pytest.mark.parametrize("said", ["2 peti coke 500", "maggi kam karo", "coke hata do", "order kab aayega", "balance"])
def test_other_words_are_no_complaint(chat: Chat, said: str) -> None:
    bill(chat)
    assert "what is it about" not in chat.say(said)

"""An answer says how much there shall be; only what was asked about more of a line adds to it."""

import pytest

from tests.chats import Chat
from tests.flows.test_selling import terms


def test_an_answer_about_packs_is_the_whole_quantity(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=12)
    chat.play([("24 pc coke 500", "24 pc ×"), ("coke 500 ka 25 pc kar do", "24 pc or 36 pc"), ("36", "36 pc ×")])
    chat.play([("aur 10 pc coke 500", "46 pc does not work"), ("48", "48 pc ×")])
    chat.say("coke 500 ka 25 pc kar do")
    assert "36 pc ×" in chat.tap("36 pc")


@pytest.mark.parametrize(
    ("asked", "answer", "quoted"),
    [
        ("coke 3 peti", "500", "3 case = 72 pc"),
        ("coke 500", "5 case", "5 case = 120 pc"),
        ("coke 500 0.3 peti", "half case", "0.5 case = 12 pc"),
        ("0 peti coke 500", "1 peti", "1 case = 24 pc"),
    ],
)
def test_an_answer_about_goods_on_the_list_is_how_much_there_shall_be(
    chat: Chat, asked: str, answer: str, quoted: str
) -> None:
    chat.play([("2 case coke 500", "2 case = 48 pc"), (asked, "?"), (answer, quoted)])


def test_an_answer_about_more_of_a_line_adds_to_it(chat: Chat) -> None:
    chat.play([("2 case coke 500", "48 pc"), ("aur coke 500 bhi", "How much of Coca-Cola 500"), ("1 case", "72 pc")])


def test_what_should_stay_stays(chat: Chat) -> None:
    chat.play(
        [("5 kg sugar, 2 case coke 500", "Total"), ("sugar 2 kg hata do", "how much should stay"), ("3", "3 kg ×")]
    )


def test_a_yes_takes_the_one_pack_that_was_proposed_and_never_one_of_two(chat: Chat) -> None:
    terms(chat.session, "COKE-500", multiple=12, min_qty=24)
    chat.play([("5 pc coke 500", "Shall it be 24 pc?"), ("yes", "24 pc ×")])
    chat.play([("30 pc coke 500", "24 pc or 36 pc"), ("yes", "24 pc or 36 pc"), ("36", "36 pc ×")])


@pytest.mark.parametrize("said", ["order R1-1", "bill 15", "status R1-1"])
@pytest.mark.parametrize("before", [[], ["2 case coke 500"], ["coke 2 peti"], ["2 case coke 500", "change"]])
def test_an_order_or_a_bill_that_is_named_by_number_is_no_goods(chat: Chat, said: str, before: list[str]) -> None:
    for line in before:
        chat.say(line)
    assert "I have no" in chat.say(said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [("1000 case coke 500", "1,000 case = 24,000 pc"), ("99999999 case coke 500", "at most 9,999")],
)
def test_large_quantities_are_grouped(chat: Chat, said: str, shown: str) -> None:
    assert shown in chat.say(said)

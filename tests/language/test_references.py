"""Orders and bills named by their numbers: told from each other and from goods, in every language."""

import pytest

from language import references
from language.folding import fold


@pytest.mark.parametrize(
    "said", ["R1-1 cancel karo", "cancel order r1-1", "रद्द R1-1", "ऑर्डर R1-1 रद्द करो", "منسوخ R1-1"]
)
def test_an_order_is_called_off_by_its_number(said: str) -> None:
    named = references.ORDER_CALLED_OFF.fullmatch(fold(said))
    assert named is not None
    assert (named[1] or named[2]) == "r1-1"
    assert references.is_one(fold(said))


@pytest.mark.parametrize("said", ["order R1-1", "my order R1-1", "status R1-1", "ऑर्डर R1-1", "آرڈر R1-1"])
def test_an_order_is_asked_for_by_its_number(said: str) -> None:
    named = references.ORDER.fullmatch(fold(said))
    assert named is not None
    assert named[1] == "r1-1"
    assert references.is_one(fold(said))


@pytest.mark.parametrize("said", ["bill 102", "Bill no. 102", "my bill 102", "बिल 102"])
def test_a_bill_is_asked_for_by_its_number(said: str) -> None:
    named = references.BILL.fullmatch(fold(said))
    assert named is not None
    assert named[1] == "102"
    assert references.is_one(fold(said))


def test_a_bill_is_found_within_what_is_said_of_it() -> None:
    named = references.BILL_WITHIN.search(fold("pay bill 102 please"))
    assert named is not None
    assert named[1] == "102"
    assert not references.is_one(fold("pay bill 102 please"))


@pytest.mark.parametrize("said", ["2 peti coke 500", "cancel", "order", "bill", "cancel 2 coke", "order 5 kg sugar"])
def test_goods_and_bare_words_name_neither(said: str) -> None:
    assert not references.is_one(fold(said))

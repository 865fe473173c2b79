"""Goods that are sold in whole packs: what is asked of other quantities, and what is said to the question."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from orders import catalogue, packs, pricing
from orders.catalogue import Catalogue
from orders.packs import Rounded
from orders.pricing import PriceChange
from orders.quotes import Wanted
from orders.understanding.facts import CartLine, Context, Question


@pytest.fixture
def goods(stocked: Session) -> Catalogue:
    """Cola by the dozen, from two on."""
    change = PriceChange("packs", pricing.product(stocked, "COKE-500").version)
    pricing.set_terms(stocked, "COKE-500", {"multiple": 12, "min_qty": 24}, change)
    return catalogue.load(stocked)


def cola(pieces: int) -> CartLine:
    return CartLine("COKE-500", Decimal(pieces), "pc", Decimal(pieces))


def test_only_whole_packs_fit(goods: Catalogue) -> None:
    assert [pieces for pieces in (12, 24, 25, 36) if packs.fits(cola(pieces), goods)] == [24, 36]
    assert packs.fits(CartLine("GONE", Decimal(1), "pc", Decimal(1)), goods)  # somebody else's error


@pytest.mark.parametrize(
    ("pieces", "said", "means"),
    [
        (30, "36", "36 pc"),  # a bare number counts what the question counted
        (30, "3 dozen", "3 dozen"),
        (30, "yes", ""),  # 24 or 36?
        (5, "yes", "24 pc"),
        (5, "haan", "24 pc"),
        (5, "no", "no"),
    ],
)
def test_an_answer_to_the_question_about_packs(goods: Catalogue, pieces: int, said: str, means: str) -> None:
    assert packs.as_answer(said, packs.question(cola(pieces), goods), goods) == means


def test_an_answer_to_any_other_question_is_left_as_it_is(goods: Catalogue) -> None:
    assert packs.as_answer("yes", None, goods) == "yes"
    other = Question("which", "dal", Decimal(2), "kg", ("SUGAR", "RICE-L"))
    assert packs.as_answer("36", other, goods) == "36"
    assert packs.without_quantity(Context(pending_question=other)).pending_question == other


def test_the_quantity_that_does_not_fit_is_not_what_an_answer_completes(goods: Catalogue) -> None:
    context = packs.without_quantity(Context(pending_question=packs.question(cola(30), goods)))
    assert context.pending_question is not None
    assert context.pending_question.qty is None


def test_an_earlier_order_is_rounded_up_and_what_changed_is_named(goods: Catalogue) -> None:
    fits, other, gone = Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 5, "kg"), Wanted("GONE", 1, "pc")
    kept, changed = packs.rounded([fits, other, gone], goods)
    assert (kept, changed) == ([fits, other, gone], [])
    wish, whole = Wanted("COKE-500", 30, "pc"), Wanted("COKE-500", 36, "pc")
    assert packs.rounded([wish], goods) == ([whole], [Rounded(goods.product("COKE-500"), wish, whole)])

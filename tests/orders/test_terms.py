"""Terms of sale: prices by class and quantity, packs, free goods, and how much of a shelf an order may have."""

from hypothesis import given
from hypothesis import strategies as st

from orders import terms
from orders.terms import PLAIN, Rate, Scheme, SellingTerms

MILLI = 1000
SLABS = SellingTerms(rates=(Rate("", 240, 2450), Rate("", 480, 2400), Rate("semi", 1, 2500), Rate("semi", 480, 2300)))


def test_the_highest_step_that_is_reached_is_the_price() -> None:
    prices = [terms.price_for(SLABS, "", qty * MILLI, 2571) for qty in (1, 239, 240, 479, 480, 9999)]
    assert prices == [2571, 2571, 2450, 2450, 2400, 2400]


def test_a_class_with_prices_of_its_own_has_those_alone() -> None:
    assert [terms.price_for(SLABS, "semi", qty * MILLI, 2571) for qty in (1, 240, 480)] == [2500, 2500, 2300]
    assert terms.price_for(SLABS, "unknown", 240 * MILLI, 2571) == 2450


def test_the_next_step_is_named_while_it_is_cheaper() -> None:
    assert terms.next_step(SLABS, "", 48 * MILLI, 2571) == Rate("", 240, 2450)
    assert terms.next_step(SLABS, "", 480 * MILLI, 2400) is None
    assert terms.next_step(PLAIN, "", MILLI, 2571) is None


def test_free_goods_come_for_every_whole_lot() -> None:
    ten_and_one = SellingTerms(scheme=Scheme(10, 1))
    assert [terms.free_milli(ten_and_one, qty * MILLI) // MILLI for qty in (9, 10, 19, 20, 120)] == [0, 1, 1, 2, 12]
    assert terms.free_milli(PLAIN, 120 * MILLI) == 0


def test_the_nearest_quantities_that_are_sold_are_proposed() -> None:
    packs = SellingTerms(multiple=12)
    assert terms.proposals(packs, 25 * MILLI) == (24, 36)
    assert terms.proposals(packs, 5 * MILLI) == (12,)
    assert terms.proposals(SellingTerms(min_qty=30, multiple=12), 25 * MILLI) == (36,)
    assert terms.proposals(SellingTerms(min_qty=6), 2 * MILLI) == (6,)


@given(
    st.builds(
        SellingTerms,
        min_qty=st.integers(1, 50),
        multiple=st.integers(1, 50),
        scheme=st.none() | st.builds(Scheme, st.integers(1, 60), st.integers(1, 20)),
    ),
    st.integers(1, 5000),
)
def test_proposals_and_parts_of_a_shelf_are_always_sold_and_there(own: SellingTerms, qty: int) -> None:
    assert all(terms.fits(own, near * MILLI) for near in terms.proposals(own, qty * MILLI))
    most = terms.most_within(own, qty * MILLI)
    assert most == 0 or (terms.fits(own, most) and most + terms.free_milli(own, most) <= qty * MILLI)
    more = most + own.multiple * MILLI
    if most:
        assert more + terms.free_milli(own, more) > qty * MILLI

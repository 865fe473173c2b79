"""Orders: quoted, agreed to, refused, called off; each step once, whoever comes at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, db, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, pauses
from credit.guardrails import Refused
from orders import catalogue_import, dispatching, listing, ordering
from orders.drafting import NotServed
from orders.ordering import AlreadyDispatched, NotPending, PriceChanged
from orders.quotes import Wanted
from parties.tables import Retailer

CASES = [Wanted("COKE-500", 2, "case"), Wanted("SUGAR", 10, "kg")]
TOTAL = 216_900  # 48 x 25.71 + 40 %, 10 x 42.00 + 5 %, to the rupee


def reprice(session: Session, items: list[dict[str, Any]], price: int) -> None:
    catalogue_import.import_catalogue(session, {"items": [{**items[0], "price_paise": price}]})


def actions(session: Session, shop: Retailer) -> list[str]:
    found = select(AuditEntry.action).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq)
    return [action for action in session.scalars(found) if action.startswith("order.")]


# -- quoting -------------------------------------------------------------------------------------------------------


def test_a_draft_waits_with_its_lines_and_promises_nothing(stocked: Session, shop: Retailer) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    assert listing.get(stocked, made.id) == made
    assert (made.status, made.number, made.total_minor) == ("pending", None, TOTAL)
    assert [(line.sku, line.qty, line.unit, line.base_qty) for line in made.lines] == [
        ("COKE-500", 2, "case", 48),
        ("SUGAR", 10, "kg", 10),
    ]
    assert accounts.get(stocked, shop.id).reserved_minor == 0


def test_a_newer_quote_takes_the_place_of_the_older_one(stocked: Session, shop: Retailer) -> None:
    older = ordering.draft(stocked, shop.id, CASES)
    newer = ordering.draft(stocked, shop.id, CASES[:1])
    assert listing.page(stocked, retailer_id=shop.id, status="pending", limit=1) == [newer]
    with pytest.raises(NotPending) as refused:
        ordering.confirm(stocked, older.id, "CREDIT")
    assert refused.value.facts["replaced"] is True
    assert [one.id for one in listing.page(stocked, retailer_id=shop.id)] == [newer.id]


def test_only_customers_see_prices(stocked: Session, shop: Retailer) -> None:
    shop.status = "lead"
    stocked.flush()
    with pytest.raises(NotServed):
        ordering.draft(stocked, shop.id, CASES)
    with pytest.raises(NotFound):
        ordering.draft(stocked, ids.new(), CASES)


def test_an_order_of_nothing_to_pay_is_refused(stocked: Session, shop: Retailer) -> None:
    catalogue_import.import_catalogue(stocked, {"items": [
        {"sku": "TOFFEE", "name": "Toffee", "hsn": "1704", "base_unit": "pc", "gst_rate_bps": 500, "price_paise": 10},
    ]})  # fmt: skip
    with pytest.raises(Invalid):
        ordering.draft(stocked, shop.id, [Wanted("TOFFEE", 1, "pc")])


# -- confirming ----------------------------------------------------------------------------------------------------


def test_confirming_on_credit_reserves_the_total_and_numbers_the_order(stocked: Session, shop: Retailer) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    confirmed = ordering.confirm(stocked, made.id, "CREDIT")
    assert confirmed == listing.get(stocked, made.id)
    assert (confirmed.status, confirmed.number, confirmed.payment_mode) == ("confirmed", f"{shop.code}-1", "CREDIT")
    assert accounts.get(stocked, shop.id).reserved_minor == TOTAL
    second = ordering.confirm(stocked, ordering.draft(stocked, shop.id, CASES).id, "CASH")
    assert second.number == f"{shop.code}-2"
    assert accounts.get(stocked, shop.id).reserved_minor == TOTAL
    assert actions(stocked, shop) == ["order.confirmed", "order.confirmed"]


def test_confirming_twice_is_confirming_once(stocked: Session, shop: Retailer) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    first = ordering.confirm(stocked, made.id, "CREDIT")
    assert ordering.confirm(stocked, made.id, "CREDIT") == first
    assert ordering.confirm(stocked, made.id, "CASH") == first
    assert accounts.get(stocked, shop.id).reserved_minor == TOTAL


def test_a_refused_order_keeps_waiting_with_its_cart(stocked: Session, shop: Retailer) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    made = ordering.draft(stocked, shop.id, CASES)
    with pytest.raises(Refused) as refused:
        ordering.confirm(stocked, made.id, "CREDIT")
    assert refused.value.code == "CREDIT_PAUSED"
    assert listing.get(stocked, made.id) == made
    assert ordering.confirm(stocked, made.id, "CASH").status == "confirmed"  # cash is never blocked


def test_a_higher_price_asks_again_and_the_fresh_yes_counts(
    stocked: Session, shop: Retailer, items: list[dict[str, Any]]
) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    reprice(stocked, items, 2700)
    with pytest.raises(PriceChanged) as changed:
        ordering.confirm(stocked, made.id, "CREDIT")
    assert changed.value.facts == {"was_minor": TOTAL, "now_minor": 225_500}
    assert listing.get(stocked, made.id) == changed.value.order
    assert accounts.get(stocked, shop.id).reserved_minor == 0
    assert ordering.confirm(stocked, made.id, "CREDIT").total_minor == 225_500


def test_a_fresh_yes_may_name_its_total(stocked: Session, shop: Retailer, items: list[dict[str, Any]]) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    reprice(stocked, items, 2700)
    savepoint = stocked.begin_nested()
    with pytest.raises(PriceChanged):
        ordering.confirm(stocked, made.id, "CREDIT", agreed_minor=225_400)
    savepoint.rollback()
    assert listing.get(stocked, made.id) == made  # a door that rolled back lost the new prices, not the way on
    assert ordering.confirm(stocked, made.id, "CREDIT", agreed_minor=225_500).total_minor == 225_500


def test_a_lower_price_goes_on_as_it_is_today(stocked: Session, shop: Retailer, items: list[dict[str, Any]]) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    reprice(stocked, items, 2500)
    confirmed = ordering.confirm(stocked, made.id, "CREDIT")
    assert confirmed == listing.get(stocked, made.id)
    assert (confirmed.total_minor, confirmed.lines[0].price_minor) == (212_100, 2500)
    assert accounts.get(stocked, shop.id).reserved_minor == 212_100


def test_a_price_that_holds_from_tomorrow_asks_again_tomorrow(
    stocked: Session, shop: Retailer, items: list[dict[str, Any]]
) -> None:
    tomorrow = clock.today("Asia/Kolkata") + timedelta(days=1)
    catalogue_import.import_catalogue(stocked, {"items": [{**items[0], "price_paise": 2700}]}, tomorrow)
    made = ordering.draft(stocked, shop.id, CASES)
    clock.advance(timedelta(days=1))
    with pytest.raises(PriceChanged):
        ordering.confirm(stocked, made.id, "CREDIT")


def test_repricing_keeps_the_wishes(stocked: Session, shop: Retailer, items: list[dict[str, Any]]) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    reprice(stocked, items, 2700)
    with pytest.raises(PriceChanged) as changed:
        ordering.confirm(stocked, made.id, "CREDIT")
    again = changed.value.order
    assert again.total_minor == 225_500
    assert [(line.sku, line.qty_milli) for line in again.lines] == [(line.sku, line.qty_milli) for line in made.lines]
    assert ordering.confirm(stocked, made.id, "CREDIT").total_minor == 225_500


def test_a_confirmation_is_four_statements(stocked: Session, shop: Retailer, sent_statements: list[str]) -> None:
    made = ordering.draft(stocked, shop.id, CASES)
    sent_statements.clear()
    ordering.confirm(stocked, made.id, "CREDIT")
    assert len(sent_statements) == 4


# -- placing, retrying ----------------------------------------------------------------------------------------------


def test_placing_confirms_at_once(stocked: Session, shop: Retailer) -> None:
    waiting = ordering.draft(stocked, shop.id, CASES)
    placed = ordering.place(stocked, shop.id, CASES, "CREDIT")
    assert (placed.refusal, placed.order.status, placed.order.source) == (None, "confirmed", "api")
    assert listing.get(stocked, placed.order.id) == placed.order
    assert listing.get(stocked, waiting.id).status == "pending"  # staff do not take a chat's cart away


def test_a_refused_placing_is_kept_as_failed_with_its_reasons(stocked: Session, shop: Retailer) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    placed = ordering.place(stocked, shop.id, [Wanted("COKE-500", 600, "case")], "CREDIT")
    assert placed.refusal is not None
    failed = listing.get(stocked, placed.order.id)
    assert failed == placed.order
    assert (failed.status, failed.number) == ("failed", None)
    assert failed.failure is not None
    assert failed.failure["code"] == "CREDIT_PAUSED"
    assert [reason["code"] for reason in failed.failure["reasons"]] == [
        "CREDIT_PAUSED", "MAX_ORDER_VALUE_EXCEEDED", "CREDIT_LIMIT_EXCEEDED",
    ]  # fmt: skip
    assert listing.page(stocked, retailer_id=shop.id, status="failed") == [failed]
    assert actions(stocked, shop) == ["order.refused"]


def test_a_failed_order_is_tried_again_and_confirmed_once(stocked: Session, shop: Retailer) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    failed = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    assert ordering.retry(stocked, failed.id).refusal is not None
    pauses.unpause(stocked, shop.id, "paid in cash")
    first = ordering.retry(stocked, failed.id)
    assert (first.refusal, first.order.status, first.order.failure) == (None, "confirmed", None)
    assert ordering.retry(stocked, failed.id).order == first.order == listing.get(stocked, failed.id)
    assert accounts.get(stocked, shop.id).reserved_minor == TOTAL


@pytest.mark.parametrize("given", [{"payment_mode": "CARD"}, {"source": "email"}])
def test_unknown_modes_and_sources_are_refused(stocked: Session, shop: Retailer, given: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        ordering.place(stocked, shop.id, CASES, **{"payment_mode": "CREDIT", **given})


def test_a_retry_takes_the_prices_of_today(stocked: Session, shop: Retailer, items: list[dict[str, Any]]) -> None:
    pauses.pause(stocked, shop.id, "cheque bounced")
    failed = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    reprice(stocked, items, 2700)
    assert ordering.retry(stocked, failed.id, "CASH").order.total_minor == 225_500


# -- calling off, expiring -------------------------------------------------------------------------------------------


def test_calling_off_frees_what_was_reserved_once(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    cancelled = ordering.cancel(stocked, order.id, "customer changed their mind")
    assert cancelled == ordering.cancel(stocked, order.id, "again") == listing.get(stocked, order.id)
    assert cancelled.failure == {"code": "CANCELLED", "detail": "customer changed their mind"}
    assert accounts.get(stocked, shop.id).reserved_minor == 0
    with pytest.raises(NotPending):
        ordering.confirm(stocked, order.id, "CREDIT")
    with pytest.raises(Invalid):
        ordering.cancel(stocked, order.id, " ")


def test_what_left_the_shop_is_not_called_off(stocked: Session, shop: Retailer) -> None:
    order = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    dispatching.dispatch(stocked, order.id)
    with pytest.raises(AlreadyDispatched):
        ordering.cancel(stocked, order.id, "too late")


def test_quotes_lapse_after_a_day_and_promises_do_not(stocked: Session, shop: Retailer) -> None:
    promised = ordering.place(stocked, shop.id, CASES, "CREDIT").order
    waiting = ordering.draft(stocked, shop.id, CASES)
    assert ordering.expire_pending(stocked) == 0
    clock.advance(timedelta(hours=25))
    assert ordering.expire_pending(stocked) == 1
    assert ordering.expire_pending(stocked) == 0
    assert listing.get(stocked, waiting.id).status == "expired"
    assert listing.get(stocked, promised.id).status == "confirmed"
    with pytest.raises(NotPending):
        ordering.confirm(stocked, waiting.id, "CREDIT")


def test_pages_follow_each_other_newest_first(stocked: Session, shop: Retailer) -> None:
    made = [ordering.place(stocked, shop.id, CASES[1:], "CASH").order.id for _ in range(5)]
    first = listing.page(stocked, retailer_id=shop.id, limit=3)
    rest = listing.page(stocked, retailer_id=shop.id, limit=3, after=first[-1].id)
    assert [one.id for one in first + rest] == made[::-1]
    assert all(one.lines for one in first)


# -- at the same moment ------------------------------------------------------------------------------------------------


def together(org: UUID, *works: Callable[[Session], Any]) -> list[Any]:
    """What each of these answers or raises, started at one moment in transactions of their own."""
    barrier = Barrier(len(works))

    def run(work: Callable[[Session], Any]) -> Any:
        barrier.wait()
        try:
            return db.run(work, org)
        except (NotPending, Refused) as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_ten_confirmations_of_one_order_reserve_once(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop()
    with db.transaction(org) as session:
        order_id = ordering.draft(session, shop_id, CASES).id
    answers = together(org, *[lambda session: ordering.confirm(session, order_id, "CREDIT")] * 10)
    assert len({(answer.number, answer.total_minor) for answer in answers}) == 1
    with db.transaction(org) as session:
        assert accounts.get(session, shop_id).reserved_minor == TOTAL


def test_a_quote_is_confirmed_or_lapses_never_both(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop()
    for _ in range(5):
        with db.transaction(org) as session:
            order_id = ordering.draft(session, shop_id, CASES[1:]).id
        soon = clock.now() + timedelta(minutes=1)
        answer, lapsed = together(
            org,
            lambda session, order_id=order_id: ordering.confirm(session, order_id, "CASH"),
            lambda session, soon=soon: ordering.expire_pending(session, soon),
        )
        with db.transaction(org) as session:
            status = listing.get(session, order_id).status
        assert (status, lapsed) == (("expired", 1) if isinstance(answer, NotPending) else ("confirmed", 0))


def test_as_many_orders_are_accepted_as_fit_and_numbers_have_no_gap(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop(limit_minor=7 * TOTAL + 100)
    answers = together(org, *[lambda session: ordering.place(session, shop_id, CASES, "CREDIT")] * 12)
    accepted = [answer.order for answer in answers if answer.refusal is None]
    assert len(accepted) == 7
    assert sorted(int(order.number.rpartition("-")[2]) for order in accepted) == list(range(1, 8))
    with db.transaction(org) as session:
        assert accounts.get(session, shop_id).reserved_minor == 7 * TOTAL
        assert len(listing.page(session, status="failed")) == 5


def test_cash_and_credit_orders_of_one_shop_do_not_block_each_other(org: UUID, open_shop: Callable[..., UUID]) -> None:
    shop_id = open_shop()
    modes = ["CASH", "CREDIT"] * 5
    works = [lambda session, mode=mode: ordering.place(session, shop_id, CASES[1:], mode) for mode in modes]
    numbers = [answer.order.number for answer in together(org, *works)]
    assert len(set(numbers)) == 10

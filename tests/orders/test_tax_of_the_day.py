"""Goods are taxed by the law of the day on which they leave: a fall is given, a rise is asked about and promised."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import clock, db
from core.audit import AuditEntry
from credit import accounts, reservations
from credit.guardrails import Refused
from invoicing import credit_notes, papers
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.tables import Invoice
from orders import catalogue_import, dispatching, listing, ordering, shortening, taxing
from orders.order import Order
from orders.quotes import Wanted
from orders.taxing import TotalRisen
from parties.tables import Retailer
from reports import doctor
from reports.invariants import i08_reservations, i10_invoice_totals, i22_audited, i51_promised_orders, i54_tax_by_month
from tests.orders.conftest import item

TEN_KG = [Wanted("SUGAR", 10, "kg")]  # 420.00 without tax
NEW_YEAR = date(2028, 1, 1)


def on(day: str) -> date:
    """It is noon of this day."""
    clock.move_to(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo("Asia/Kolkata")))
    return date.fromisoformat(day)


def sugar(**changes: Any) -> dict[str, Any]:
    known = {
        "name": "Sugar (loose)", "base_unit": "kg", "units": {"kg": 1, "bag": 50}, "default_unit": "kg",
        "hsn": "17019990", "gst_rate_bps": 500, "mrp_paise": None, "price_paise": 4200, "aliases": {"en": ["sugar"]},
        "loose": True,
    }  # fmt: skip
    return item("SUGAR", **{**known, **changes})


@pytest.fixture
def agreed(stocked: Session, shop: Retailer) -> Callable[..., Order]:
    """An order of 31 December, `mode` and `wanted` as given; from 1 January on sugar is as `tomorrow` says."""

    def make(mode: str = "CREDIT", today: dict[str, Any] | None = None, **tomorrow: Any) -> Order:
        on("2027-12-31")
        if today:
            catalogue_import.import_catalogue(stocked, {"items": [sugar(**today)]})
        order = ordering.place(stocked, shop.id, TEN_KG, mode).order
        catalogue_import.import_catalogue(stocked, {"items": [sugar(**{**(today or {}), **tomorrow})]}, NEW_YEAR)
        on("2028-01-01")
        return order

    return make


def billed(session: Session, order: Order) -> Invoice:
    assert order.invoice_id is not None
    return session.get_one(Invoice, (db.org_of(session), order.invoice_id))


def sound(session: Session) -> bool:
    known = (i08_reservations, i10_invoice_totals, i22_audited, i51_promised_orders, i54_tax_by_month)
    found = [doctor.examine(session, one.INVARIANT, db.org_of(session), doctor.FULL) for one in known]
    return [one.status for one in found] == [doctor.HOLDS] * len(found)


@pytest.mark.parametrize("mode", ["CREDIT", "CASH"])
def test_a_rise_waits_for_a_yes_to_the_new_total_and_then_is_billed(
    stocked: Session, shop: Retailer, agreed: Callable[..., Order], mode: str
) -> None:
    order = agreed(mode, gst_rate_bps=1800)
    assert order.total_minor == 44_100
    for too_little in (None, 44_100, 49_599):
        with pytest.raises(TotalRisen) as asked, stocked.begin_nested():
            dispatching.dispatch(stocked, order.id, accept_total_minor=too_little)
        assert (asked.value.facts["was_minor"], asked.value.facts["now_minor"]) == (44_100, 49_600)
        assert (asked.value.code, asked.value.status) == ("TOTAL_RISEN", 409)
    assert listing.get(stocked, order.id).status == "confirmed"
    assert stocked.scalars(select(Invoice)).all() == []
    sent = dispatching.dispatch(stocked, order.id, accept_total_minor=49_600)
    invoice = billed(stocked, sent)
    assert (invoice.cgst_minor, invoice.sgst_minor, invoice.total_minor) == (3_780, 3_780, 49_600)
    assert sent == listing.get(stocked, order.id)
    [line] = sent.lines
    assert (line.price_minor, line.rate_bps, line.tax_minor, sent.total_minor) == (4200, 1800, 7_560, 49_600)
    account = accounts.get(stocked, shop.id)
    assert (account.reserved_minor, account.outstanding_minor) == (0, 49_600)
    said = "Taxed by the law of the day of supply, 1 Jan 2028, not of the order: Sugar (loose) 18% instead of 5%."
    assert said in papers.paper(stocked, invoice.id).notes
    audited = stocked.scalars(select(AuditEntry).where(AuditEntry.action == "order.dispatched")).one()
    assert (audited.reason, audited.before["total_minor"]) == (said, 44_100)  # type: ignore[index]
    assert sound(stocked)


@pytest.mark.parametrize(
    ("today", "tomorrow", "total_minor", "said"),
    [
        ({"gst_rate_bps": 1800}, {"gst_rate_bps": 500}, 44_100, "5% instead of 18%"),
        ({"gst_rate_bps": 500}, {"gst_rate_bps": 0, "treatment": "exempt"}, 42_000, "exempt instead of 5%"),
        ({"gst_rate_bps": 500}, {"gst_rate_bps": 0, "treatment": "nil_rated"}, 42_000, "nil rated instead of 5%"),
        ({"gst_rate_bps": 4000, "cess_bps": 1200}, {"gst_rate_bps": 4000, "cess_bps": 0}, 58_800,
         "40% instead of 40% and 12% cess"),
        ({"gst_rate_bps": 1200, "cess_bps": 600}, {"gst_rate_bps": 1800, "cess_bps": 0}, 49_600,
         "18% instead of 12% and 6% cess"),
    ],
)  # fmt: skip
def test_a_fall_is_given_and_told(
    stocked: Session, agreed: Callable[..., Order], today: dict[str, Any], tomorrow: dict[str, Any], total_minor: int,
    said: str,
) -> None:  # fmt: skip
    order = agreed(today=today, **tomorrow)
    assert order.total_minor >= total_minor
    sent = dispatching.dispatch(stocked, order.id)
    invoice = billed(stocked, sent)
    assert (invoice.total_minor, sent.total_minor) == (total_minor, total_minor)
    assert any(said in note for note in papers.paper(stocked, invoice.id).notes)
    assert accounts.get(stocked, order.retailer_id).reserved_minor == 0
    assert sound(stocked)


@pytest.mark.parametrize(
    ("today", "tomorrow", "now_minor"),
    [
        ({"gst_rate_bps": 0, "treatment": "exempt"}, {"gst_rate_bps": 500, "treatment": "taxable"}, 44_100),
        ({"gst_rate_bps": 4000, "cess_bps": 0}, {"gst_rate_bps": 4000, "cess_bps": 1200}, 63_800),
    ],
)
def test_whatever_of_the_tax_rises_it_is_asked_about(
    stocked: Session, agreed: Callable[..., Order], today: dict[str, Any], tomorrow: dict[str, Any], now_minor: int
) -> None:
    order = agreed(today=today, **tomorrow)
    with pytest.raises(TotalRisen) as asked, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    assert asked.value.facts["now_minor"] == now_minor
    assert (
        billed(stocked, dispatching.dispatch(stocked, order.id, accept_total_minor=now_minor)).total_minor == now_minor
    )


def test_a_price_that_holds_its_tax_stays_and_the_tax_in_it_is_of_the_day(
    stocked: Session, agreed: Callable[..., Order]
) -> None:
    order = agreed(today={"price_mode": "inclusive"}, gst_rate_bps=1800)
    invoice = billed(stocked, dispatching.dispatch(stocked, order.id))
    assert (invoice.total_minor, invoice.taxable_minor, invoice.cgst_minor) == (42_000, 35_593, 3_203)
    assert any("18% instead of 5%" in note for note in papers.paper(stocked, invoice.id).notes)


def test_a_rise_is_credit_as_any_other_and_refused_over_the_limit(
    stocked: Session, make_retailer: Callable[..., Retailer], agreed: Callable[..., Order]
) -> None:
    first = agreed(gst_rate_bps=1800)
    shop = make_retailer(stocked, limit_minor=47_000)
    on("2027-12-31")
    order = ordering.place(stocked, shop.id, TEN_KG, "CREDIT").order
    on("2028-01-01")
    with pytest.raises(Refused) as refused, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id, accept_total_minor=49_600)
    assert refused.value.code == "CREDIT_LIMIT_EXCEEDED"
    assert listing.get(stocked, order.id) == order
    live = reservations.live(stocked, order.id)
    assert live is not None
    assert live.amount_minor == accounts.get(stocked, shop.id).reserved_minor == 44_100
    accounts_before = accounts.get(stocked, first.retailer_id).reserved_minor
    assert accounts_before == 44_100
    assert sound(stocked)


def test_goods_that_left_on_an_earlier_day_have_that_days_tax(stocked: Session, agreed: Callable[..., Order]) -> None:
    order = agreed(gst_rate_bps=1800)
    invoice = billed(stocked, dispatching.dispatch(stocked, order.id, date(2027, 12, 31)))
    assert (invoice.issued_on, invoice.total_minor) == (date(2027, 12, 31), 44_100)
    assert papers.paper(stocked, invoice.id).notes == ()


def test_a_price_that_rose_stays_as_agreed(stocked: Session, agreed: Callable[..., Order]) -> None:
    order = agreed(price_paise=9_900)
    assert billed(stocked, dispatching.dispatch(stocked, order.id)).total_minor == order.total_minor


def test_what_comes_back_later_keeps_the_tax_of_its_sale(stocked: Session, shop: Retailer) -> None:
    on("2027-12-31")
    sent = dispatching.dispatch(stocked, ordering.place(stocked, shop.id, TEN_KG, "CREDIT").order.id)
    catalogue_import.import_catalogue(stocked, {"items": [sugar(gst_rate_bps=1800)]}, NEW_YEAR)
    on("2028-01-05")
    back = NewCreditNote(billed(stocked, sent).id, "return", "wet", "owner", [Correction(1, qty_milli=10_000)])
    note = credit_notes.issue(stocked, back).note
    assert note is not None
    assert (note.cgst_minor, note.total_minor) == (1_050, 44_100)


def test_an_order_that_was_shortened_before_is_taxed_by_its_day_too(
    stocked: Session, agreed: Callable[..., Order]
) -> None:
    order = agreed(gst_rate_bps=1800)
    shortening.shorten(stocked, order.id, {"SUGAR": Decimal(5)}, "half a bag is wet")
    with pytest.raises(TotalRisen) as asked, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    assert (asked.value.facts["was_minor"], asked.value.facts["now_minor"]) == (22_100, 24_800)
    assert dispatching.dispatch(stocked, order.id, accept_total_minor=24_800).total_minor == 24_800
    assert sound(stocked)


def test_a_seller_that_may_tax_since_the_order_asks_before_it_does(stocked: Session, shop: Retailer) -> None:
    policy.change(stocked, {"gst_scheme": "composition"}, "registered under section 10")
    order = ordering.place(stocked, shop.id, TEN_KG, "CREDIT").order
    policy.change(stocked, {"gst_scheme": "regular"}, "the turnover grew")
    with pytest.raises(TotalRisen) as asked, stocked.begin_nested():
        dispatching.dispatch(stocked, order.id)
    assert (asked.value.facts["was_minor"], asked.value.facts["now_minor"]) == (42_000, 44_100)
    assert billed(stocked, dispatching.dispatch(stocked, order.id, accept_total_minor=44_100)).cgst_minor == 1_050


def test_where_no_tax_is_asked_for_nothing_changes_and_nothing_is_said(
    stocked: Session, shop: Retailer, agreed: Callable[..., Order]
) -> None:
    policy.change(stocked, {"gst_scheme": "composition"}, "registered under section 10")
    order = agreed(gst_rate_bps=1800)
    invoice = billed(stocked, dispatching.dispatch(stocked, order.id))
    assert (invoice.total_minor, invoice.details.get("notes")) == (order.total_minor, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatment": "third_schedule"}, "5% on the retail price instead of 5%"),
        ({"rate_bps": 250}, "2.5% instead of 5%"),
        ({"rate_bps": 1000, "cess_bps": 50}, "10% and 0.5% cess instead of 5%"),
        ({"rate_bps": 0, "treatment": "non_gst"}, "outside GST instead of 5%"),
    ],
)
def test_every_change_of_tax_has_its_words(
    stocked: Session, shop: Retailer, changes: dict[str, Any], said: str
) -> None:
    [line] = ordering.place(stocked, shop.id, TEN_KG, "CREDIT").order.lines
    told = taxing.why([line], [replace(line, **changes)], NEW_YEAR)
    assert told.endswith(f"not of the order: {line.name} {said}.")
    assert taxing.why([line], [line], NEW_YEAR) == ""

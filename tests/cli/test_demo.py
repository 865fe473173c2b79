"""The demo shop: every situation once, by the real functions, however often it is asked for."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli import demo, demo_story
from core import clock, db
from credit import guardrails, ledger
from credit.tables import Bill, CreditAccount
from invoicing.tables import Invoice
from orders import listing, stock
from parties import users
from parties.tables import Retailer


@pytest.fixture
def told(database: str, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """The demo's organisation, on a number that no other test has."""
    monkeypatch.setattr(demo_story, "BUSINESS_NUMBER", "+919999999999")
    demo.seed()
    return users.authenticate(demo.EMAIL, demo.DEMO_PASSWORD).org_id


def shops(session: Session) -> dict[str, Retailer]:
    told = {person.code for person in demo_story.PEOPLE}  # other tests may have added a shop of theirs
    return {shop.code: shop for shop in session.scalars(select(Retailer)) if shop.code in told}


def reasons(session: Session, shop: Retailer, amount_minor: int) -> list[str]:
    return [reason.code for reason in guardrails.judge(session, shop.id, amount_minor).reasons]


def test_a_second_seeding_changes_nothing(told: UUID) -> None:
    with db.transaction(told) as session:
        before = session.scalar(select(func.count()).select_from(Bill))
    demo.seed()
    with db.transaction(told) as session:
        assert session.scalar(select(func.count()).select_from(Bill)) == before


def test_the_shops_are_in_different_situations(told: UUID) -> None:
    with db.transaction(told) as session:
        by_code = shops(session)
        said = {code: reasons(session, shop, 200_000) for code, shop in by_code.items()}
        assert said == {
            demo_story.NEW: [],
            demo_story.GOOD: [],
            demo_story.NEAR: ["CREDIT_LIMIT_EXCEEDED"],
            demo_story.LATE: ["OVERDUE_DAYS_EXCEEDED"],
            demo_story.PAUSED: ["CREDIT_PAUSED", "OVERDUE_DAYS_EXCEEDED"],
            demo_story.URDU: [],
            demo_story.HINDI: [],
        }
        assert {shop.language for shop in by_code.values()} == {"en", "hi", "ur", "hi_Latn"}


def test_open_bills_are_of_all_ages(told: UUID) -> None:
    today = clock.today("Asia/Kolkata")
    with db.transaction(told) as session:
        late = [(today - due).days for due in session.scalars(select(Bill.due_on).where(Bill.open_minor > 0))]
    buckets = {0 if days <= 0 else min((days + 29) // 30, 4) for days in late}
    assert buckets == {0, 1, 2, 3, 4}
    assert {-1, 0} <= set(late)


def test_the_books_agree_with_the_bills(told: UUID) -> None:
    with db.transaction(told) as session:
        for account in session.scalars(select(CreditAccount)):
            owed = session.scalar(
                select(func.coalesce(func.sum(Bill.open_minor), 0)).where(Bill.retailer_id == account.retailer_id)
            )
            assert account.outstanding_minor == owed == ledger.receivable(session, account.retailer_id)


def test_invoices_are_numbered_in_the_order_of_their_dates(told: UUID) -> None:
    with db.transaction(told) as session:
        dates: dict[str, list[date]] = {}
        for invoice in session.scalars(select(Invoice).order_by(Invoice.financial_year, Invoice.sequence)):
            dates.setdefault(invoice.financial_year + invoice.document_type, []).append(invoice.issued_on)
    assert all(found == sorted(found) for found in dates.values())


def test_orders_wait_to_be_dispatched_one_of_them_of_counted_goods_with_some_free(told: UUID) -> None:
    with db.transaction(told) as session:
        waiting = listing.page(session, status="confirmed")
        assert [order.payment_mode for order in waiting] == ["CREDIT", "CREDIT"]
        assert [line.free_qty for line in waiting[0].lines] == [0, 72]
        assert stock.level(session, "COKE-500").reserved_milli == 48_000


def test_the_simulator_gets_a_cast_of_eight(told: UUID, home: Path) -> None:
    cast: list[dict[str, Any]] = json.loads((home / "people.json").read_text(encoding="utf-8"))
    assert len(cast) == 8
    assert all(set(one) == {"phone", "name", "language", "situation", "business_number"} for one in cast)
    with db.transaction(told) as session:
        known = {shop.phone for shop in shops(session).values()}
    assert [one["phone"] in known for one in cast] == [True] * 7 + [False]

"""A shop with bills, made short."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import ids
from credit import bills, days, reservations
from credit.tables import Bill


@pytest.fixture
def bill() -> Callable[..., Bill]:
    """Post a bill: `bill(session, retailer_id, 100_00, due_in=-3)`; due_in counts days from today."""

    def post(
        session: Session,
        retailer_id: UUID,
        amount_minor: int,
        *,
        due_in: int = 10,
        reference: str | None = None,
        bill_on: date | None = None,
        **more: Any,
    ) -> Bill:
        due_on = days.today(session) + timedelta(days=due_in)
        return bills.post(
            session,
            bills.Posting(
                retailer_id=retailer_id,
                kind=more.pop("kind", bills.INVOICE),
                reference=reference or ids.public("inv", ids.new())[-12:],
                bill_on=bill_on or min(due_on, days.today(session)) - timedelta(days=5),
                due_on=due_on,
                amount_minor=amount_minor,
                contra=more.pop("contra", {"sales": amount_minor}),
                **more,
            ),
        )

    return post


@pytest.fixture
def reserved_bill(bill: Callable[..., Bill]) -> Callable[..., Bill]:
    """Reserve, then post a bill from the reservation, as an order does."""

    def post(session: Session, retailer_id: UUID, amount_minor: int, **more: Any) -> Bill:
        reservation_id = reservations.reserve(session, retailer_id, ids.new(), amount_minor)
        return bill(session, retailer_id, amount_minor, reservation_id=reservation_id, **more)

    return post

"""A shop with bills, for reports."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from bot import flow
from credit import bills, days
from credit.tables import Bill
from reports.invariants import i14_conversation_states
from tests.invoicing.conftest import issue

__all__ = ["issue"]


@pytest.fixture(scope="session", autouse=True)
def declared_flows() -> None:
    """What the command line tells the doctor before it looks."""
    i14_conversation_states.declare(flow.known_states())


@pytest.fixture
def owe() -> Callable[..., Bill]:
    """Post a bill due so many days from today: `owe(session, shop.id, 100_00, due_in=-31)`."""

    def post(
        session: Session, retailer_id: UUID, amount_minor: int, *, due_in: int, bill_on: date | None = None
    ) -> Bill:
        today = days.today(session)
        due_on = today + timedelta(days=due_in)
        return bills.post(
            session,
            bills.Posting(
                retailer_id=retailer_id,
                kind=bills.INVOICE,
                reference=f"INV{due_in}-{amount_minor}",
                bill_on=bill_on or min(due_on, today) - timedelta(days=1),
                due_on=due_on,
                amount_minor=amount_minor,
                contra={"sales": amount_minor},
            ),
        )

    return post

"""Documents to issue without any order."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import ids
from invoicing import issuing
from invoicing.charging import Goods
from invoicing.issuing import Buyer, Request
from invoicing.tables import Invoice


def goods(sku: str = "SUGAR", **changes: Any) -> Goods:
    """50 kg of sugar at 42.00 and 5 %."""
    known = {
        "description": "Sugar (loose)", "hsn": "17019990", "qty_milli": 50_000, "unit": "kg", "price_minor": 4200,
        "price_mode": "exclusive", "rate_bps": 500, "cess_bps": 0, "treatment": "taxable", "packs": "1 bag",
    }  # fmt: skip
    return Goods(sku=sku, **{**known, **changes})


@pytest.fixture
def issue() -> Callable[..., Invoice]:
    """Issue a document: `issue(session, retailer_id, lines=[...], gstin=..., issued_on=...)`."""

    def make(session: Session, retailer_id: UUID, **given: Any) -> Invoice:
        buyer = Buyer(
            name="Sharma Kirana",
            address="12 MG Road\nPune 411001",
            gstin=given.pop("gstin", None),
            state_code=given.pop("state_code", None),
            language=given.pop("language", "en"),
        )
        known = {"lines": [goods()], "payment_mode": "CREDIT", "credit_days": 15, "reference": "R1-1"}
        return issuing.issue(session, Request(ids.new(), retailer_id, buyer, **{**known, **given}))

    return make

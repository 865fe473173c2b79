"""A seller without a registration collects no tax: from the quote to the note on a bill, in every country."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db
from credit import accounts
from invoicing import credit_notes, debit_notes, papers
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from orders import catalogue_import, dispatching, ordering
from orders.quotes import Wanted
from parties import organisations
from parties.tables import Retailer
from reports.invariants import i53_tax_needs_a_number

SELLERS = {
    "India": {"country": "IN", "state_code": "27"},
    "Pakistan": {"country": "PK", "state_code": "PB", "phone": "+924231234567"},
    "Pakistan, registered for income tax alone": {
        "country": "PK", "state_code": "PB", "phone": "+924231234567", "gstin": "1234567-8",
    },
}  # fmt: skip


@pytest.fixture(params=SELLERS)
def unregistered(
    request: pytest.FixtureRequest, new_org: Callable[..., UUID], items: list[dict[str, Any]]
) -> Iterator[Session]:
    org_id = new_org(name="Ali Brothers", **SELLERS[request.param])
    with db.transaction(org_id) as session:
        sugar, rice = {**items[1], "gst_rate_bps": 1800}, items[2]
        catalogue_import.import_catalogue(session, {"items": [sugar, rice]})
        yield session
        session.rollback()


@pytest.fixture
def bill(unregistered: Session, make_retailer: Callable[..., Retailer]) -> Invoice:
    seller = organisations.get(unregistered)
    shop = make_retailer(unregistered, state_code=seller.state_code, phone="+923001234501")
    wanted = [Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 5, "kg")]
    order = ordering.place(unregistered, shop.id, wanted, "CREDIT").order
    assert (order.total_minor, [line.tax_minor for line in order.lines]) == (66_000, [0, 0])
    invoice_id = dispatching.dispatch(unregistered, order.id).invoice_id
    return unregistered.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()


def tax_of(document: Invoice) -> int:
    heads = ("cgst", "sgst", "utgst", "igst", "cess", "sales_tax", "further_tax")
    return sum(getattr(document, f"{head}_minor") for head in heads)


def test_a_sale_is_a_plain_bill_in_a_series_of_its_own_and_bears_no_tax(unregistered: Session, bill: Invoice) -> None:
    assert (bill.document_type, tax_of(bill), bill.taxable_minor, bill.total_minor) == ("plain_bill", 0, 66_000, 66_000)
    assert (bill.number.split("/")[0], bill.sequence) == ("ABP", 1)
    assert accounts.get(unregistered, bill.retailer_id).outstanding_minor == 66_000
    paper = papers.paper(unregistered, bill.id)
    assert (paper.title, paper.heads, paper.totals.tax_minor) == ("Bill", (), 0)
    assert not any("STRN" in label or "GSTIN" in label for label, _ in paper.seller.tax_ids)


def test_a_note_on_a_plain_bill_bears_no_tax_either(unregistered: Session, bill: Invoice) -> None:
    back = NewCreditNote(bill.id, "return", "wet bags", "owner", [Correction(line_no=1, qty_milli=1_000)])
    given = credit_notes.issue(unregistered, back).note
    more = NewDebitNote(bill.id, "rate_difference", "old price", "owner", [Raised(line_no=1, taxable_minor=1_000)])
    asked = debit_notes.issue(unregistered, more)
    assert given is not None
    assert (given.total_minor, tax_of(given)) == (4_200, 0)
    assert (asked.total_minor, tax_of(asked)) == (1_000, 0)


def test_the_doctor_finds_nothing(unregistered: Session, bill: Invoice) -> None:
    invariant = i53_tax_needs_a_number.INVARIANT
    assert invariant.probe is not None
    assert list(invariant.probe(unregistered, db.org_of(unregistered))) == []
    assert db.execute(unregistered, invariant.sql).all() == []

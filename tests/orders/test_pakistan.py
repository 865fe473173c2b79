"""A wholesaler in Lahore: from the order to the sales tax invoice, its return, and the ledger behind them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import countries
import policy
from core import db
from countries.registration import TaxIdInvalid
from credit import accounts
from invoicing import cancelling, credit_notes, papers
from invoicing.printing import confirmation_of
from invoicing.tables import Invoice
from orders import catalogue_import, confirmation, dispatching, ordering
from orders.quotes import Wanted
from parties.tables import Retailer
from reports.invariants import i03_journals, i10_invoice_totals

STRN, IBAN = "03-06-2600-123-45", "PK36SCBL0000001123456702"
BANK = {"holder": "Ali Brothers", "bank": "SCB", "account": IBAN[-10:], "iban": IBAN}


@pytest.fixture
def lahore(new_org: Callable[..., UUID], items: list[dict[str, Any]]) -> UUID:
    """A committed organisation in Punjab that sells sugar at 18 % and rice without tax."""
    org_id = new_org(name="Ali Brothers", country="PK", state_code="PB", gstin=STRN, phone="+924231234567")
    with db.transaction(org_id) as session:
        sugar, rice = {**items[1], "gst_rate_bps": 1800}, items[2]
        catalogue_import.import_catalogue(session, {"items": [sugar, rice]})
        policy.change(session, {"ntn": "1234567-8", "bank_account": BANK}, "as registered")
    return org_id


def sold(session: Session, shop: Retailer) -> Invoice:
    order = ordering.place(session, shop.id, [Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 5, "kg")], "CREDIT").order
    invoice_id = dispatching.dispatch(session, order.id).invoice_id
    return session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()


def test_an_unregistered_shop_pays_further_tax_and_a_registered_one_does_not(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        shop = make_retailer(session, state_code="PB", phone="+923001234501")
        known = make_retailer(session, state_code="PB", phone="+923001234502", gstin="1234567-8")
        invoice, other = sold(session, shop), sold(session, known)
        assert (invoice.sales_tax_minor, invoice.further_tax_minor, invoice.currency) == (7560, 1680, "PKR")
        assert (other.sales_tax_minor, other.further_tax_minor) == (7560, 0)
        assert invoice.total_minor == 75_200  # 420.00 and 75.60 and 16.80, and rice for 240.00; to the rupee
        assert invoice.financial_year == other.financial_year
        paper = papers.paper(session, invoice.id)
        assert (paper.title, paper.heads, paper.place_of_supply) == (
            "Sales tax invoice", ("sales_tax", "further_tax"), "",
        )  # fmt: skip
        assert paper.seller.tax_ids == (("STRN", STRN), ("NTN", "1234567-8"))
        assert papers.paper(session, other.id).buyer.tax_ids == (("NTN", "1234567-8"),)
        assert paper.seller.state_name == "Punjab"
        assert ("IBAN", IBAN) in paper.payment.bank
        assert (paper.payment.vpa, paper.payment.upi_link) == ("", "")
        assert papers.pdf(session, invoice.id).content.startswith(b"%PDF-")


def test_the_ledger_holds_each_tax_and_returns_and_cancelling_take_it_back(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        shop = make_retailer(session, state_code="PB", phone="+923001234503")
        invoice = sold(session, shop)
        new = credit_notes.NewCreditNote(invoice.id, "return", "wet", "owner", [credit_notes.Correction(1, 10_000)])
        note = credit_notes.issue(session, new).note
        assert note is not None
        assert (note.sales_tax_minor, note.further_tax_minor) == (7560, 1680)
        assert accounts.get(session, shop.id).outstanding_minor == invoice.total_minor - note.total_minor
        gone = sold(session, shop)
        cancelling.cancel(session, gone.id, "entered twice", "owner")
        taxes = session.execute(
            text(
                "SELECT account, sum(amount_minor) FROM ("
                " SELECT org_id, credit_account AS account, amount_minor FROM ledger_transfer UNION ALL"
                " SELECT org_id, debit_account, -amount_minor FROM ledger_transfer) AS leg"
                " WHERE org_id = :org AND account LIKE 'output_%' GROUP BY 1 HAVING sum(amount_minor) <> 0"
            ),
            {"org": lahore},
        ).all()
        assert taxes == []
        for invariant in (i10_invoice_totals.INVARIANT, i03_journals.INVARIANT):
            for sql in filter(None, (invariant.sql, invariant.full_sql)):
                assert [row for row in session.execute(text(sql)).all() if row.org_id == lahore] == []


def test_an_order_is_confirmed_on_paper_and_the_rate_of_further_tax_is_a_setting(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        policy.change(session, {"further_tax_bps": 500}, "the Finance Act")
        shop = make_retailer(session, state_code="PB", phone="+923001234504")
        order = ordering.place(session, shop.id, [Wanted("SUGAR", 10, "kg")], "CASH").order
        kept = papers.kept_paper(session, confirmation.keep(session, order.id))
        paper = confirmation_of(kept.content, kept.org_id)
        assert (paper.totals.taxes["further_tax"], paper.grand_total_minor) == (2100, order.total_minor)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("0306260012345", STRN), (STRN, STRN), ("12345678", "1234567-8"), ("1234567", "1234567")],
)
def test_numbers_of_pakistan_are_kept_as_they_are_written_there(given: str, kept: str) -> None:
    assert countries.get("PK").registration.parse(given) == kept


@pytest.mark.parametrize("wrong", ["", "27AAPFU0939F1ZV", "123456", "12345678901"])
def test_what_is_no_number_of_pakistan_is_refused(wrong: str) -> None:
    with pytest.raises(TaxIdInvalid):
        countries.get("PK").registration.parse(wrong)

"""Charges on top of a bill: numbered, with the tax of what they belong to, and never without a word about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import db, events
from core.errors import Forbidden, Invalid, NotFound
from core.outbox import OutboxMessage
from credit import accounts, bills, days
from credit.debit_notes import TaxBasisNeeded
from invoicing import cancelling, charges
from invoicing.charges import Charged, ExtraCharge
from invoicing.tables import Invoice
from parties import organisations
from parties.tables import Retailer
from tests.invoicing.conftest import goods

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]
BASKET = [
    goods("SUGAR", price_minor=4200, qty_milli=50_000, rate_bps=500),
    goods("VIM", price_minor=10_000, qty_milli=7_000, rate_bps=1800),
    goods("SALT", price_minor=2_000, qty_milli=10_000, rate_bps=0, treatment="exempt"),
]


def bill(session: Session, shop: Retailer, kind: str = "freight", amount_minor: int = 118_000, **more: Any) -> Charged:
    known = {"reason": "by lorry", "role": "accountant"}
    return charges.bill(session, ExtraCharge(shop.id, kind, amount_minor, **{**known, **more}))


def booked(session: Session, reference: str) -> dict[str, int]:
    """What a document moved in each account but the receivable: what was earned above zero."""
    asked = "SELECT credit_account, debit_account, amount_minor FROM ledger_transfer WHERE reference = %s"
    found = db.execute(session, asked, (reference,)).all()
    return {row.credit_account: row.amount_minor for row in found if row.debit_account == "receivable"}


@pytest.mark.parametrize(
    ("kind", "earned"), [("freight", "charges"), ("short_billed", "sales"), ("rate_difference", "sales")]
)
def test_a_charge_on_an_invoice_is_a_numbered_debit_note_with_its_tax(
    session: Session, make_retailer: Make, issue: Issue, kind: str, earned: str
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    note = bill(session, shop, kind, invoice_id=invoice.id)
    assert note.document is not None
    assert (note.document.document_type, note.document.number[:5]) == ("debit_note", "SGTD/")
    assert (note.document.taxable_minor, note.document.cgst_minor, note.document.sgst_minor) == (118_000, 2_950, 2_950)
    assert (note.bill.amount_minor, note.bill.reference) == (123_900, note.document.number)
    assert booked(session, note.bill.reference) == {earned: 118_000, "output_cgst": 2_950, "output_sgst": 2_950}
    assert accounts.get(session, shop.id).outstanding_minor == invoice.total_minor + 123_900


def test_freight_is_spread_over_the_rates_of_the_goods_to_the_paisa(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id, lines=BASKET)
    note = bill(session, shop, amount_minor=100_001, invoice_id=invoice.id).document
    assert note is not None
    assert note.taxable_minor == 100_001
    # 2,100 at 5 %, 700 at 18 % and 200 exempt of 3,000: 700.01, 233.33 and 66.67
    assert (note.cgst_minor, note.sgst_minor) == (1_750 + 2_100, 1_750 + 2_100)


def test_without_an_invoice_it_is_a_document_of_sale_at_the_rate_that_was_said(
    session: Session, make_retailer: Make
) -> None:
    shop = make_retailer(session)
    made = bill(session, shop, rate_bps=1800, hsn="996511")
    assert made.document is not None
    assert (made.document.document_type, made.document.number[:4]) == ("tax_invoice", "SGT/")
    assert (made.document.taxable_minor, made.document.cgst_minor, made.bill.amount_minor) == (118_000, 10_620, 139_200)
    assert bills.get(session, made.bill.id).due_on == days.today(session) + timedelta(days=15)
    cancelling.cancel(session, made.document.id, "charged twice", "owner")
    assert accounts.get(session, shop.id).outstanding_minor == 0


@pytest.mark.parametrize("kind", ["freight", "short_billed", "rate_difference"])
def test_what_bears_tax_is_not_billed_without_an_invoice_or_a_rate(
    session: Session, make_retailer: Make, kind: str
) -> None:
    shop = make_retailer(session)
    with pytest.raises(TaxBasisNeeded) as refused:
        bill(session, shop, kind)
    assert refused.value.code == "TAX_BASIS_NEEDED"
    assert accounts.get(session, shop.id).outstanding_minor == 0


def test_another_charge_bears_no_tax_and_says_so(session: Session, make_retailer: Make) -> None:
    made = bill(session, make_retailer(session), "other")
    assert (made.document, made.bill.amount_minor) == (None, 118_000)
    assert booked(session, made.bill.reference) == {"charges": 118_000}


def test_a_seller_without_a_registration_charges_no_tax_on_it(session: Session, make_retailer: Make) -> None:
    organisations.get(session).gstin = None
    session.flush()
    made = bill(session, make_retailer(session), rate_bps=1800, hsn="996511")
    assert made.document is not None
    assert (made.document.document_type, made.bill.amount_minor) == ("plain_bill", 118_000)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"rate_bps": 1800}, Invalid),  # no code
        ({"rate_bps": 1800, "hsn": "996511", "role": "sales"}, Forbidden),
        ({"kind": "whim"}, Invalid),
        ({"rate_bps": 1800, "hsn": "996511", "reason": " "}, Invalid),
    ],
)
def test_a_charge_that_cannot_be_is_refused(
    session: Session, make_retailer: Make, more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        bill(session, make_retailer(session), **more)


def test_an_invoice_is_the_shops_own_stands_and_has_rates_of_its_own(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    theirs, mine = issue(session, other.id), issue(session, shop.id)
    for more in ({"invoice_id": theirs.id}, {"invoice_id": mine.id, "rate_bps": 500}):
        with pytest.raises(Invalid):
            bill(session, shop, **more)
    with pytest.raises(NotFound):
        bill(session, shop, invoice_id=shop.id)


@pytest.mark.parametrize("basis", ["invoice", "rate"])
def test_the_shop_gets_the_document(session: Session, make_retailer: Make, issue: Issue, basis: str) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    more = {"invoice_id": invoice.id} if basis == "invoice" else {"rate_bps": 500, "hsn": "996511"}
    made = bill(session, shop, **more)
    events.follow(session)
    assert made.document is not None
    sent = session.scalars(select(OutboxMessage.attachment)).all()
    assert {"kind": "invoice", "id": str(made.document.id)} in sent

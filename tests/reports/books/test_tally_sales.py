"""What an accountant finds in Tally: taxes with their heads, sales by rate, cancelled numbers, words of the trade."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

import policy
from core import db
from credit import days, payments
from credit.tables import Payment
from invoicing import cancelling, credit_notes, debit_notes
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from parties.tables import Retailer
from tests.invoicing.conftest import goods
from tests.reports.books.test_tally import exported, lines
from tests.reports.books.test_tally_bills import bill_wise, open_here

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]
MIXED = [
    goods("SUGAR"), goods("TIN", rate_bps=1800), goods("SURF", rate_bps=1800, qty_milli=1_500),
    goods("SALT", rate_bps=0), goods("MILK", rate_bps=0, treatment="exempt"),
    goods("OIL", rate_bps=0, treatment="non_gst"), goods("ODD", rate_bps=25),
]  # fmt: skip


def ledgers(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {ledger.get("NAME", ""): ledger for ledger in root.iter("LEDGER")}


def voucher(root: ElementTree.Element, number: str, kind: str) -> ElementTree.Element:
    [found] = [one for one in root.iter("VOUCHER")
               if (one.findtext("VOUCHERNUMBER"), one.get("VCHTYPE")) == (number, kind)]  # fmt: skip
    return found


def sums(root: ElementTree.Element) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in root.iter("VOUCHER"):
        for ledger, amount in lines(one):
            found[ledger] = found.get(ledger, Decimal()) + amount
    return {ledger: amount for ledger, amount in found.items() if amount}


@pytest.mark.parametrize(
    ("ledger", "head"),
    [
        ("Output CGST", "CGST"), ("Output SGST", "SGST/UTGST"), ("Output UTGST", "SGST/UTGST"),
        ("Output IGST", "IGST"), ("Output Cess", "Cess"),
    ],
)  # fmt: skip
def test_a_tax_ledger_names_its_duty_head(session: Session, ledger: str, head: str) -> None:
    found = ledgers(exported(session))[ledger]
    assert (found.findtext("PARENT"), found.findtext("TAXTYPE")) == ("Duties & Taxes", "GST")
    assert found.findtext("GSTDUTYHEAD") == head


def test_a_tax_that_is_no_gst_is_not_called_gst(new_org: Callable[..., UUID]) -> None:
    org = new_org(name="Lahore Traders", country="PK", state_code="PB")
    with db.transaction(org) as session:
        found = ledgers(exported(session))
    taxes = {name: one.findtext("TAXTYPE") for name, one in found.items() if one.findtext("PARENT") == "Duties & Taxes"}
    assert taxes == {"Output Sales Tax": "Others", "Output Further Tax": "Others"}
    assert not [one for one in found.values() if one.find("GSTDUTYHEAD") is not None]


def test_sales_stand_by_rate_and_what_bears_no_tax_by_its_reason(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    invoice = issue(session, make_retailer(session).id, lines=MIXED)
    root = exported(session)
    sold = {name: -amount for name, amount in lines(voucher(root, invoice.number, "Sales")) if "Sales" in name}
    assert sold == {
        "Sales 5%": Decimal("2100.00"), "Sales 18%": Decimal("2163.00"), "Sales Nil Rated": Decimal("2100.00"),
        "Sales Exempt": Decimal("2100.00"), "Sales Non-GST": Decimal("2100.00"), "Sales 0.25%": Decimal("2100.00"),
    }  # fmt: skip
    said = {name: (one.findtext("PARENT"), one.findtext("GSTAPPLICABLE"), one.findtext(".//TAXABILITY"))
            for name, one in ledgers(root).items() if name in sold}  # fmt: skip
    assert said["Sales 18%"] == ("Sales Accounts", "Applicable", "Taxable")
    assert said["Sales Exempt"] == ("Sales Accounts", "Applicable", "Exempt")
    assert said["Sales Non-GST"] == ("Sales Accounts", "Not Applicable", None)
    rates = [(one.findtext("GSTRATEDUTYHEAD"), one.findtext("GSTRATE"))
             for one in ledgers(root)["Sales 5%"].iter("RATEDETAILS.LIST")]  # fmt: skip
    assert rates == [("CGST", "2.5"), ("SGST/UTGST", "2.5"), ("IGST", "5")]


def test_what_comes_back_or_is_charged_on_top_stands_at_the_rate_of_its_sale(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    invoice = issue(session, make_retailer(session).id, lines=MIXED)
    wrong = (Correction(1, 10_000), Correction(2, 5_000), Correction(5, 1_000))
    back = credit_notes.issue(session, NewCreditNote(invoice.id, "return", "wet", "owner", wrong)).note
    dear = NewDebitNote(invoice.id, "freight", "by road", "owner", [Raised(2, 10_000)])
    more = debit_notes.issue(session, dear)
    root = exported(session)
    assert back is not None
    given = dict(lines(voucher(root, back.number, "Credit Note")))
    assert (given["Sales Returns 5%"], given["Sales Returns 18%"], given["Sales Returns Exempt"]) == (420, 210, 42)
    assert dict(lines(voucher(root, more.number, "Debit Note")))["Charges Recovered 18%"] == -100
    assert {name for one in root.iter("VOUCHER") for name, _ in lines(one)} <= set(ledgers(root))


def test_goods_that_bear_no_tax_have_no_rate_in_tally_either(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    policy.change(session, {"gst_scheme": "composition"}, "small")
    invoice = issue(session, make_retailer(session).id, lines=MIXED)
    sold = [name for name, _ in lines(voucher(exported(session), invoice.number, "Sales"))]
    assert [name for name in sold if "Sales" in name] == ["Sales"]


def test_a_supply_under_reverse_charge_has_a_ledger_that_says_so(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id, gstin="27AAGCB7383J1Z8", reverse_charge=True)
    root = exported(session)
    assert "Sales Reverse Charge 5%" in dict(lines(voucher(root, invoice.number, "Sales")))
    assert ledgers(root)["Sales Reverse Charge 5%"].findtext(".//ISREVERSECHARGEAPPLICABLE") == "Yes"


def test_a_voucher_says_in_words_what_it_is_and_where_it_was_supplied(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id, gstin="24AAGCB7383J1ZE")
    payments.record(session, payments.NewPayment(shop.id, 100, "upi", reference="UTR 5"))
    root = exported(session)
    sale = voucher(root, invoice.number, "Sales")
    assert sale.findtext("NARRATION") == f"Invoice {invoice.number}"
    assert (sale.findtext("PLACEOFSUPPLY"), sale.findtext("PARTYGSTIN")) == ("Gujarat", "24AAGCB7383J1ZE")
    for one in root.iter("VOUCHER"):
        assert "." not in one.findtext("NARRATION", "").split(" ")[0]


def cancelled(session: Session, invoice: Invoice, on: date | None = None) -> None:
    cancelling.cancel(session, invoice.id, "wrong shop", "owner")
    if on is not None:  # as it was booked before cancelling had a time
        made = session.query(Payment).filter(Payment.reference == f"CANCEL {invoice.number}").one()
        made.received_on = on
        session.flush()


def test_a_cancelled_document_is_a_cancelled_voucher_and_its_number_stays(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    wrong, right = issue(session, shop.id), issue(session, shop.id)
    cancelled(session, wrong)
    root = exported(session)
    void = voucher(root, wrong.number, "Sales")
    assert (void.get("ACTION"), void.findtext("ISCANCELLED"), lines(void)) == ("Cancel", "Yes", [])
    assert voucher(root, right.number, "Sales").find("ISCANCELLED") is None
    assert len(list(root.iter("VOUCHER"))) == 2
    [left] = bill_wise(root).values()
    assert left == open_here(session, shop.id) == {right.number: right.total_minor}


def test_a_cancelled_note_is_a_cancelled_voucher_too(session: Session, make_retailer: Make, issue: Issue) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    back = credit_notes.issue(session, NewCreditNote(invoice.id, "return", "wet", "owner", [Correction(1, 1_000)])).note
    more = debit_notes.issue(session, NewDebitNote(invoice.id, "freight", "by road", "owner", [Raised(1, 10_000)]))
    assert back is not None
    for note in (back, more):
        cancelled(session, note)
    root = exported(session)
    assert voucher(root, back.number, "Credit Note").findtext("ISCANCELLED") == "Yes"
    assert voucher(root, more.number, "Debit Note").findtext("ISCANCELLED") == "Yes"
    assert len(list(root.iter("VOUCHER"))) == 3
    assert bill_wise(root)[voucher(root, invoice.number, "Sales").findtext("PARTYLEDGERNAME", "")] == {
        invoice.number: invoice.total_minor
    }


def test_what_another_month_undid_stays_a_sale_and_a_journal_by_rate(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    invoice = issue(session, make_retailer(session).id, lines=MIXED)
    cancelled(session, invoice, on=days.today(session) + timedelta(days=40))
    root = exported(session)
    assert voucher(root, invoice.number, "Sales").find("ISCANCELLED") is None
    undone = [one for one in root.iter("VOUCHER") if one.get("VCHTYPE") == "Journal"]
    assert [one.findtext("NARRATION") for one in undone] == [f"Cancelled: {invoice.number}"]
    assert sums(root) == {}


def test_a_payment_that_only_calls_itself_a_cancellation_is_a_receipt(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    payments.record(session, payments.NewPayment(shop.id, 100, "upi", reference=f"CANCEL {invoice.number}"))
    root = exported(session)
    assert [one.get("VCHTYPE") for one in root.iter("VOUCHER")] == ["Sales", "Receipt"]

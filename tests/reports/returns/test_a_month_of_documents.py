"""A month as it is lived: sales, returns, corrections and cancellations, in every return and every book alike."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

import countries
from credit import accounts, adjustments, days, ledger
from invoicing import cancelling, credit_notes, debit_notes
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import issued, period
from reports.books import journal, register, tally
from reports.documents import IssuedDocument
from reports.period import Period
from reports.returns import einvoice, gstr1, tie_out
from tests.invoicing.conftest import goods
from tests.reports.books.test_journal import balances
from tests.reports.returns.test_einvoice import adds_up

COLUMNS = register.columns(countries.get("IN"))
KIRANA, PATEL = "27AAGCB7383J1Z8", "24AANFA2641L1ZF"
BASKET = [
    goods("COLGATE", description="Colgate", hsn="33061020", unit="pc", price_minor=9857, qty_milli=24_000),
    goods("VIM", description="Vim", hsn="340119", unit="pc", price_minor=905, qty_milli=7_000, rate_bps=1800,
          price_mode="inclusive"),
    goods("SALT", description="Salt", hsn="25010010", price_minor=2520, qty_milli=2_500, rate_bps=0,
          treatment="exempt"),
]  # fmt: skip


@pytest.fixture
def shops(session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> list[Retailer]:
    """Three shops: registered here, registered elsewhere, not registered."""
    made = []
    for gstin in (KIRANA, PATEL, None):
        shop = make_retailer(session, gstin=gstin, state_code=(gstin or "27")[:2], limit_minor=10**9)
        sale, wrong = (issue(session, shop.id, lines=BASKET, gstin=gstin) for _ in range(2))
        credit(session, sale, Correction(1, 5_000), Correction(3, 500))
        credit(session, sale, Correction(2, taxable_minor=101), kind="rate_difference")
        raised = [Raised(1, 1_234)]
        debit_notes.issue(session, NewDebitNote(sale.id, "rate_difference", "charged too little", "owner", raised))
        cancelling.cancel(session, wrong.id, "wrong shop", "owner")
        credit_notes.commercial(session, adjustments.Adjustment(shop.id, "goodwill", 700, "sorry", "owner"))
        made.append(shop)
    return made


def credit(session: Session, invoice: Invoice, *lines: Correction, kind: str = "return") -> None:
    credit_notes.issue(session, NewCreditNote(invoice.id, kind, "not ordered", "accountant", lines))


@pytest.fixture
def covered(session: Session) -> Period:
    return period.month(f"{days.today(session):%Y-%m}")


def documents(session: Session, covered: Period) -> list[IssuedDocument]:
    return list(issued.walk(session, covered))


def filed(session: Session, covered: Period) -> dict[str, Any]:
    return gstr1.compute(issued.seller(session), covered, documents(session, covered))


def test_the_return_says_the_tax_that_the_ledger_owes(session: Session, shops: list[Retailer], covered: Period) -> None:
    sums = tie_out.by_buyer(filed(session, covered))
    for column, account in (("camt", "output_cgst"), ("samt", "output_sgst"), ("iamt", "output_igst")):
        owed_minor = -sum(ledger.balance(session, shop.id, account) for shop in shops)
        assert sums[column] == Decimal(owed_minor).scaleb(-2) != 0


def test_notes_stand_with_their_buyers_and_cancelled_numbers_are_counted(
    session: Session, shops: list[Retailer], covered: Period
) -> None:
    result = filed(session, covered)
    notes = {group["ctin"]: [note["ntty"] for note in group["nt"]] for group in result["cdnr"]}
    assert {ctin: sorted(kinds) for ctin, kinds in notes.items()} == {KIRANA: ["C", "C", "D"], PATEL: ["C", "C", "D"]}
    counted = {
        part["doc_typ"]: (sum(row["totnum"] for row in part["docs"]), sum(row["cancel"] for row in part["docs"]))
        for part in result["doc_issue"]["doc_det"]
    }
    assert counted == {"Invoices for outward supply": (6, 3), "Debit Note": (3, 0), "Credit Note": (6, 0)}


def test_a_change_of_value_alone_counts_no_goods(session: Session, shops: list[Retailer], covered: Period) -> None:
    rows = {(row["hsn_sc"], row["rt"]): row for row in filed(session, covered)["hsn"]["hsn_b2c"]}
    colgate, vim = rows["33061020", 5], rows["340119", 18]
    assert (colgate["uqc"], colgate["qty"]) == ("PCS", 19)
    assert colgate["txval"] == Decimal("2365.68") - Decimal("492.85") + Decimal("12.34")
    assert (vim["uqc"], vim["qty"]) == ("PCS", 7)


def test_every_note_to_a_registered_buyer_is_an_einvoice_that_adds_up(
    session: Session, shops: list[Retailer], covered: Period
) -> None:
    eligible = [one for one in documents(session, covered) if einvoice.is_eligible(one)]
    assert sorted(one.kind for one in eligible) == ["credit_note"] * 4 + ["debit_note"] * 2 + ["tax_invoice"] * 2
    for one in eligible:
        seller = {**one.seller, "address": "Gala 14\nNavi Mumbai 400703"}
        adds_up(einvoice.of(_with(one, seller)))


def _with(document: IssuedDocument, seller: dict[str, Any]) -> IssuedDocument:
    known = {name: getattr(document, name) for name in IssuedDocument.__dataclass_fields__}
    return IssuedDocument(**{**known, "seller": seller})


def test_all_books_agree_with_what_the_shops_owe(
    session: Session, shops: list[Retailer], covered: Period, tmp_path: Path
) -> None:
    owed = [accounts.get(session, shop.id).outstanding_minor for shop in shops]
    found = balances("".join(journal.write(session)), tmp_path)
    assert sum(found.values()) == 0
    assert [amount for name, amount in found.items() if name.startswith("assets:receivable:")] == owed
    vouchers = list(ElementTree.fromstring("".join(tally.write(session, covered))).iter("VOUCHER"))
    assert {voucher.get("VCHTYPE") for voucher in vouchers} == {"Sales", "Credit Note", "Debit Note"}
    assert [voucher.findtext("ISCANCELLED") for voucher in vouchers].count("Yes") == len(shops)
    for voucher in vouchers:
        assert sum(Decimal(amount.text or "") for amount in voucher.iterfind("ALLLEDGERENTRIES.LIST/AMOUNT")) == 0


def test_the_register_holds_the_same_tax(session: Session, shops: list[Retailer], covered: Period) -> None:
    rows = [register.row(one) for one in register.listed(session, covered)]
    sums = tie_out.by_buyer(filed(session, covered))
    for column, head in (("igst", "iamt"), ("cgst", "camt"), ("sgst", "samt")):
        place = COLUMNS.index(column)
        assert sum(row[place] for row in rows) == sums[head]
    assert {row[0] for row in rows} == {days.today(session)} != {date.min}

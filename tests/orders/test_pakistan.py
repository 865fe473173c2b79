"""A wholesaler in Lahore: from the order to the sales tax invoice, its return, and the ledger behind them."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import countries
import policy
from core import db
from core.errors import Invalid
from countries.registration import TaxIdInvalid
from credit import accounts
from invoicing import cancelling, credit_notes, debit_notes, papers
from invoicing.charging import BelowItsTax, Supply, TreatmentInvalid, charge
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.pdf.footing import footing
from invoicing.printing import THIRD_SCHEDULE_SAYS, confirmation_of
from invoicing.tables import Invoice
from orders import catalogue, catalogue_import, confirmation, dispatching, ordering
from orders.quotes import Wanted
from parties.tables import Retailer
from reports import period
from reports.books import register
from reports.invariants import i03_journals, i10_invoice_totals
from tests.invoicing.conftest import goods

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


SOAP = {
    "sku": "SOAP", "name": "Lux 100 g", "base_unit": "pc", "units": {"pc": 1, "case": 72}, "hsn": "34011100",
    "gst_rate_bps": 1800, "mrp_paise": 11_800, "price_paise": 9_000, "third_schedule": True,
}  # fmt: skip


def with_soap(session: Session, **changes: Any) -> None:
    report = catalogue_import.import_catalogue(session, {"items": [{**SOAP, **changes}]})
    assert report.count("rejected") == 0, report


def billed(session: Session, shop: Retailer, *wanted: Wanted) -> Invoice:
    order = ordering.place(session, shop.id, list(wanted), "CREDIT").order
    invoice_id = dispatching.dispatch(session, order.id).invoice_id
    invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
    assert order.total_minor == invoice.total_minor
    return invoice


def holds(session: Session, org_id: UUID) -> None:
    """Every document adds up, and its journal balances."""
    for invariant in (i10_invoice_totals.INVARIANT, i03_journals.INVARIANT):
        for sql in filter(None, (invariant.sql, invariant.full_sql)):
            assert [row for row in session.execute(text(sql)).all() if row.org_id == org_id] == []


@pytest.mark.parametrize(
    ("price_mode", "price", "value"), [("exclusive", 9_000, 90_000), ("inclusive", 10_800, 90_000)]
)
def test_third_schedule_goods_bear_the_tax_of_their_printed_price_and_no_further_tax(
    lahore: UUID, make_retailer: Callable[..., Retailer], price_mode: str, price: int, value: int
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session, price_mode=price_mode, price_paise=price)
        shop = make_retailer(session, state_code="PB", phone="+923001234511")
        invoice = billed(session, shop, Wanted("SOAP", 10, "pc"))
        assert invoice.document_type == "tax_invoice"
        assert (invoice.taxable_minor, invoice.sales_tax_minor, invoice.further_tax_minor) == (value, 18_000, 0)
        assert invoice.total_minor == 108_000
        holds(session, lahore)
        paper = papers.paper(session, invoice.id)
        assert [line.mrp_minor for line in paper.lines] == [11_800]
        assert THIRD_SCHEDULE_SAYS in paper.notes
        assert sum(minor for _, minor in footing(paper).rows) == invoice.total_minor


def test_goods_of_both_kinds_stand_on_one_bill_and_further_tax_falls_on_the_others_alone(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session)
        shop = make_retailer(session, state_code="PB", phone="+923001234512")
        invoice = billed(session, shop, Wanted("SOAP", 10, "pc"), Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 5, "kg"))
        assert (invoice.sales_tax_minor, invoice.further_tax_minor) == (18_000 + 7_560, 1_680)
        holds(session, lahore)


def test_what_is_given_free_of_the_third_schedule_bears_no_tax_of_its_own(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session, scheme={"buy": 10, "free": 1})
        shop = make_retailer(session, state_code="PB", phone="+923001234513")
        invoice = billed(session, shop, Wanted("SOAP", 10, "pc"))
        lines = papers.lines_of(session, invoice.id)
        assert [(line.qty_milli, line.sales_tax_minor, line.total_minor) for line in lines] == [
            (10_000, 18_000, 108_000), (1_000, 0, 0),
        ]  # fmt: skip
        holds(session, lahore)


def test_a_return_takes_back_value_and_tax_and_a_dearer_price_bears_none(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session)
        shop = make_retailer(session, state_code="PB", phone="+923001234514")
        invoice = billed(session, shop, Wanted("SOAP", 10, "pc"))
        known = {"invoice_id": invoice.id, "reason": "seen", "role": "owner"}
        more = debit_notes.issue(session, NewDebitNote(**known, kind="short_billed", lines=[Raised(1, 500)]))
        assert (more.taxable_minor, more.sales_tax_minor, more.further_tax_minor, more.total_minor) == (500, 0, 0, 500)
        cheaper = [credit_notes.Correction(1, taxable_minor=500)]
        with pytest.raises(Invalid, match="printed price"):
            credit_notes.issue(session, credit_notes.NewCreditNote(**known, kind="rate_difference", lines=cheaper))
        back = [credit_notes.Correction(1, 10_000)]
        note = credit_notes.issue(session, credit_notes.NewCreditNote(**known, kind="return", lines=back)).note
        assert note is not None
        assert (note.taxable_minor, note.sales_tax_minor, note.total_minor) == (90_000, 18_000, 108_000)
        holds(session, lahore)


def test_a_price_that_does_not_hold_its_own_tax_is_refused(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session, price_mode="inclusive", price_paise=1_700)
        shop = make_retailer(session, state_code="PB", phone="+923001234515")
        with pytest.raises(BelowItsTax):
            ordering.place(session, shop.id, [Wanted("SOAP", 10, "pc")], "CREDIT")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"mrp_paise": None}, "mrp: goods of the Third Schedule are taxed by it, so it must be there"),
        ({"gst_rate_bps": 0}, "gst_rate_percent: goods of the Third Schedule bear a rate"),
        ({"treatment": "exempt"}, "third_schedule: says another thing than treatment, exempt"),
        ({"treatment": "third_schedule", "third_schedule": "no"},
         "third_schedule: says another thing than treatment, third_schedule"),
        ({"third_schedule": "perhaps"}, "third_schedule: 'perhaps' is neither yes nor no"),
    ],
)  # fmt: skip
def test_a_row_of_the_third_schedule_that_cannot_be_is_refused(
    lahore: UUID, changes: dict[str, Any], problem: str
) -> None:
    with db.transaction(lahore) as session:
        [row] = catalogue_import.import_catalogue(session, {"items": [{**SOAP, **changes}]}).rows
        assert (row.outcome, problem in row.problems) == ("rejected", True), row


def test_a_table_says_it_in_a_column_and_no_other_country_has_such_goods(lahore: UUID, session: Session) -> None:
    row = {
        "sku": "TEA", "name": "Tea", "base_unit": "pc", "hsn": "0902", "gst_rate_percent": "18", "mrp": "118",
        "price": "90", "third_schedule": "Yes",
    }  # fmt: skip
    with db.transaction(lahore) as abroad:
        [done] = catalogue_import.import_catalogue(abroad, [row]).rows
        assert done.outcome == "added"
        assert catalogue.load(abroad).product("TEA").treatment == "third_schedule"
        [plain] = catalogue_import.import_catalogue(abroad, [{**row, "third_schedule": "no"}]).rows
        assert (plain.outcome, catalogue.load(abroad).product("TEA").treatment) == ("changed", "taxable")
    [refused] = catalogue_import.import_catalogue(session, [row]).rows
    assert refused.problems == ("treatment: no goods are treated as third_schedule in this country",)
    soap = goods("SOAP", treatment="third_schedule", mrp_minor=11_800)
    with pytest.raises(TreatmentInvalid):
        charge([soap], Supply("27"))


def test_the_register_has_the_taxes_of_pakistan_and_every_line_adds_up(
    lahore: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(lahore) as session:
        with_soap(session)
        shop = make_retailer(session, state_code="PB", phone="+923001234516")
        invoice = billed(session, shop, Wanted("SOAP", 10, "pc"), Wanted("SUGAR", 10, "kg"), Wanted("RICE-L", 5, "kg"))
        new = credit_notes.NewCreditNote(invoice.id, "return", "wet", "owner", [credit_notes.Correction(2, 2_000)])
        credit_notes.issue(session, new)
        covered = period.between(invoice.issued_on, invoice.issued_on)
        file = "".join(register.write_csv(session, covered)).removeprefix("\ufeff")
        back, sale = csv.DictReader(io.StringIO(file, newline=""))
        book = openpyxl.load_workbook(io.BytesIO(b"".join(register.write_xlsx(session, covered))))
    assert "cgst" not in sale
    assert (sale["taxable"], sale["exempt"], sale["sales_tax"], sale["further_tax"]) == (
        "1320.00", "240.00", "255.60", "16.80",
    )  # fmt: skip
    amounts = list(sale)[list(sale).index("taxable") : -1]
    for row in (sale, back):
        assert sum(Decimal(row[name]) for name in amounts) == Decimal(row["total"]) != 0
    head, *rates = list(book["By rate"].iter_rows(values_only=True))
    assert head[-2:] == ("sales_tax", "further_tax")
    assert [row[-2:] for row in rates] == [(-15.12, -3.36), (255.6, 16.8)]


def test_an_strn_in_the_settings_lets_a_seller_that_joined_without_one_collect_tax(
    new_org: Callable[..., UUID], items: list[dict[str, Any]], make_retailer: Callable[..., Retailer]
) -> None:
    org_id = new_org(name="Ali Brothers", country="PK", state_code="PB", gstin="1234567-8", phone="+924231234568")
    with db.transaction(org_id) as session:
        catalogue_import.import_catalogue(session, {"items": [{**items[1], "gst_rate_bps": 1800}, items[2]]})
        shop = make_retailer(session, state_code="PB", phone="+923001234517")
        before = sold(session, shop)
        assert (before.document_type, before.sales_tax_minor) == ("plain_bill", 0)
        policy.change(session, {"strn": STRN.replace("-", "")}, "registered today")
        after = sold(session, shop)
        assert (after.document_type, after.sales_tax_minor) == ("tax_invoice", 7_560)
        assert papers.paper(session, after.id).seller.tax_ids == (("STRN", STRN), ("NTN", "1234567-8"))
        holds(session, org_id)


@pytest.mark.parametrize("wrong", ["1234567-8", "27AAPFU0939F1ZV", "123"])
def test_what_is_no_strn_is_not_kept_as_one(lahore: UUID, wrong: str) -> None:
    with db.transaction(lahore) as session, pytest.raises(Invalid, match="thirteen digits"):
        policy.change(session, {"strn": wrong}, "by mistake")

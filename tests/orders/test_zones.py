"""Goods to a special economic zone: with integrated tax, or under a letter of undertaking without any."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import policy
from core.errors import Invalid
from credit import days
from invoicing import credit_notes, debit_notes, papers
from invoicing.charging import Supply, charge
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.pdf.footing import footing
from invoicing.printing import ZONE_SAYS, ZONE_SAYS_UNDER_LUT
from invoicing.tables import Invoice
from orders import catalogue_import, confirmation, dispatching, ordering
from orders.quotes import Wanted
from orders.taxing import TotalRisen
from parties.tables import Retailer
from reports import issued, period
from reports.invariants import i03_journals, i10_invoice_totals
from reports.returns import einvoice, gstr1, tie_out
from tests.invoicing.conftest import goods
from tests.orders.conftest import item
from tests.reports.books.test_tally import exported, lines

Make = Callable[..., Retailer]
ZONE, ARN = "27AAGCB7383J1Z8", "AD270326012345X"
ITEMS = [
    item(),
    item("SURF", gst_rate_bps=1800, price_paise=11_800, price_mode="inclusive", mrp_paise=None, base_unit="kg",
         units={"kg": 1}, default_unit="kg"),
    item("RICE", gst_rate_bps=0, mrp_paise=None, price_paise=4_800),
]  # fmt: skip


@pytest.fixture
def unit(session: Session, make_retailer: Make) -> Retailer:
    """A unit of a zone in the seller's own state."""
    catalogue_import.import_catalogue(session, {"items": ITEMS})
    return make_retailer(session, gstin=ZONE, state_code="27", sez=True, address="Plot 4, SEEPZ\nMumbai 400096")


def undertake(session: Session, days_left: int = 30) -> None:
    today = days.today(session)
    lut = {"arn": ARN, "from_on": f"{today - timedelta(days=30)}", "until_on": f"{today + timedelta(days=days_left)}"}
    policy.change(session, {"lut": lut}, "filed")


def billed(session: Session, shop: Retailer, *wanted: Wanted) -> Invoice:
    order = ordering.place(session, shop.id, list(wanted), "CREDIT").order
    invoice = session.get_one(Invoice, (shop.org_id, dispatching.dispatch(session, order.id).invoice_id))
    assert invoice.total_minor == order.total_minor
    return invoice


def endorsed(session: Session, invoice: Invoice) -> list[str]:
    return [note for note in papers.paper(session, invoice.id).notes if "SEZ" in note or ARN in note]


def returned(session: Session) -> dict[str, Any]:
    covered = period.month(f"{days.today(session):%Y-%m}")
    return gstr1.compute(issued.seller(session), covered, issued.walk(session, covered))


WANTED = (Wanted("COKE-500", 24, "pc"), Wanted("SURF", 10, "kg"))


def test_under_a_letter_of_undertaking_a_zone_pays_the_goods_and_no_tax(session: Session, unit: Retailer) -> None:
    undertake(session)
    invoice = billed(session, unit, *WANTED)
    assert invoice.document_type == "tax_invoice"
    assert (invoice.igst_minor, invoice.cess_minor, invoice.cgst_minor) == (0, 0, 0)
    assert invoice.taxable_minor == 24 * 2_571 + 10 * 10_000  # a price that holds tax holds none of it for a zone
    assert [line.treatment for line in papers.lines_of(session, invoice.id)] == ["zero_rated", "zero_rated"]
    assert endorsed(session, invoice) == [ZONE_SAYS_UNDER_LUT, f"Letter of undertaking: ARN {ARN}"]
    paper = papers.paper(session, invoice.id)
    assert sum(minor for _, minor in footing(paper).rows) == invoice.total_minor
    for invariant in (i10_invoice_totals.INVARIANT, i03_journals.INVARIANT):
        for sql in filter(None, (invariant.sql, invariant.full_sql)):
            assert [row for row in session.execute(text(sql)).all() if row.org_id == unit.org_id] == []


def test_without_a_letter_a_zone_pays_integrated_tax_and_the_paper_says_so(session: Session, unit: Retailer) -> None:
    invoice = billed(session, unit, *WANTED)
    assert invoice.igst_minor > 0
    assert endorsed(session, invoice) == [ZONE_SAYS]


def test_a_letter_holds_from_its_first_day_to_its_last(session: Session, unit: Retailer) -> None:
    undertake(session, days_left=0)
    assert billed(session, unit, *WANTED).igst_minor == 0
    undertake(session, days_left=-1)
    assert billed(session, unit, *WANTED).igst_minor > 0


def test_a_letter_that_ended_since_the_yes_is_asked_about(session: Session, unit: Retailer) -> None:
    undertake(session)
    order = ordering.place(session, unit.id, list(WANTED), "CREDIT").order
    undertake(session, days_left=-1)
    with pytest.raises(TotalRisen):
        dispatching.dispatch(session, order.id)


def test_a_letter_is_for_zones_alone(session: Session, unit: Retailer, make_retailer: Make) -> None:
    undertake(session)
    assert billed(session, make_retailer(session, gstin=ZONE, state_code="27"), *WANTED).cgst_minor > 0
    supply = Supply("PB", country="PK", is_sez=True, under_lut=True)
    assert charge([goods(rate_bps=1800)], supply).taxes["sales_tax"] > 0


def test_goods_without_tax_stay_what_they_are_and_say_nothing_of_payment(session: Session, unit: Retailer) -> None:
    bill = billed(session, unit, Wanted("RICE", 10, "pc"))
    assert (bill.document_type, endorsed(session, bill)) == ("bill_of_supply", [])
    undertake(session)
    mixed = billed(session, unit, Wanted("RICE", 10, "pc"), *WANTED)
    assert papers.lines_of(session, mixed.id)[0].treatment == "exempt"
    assert len(endorsed(session, mixed)) == 2
    assert len(endorsed(session, billed(session, unit, Wanted("RICE", 10, "pc")))) == 0


def test_returns_and_einvoices_tell_a_supply_without_payment_of_tax(session: Session, unit: Retailer) -> None:
    undertake(session)
    invoice = billed(session, unit, *WANTED)
    filed = returned(session)
    [row] = filed["b2b"][0]["inv"]
    assert (row["inv_typ"], [one["itm_det"] for one in row["itms"]]) == (
        "SEWOP", [{"rt": 0, "txval": Decimal("1617.04"), "iamt": 0, "csamt": 0}],
    )  # fmt: skip
    assert "nil" not in filed
    assert tie_out.by_buyer(filed)["txval"] == Decimal("1617.04")
    document = issued.by_number(session, invoice.number)
    form = einvoice.of(replace_seller(document))
    assert form["TranDtls"]["SupTyp"] == "SEZWOP"
    assert [(item["GstRt"], item["IgstAmt"], item["OthChrg"]) for item in form["ItemList"]] == [(0, 0, 0)] * 2
    assert form["ValDtls"]["AssVal"] == Decimal("1617.04")
    sold = {name for voucher in exported(session).iter("VOUCHER") for name, _ in lines(voucher)}
    assert "Sales Zero Rated" in sold


def replace_seller(document: Any) -> Any:
    known = {name: getattr(document, name) for name in type(document).__dataclass_fields__}
    return type(document)(**{**known, "seller": {**document.seller, "address": "Gala 14\nNavi Mumbai 400703"}})


def test_notes_follow_their_invoice_without_tax(session: Session, unit: Retailer) -> None:
    undertake(session)
    invoice = billed(session, unit, *WANTED)
    policy.change(session, {"lut": {}}, "it ended")
    known: dict[str, Any] = {"invoice_id": invoice.id, "reason": "seen", "role": "owner"}
    note = credit_notes.issue(session, NewCreditNote(**known, kind="return", lines=[Correction(2, 10_000)])).note
    more = debit_notes.issue(session, NewDebitNote(**known, kind="short_billed", lines=[Raised(1, 500)]))
    assert note is not None
    assert (note.taxable_minor, note.igst_minor, note.total_minor) == (100_000, 0, 100_000)
    assert (more.taxable_minor, more.igst_minor) == (500, 0)
    told = {row["inv_typ"] for group in returned(session)["cdnr"] for row in group["nt"]}
    assert told == {"SEWOP"}


def test_an_order_is_confirmed_as_it_will_be_billed(session: Session, unit: Retailer) -> None:
    undertake(session)
    order = ordering.place(session, unit.id, list(WANTED), "CREDIT").order
    kept = papers.kept_paper(session, confirmation.keep(session, order.id))
    assert [line["price_minor"] for line in kept.content["lines"]] == [2_571, 10_000]
    assert {line["treatment"] for line in kept.content["lines"]} == {"zero_rated"}


@pytest.mark.parametrize(
    "wrong",
    [{"arn": ARN, "from_on": "2027-03-31", "until_on": "2026-04-01"}, {"arn": " ", "from_on": "2026-04-01",
     "until_on": "2027-03-31"}, {"arn": ARN}],
)  # fmt: skip
def test_a_letter_that_cannot_be_is_not_kept(session: Session, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        policy.change(session, {"lut": wrong}, "filed")

"""E-invoices: the portal's form, adding up, and a clear word about what it would refuse."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from reports.documents import CorrectedDocument, IssuedDocument
from reports.returns import einvoice, gstr1, worked
from tests.reports.returns.test_gstr1 import EXAMPLES, SALES, VECTORS

SELLER = {
    "name": "Shree Ganesh Traders", "gstin": "27AAPFU0939F1ZV", "state_code": "27", "country": "IN",
    "address": "Gala 14, APMC Market, Sector 19\nVashi, Navi Mumbai 400703", "phone": "+91 2266 000000",
}  # fmt: skip
BUYER = {"name": "Maruti Kirana", "gstin": "27AAGCB7383J1Z8", "state_code": "27", "address": "12 MG Road\nPune-411 001"}


def sold(name: str, **changes: Any) -> IssuedDocument:
    """A worked document, with parties as the portal wants them."""
    [document] = worked.documents([{"number": f"SGT/{name}", "input": VECTORS[name]}])
    buyer = {**BUYER, "gstin": document.buyer_gstin, "sez": document.buyer.get("sez")}
    seller = {**SELLER, "gstin": document.seller["gstin"], "state_code": document.seller["state_code"]}
    return replace(document, seller=seller, buyer=buyer, due_on=date(2026, 12, 5), **changes)


REGISTERED = [
    name
    for name, source in VECTORS.items()
    if source["doc_type"] == "tax_invoice" and source["buyer"].get("gstin") and name.startswith("IN")
]


def adds_up(form: dict[str, Any]) -> None:
    """Every item, and the document, come to what they say."""
    values = form["ValDtls"]
    for item in form["ItemList"]:
        assert item["TotAmt"] - item["Discount"] == item["AssAmt"]
        taxes = sum(item[head] for head in ("IgstAmt", "CgstAmt", "SgstAmt", "CesAmt", "CesNonAdvlAmt"))
        assert item["AssAmt"] + taxes + item["OthChrg"] == item["TotItemVal"]
        assert item["CgstAmt"] == item["SgstAmt"]
        assert abs(item["UnitPrice"] * item["Qty"] - item["TotAmt"]) <= max(1, item["Qty"] * Decimal("0.0005"))
    for total, part in (("AssVal", "AssAmt"), ("CgstVal", "CgstAmt"), ("SgstVal", "SgstAmt"), ("IgstVal", "IgstAmt")):
        assert values[total] == sum(item[part] for item in form["ItemList"])
    assert sum(item["TotItemVal"] for item in form["ItemList"]) + values["RndOffAmt"] == values["TotInvVal"]


@pytest.mark.parametrize("name", REGISTERED)
def test_every_worked_document_adds_up(name: str) -> None:
    document = sold(name)
    form = einvoice.of(document)
    adds_up(form)
    expected = next(vector["expected"] for vector in EXAMPLES["vectors"] if vector["id"] == name)
    assert form["ValDtls"]["TotInvVal"] == Decimal(expected["grand_total"]).scaleb(-2)


def test_the_form_of_a_document_with_four_rates() -> None:
    form = einvoice.of(sold("IN02"))
    assert (form["Version"], form["TranDtls"]["SupTyp"]) == ("1.1", "B2B")
    assert form["DocDtls"] == {"Typ": "INV", "No": "SGT/IN02", "Dt": "20/11/2026"}
    assert form["SellerDtls"] == {
        "Gstin": "27AAPFU0939F1ZV", "LglNm": "Shree Ganesh Traders", "Addr1": "Gala 14, APMC Market, Sector 19, Vashi",
        "Loc": "Navi Mumbai", "Pin": 400703, "Stcd": "27", "Ph": "912266000000",
    }  # fmt: skip
    assert form["BuyerDtls"]["Pos"] == "27"
    assert (form["BuyerDtls"]["Addr1"], form["BuyerDtls"]["Loc"], form["BuyerDtls"]["Pin"]) == (
        "12 MG Road",
        "Pune",
        411001,
    )
    first = form["ItemList"][0]
    assert (first["HsnCd"], first["Unit"], first["Qty"], first["UnitPrice"]) == (
        "22021010",
        "PCS",
        48,
        Decimal("25.71"),
    )
    assert (first["GstRt"], first["AssAmt"], first["CgstAmt"]) == (40, Decimal("1234.08"), Decimal("246.82"))
    assert form["PayDtls"] == {"CrDay": 15, "PaidAmt": 0, "PaymtDue": 3270}


def test_a_price_that_included_tax_is_told_without_it() -> None:
    [item] = einvoice.of(sold("IN05"))["ItemList"]
    assert (item["UnitPrice"], item["TotAmt"], item["Discount"]) == (Decimal("122.88"), Decimal("368.64"), 0)


def test_a_free_line_is_a_discount_of_all_of_it() -> None:
    free = einvoice.of(sold("IN08"))["ItemList"][1]
    assert (free["TotAmt"], free["Discount"], free["AssAmt"]) == (Decimal("91.56"), Decimal("91.56"), 0)


def test_cess_stands_by_itself() -> None:
    [item] = einvoice.of(sold("IN22a"))["ItemList"]
    assert item["CesRt"] == 12
    assert item["CesAmt"] + item["CesNonAdvlAmt"] > 0


def test_a_note_names_what_it_corrects() -> None:
    note = sold("IN01", kind="credit_note", original=CorrectedDocument("SGT/1", date(2026, 11, 1), 220500))
    form = einvoice.of(note)
    assert form["DocDtls"]["Typ"] == "CRN"
    assert form["RefDtls"] == {"PrecDocDtls": [{"InvNo": "SGT/1", "InvDt": "01/11/2026"}]}
    assert "PayDtls" not in form


def test_a_zone_is_told() -> None:
    document = sold("IN03")
    form = einvoice.of(replace(document, buyer={**document.buyer, "sez": True}))
    assert form["TranDtls"]["SupTyp"] == "SEZWP"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "bill_of_supply"}, {"kind": "invoice_cum_bill"}, {"kind": "commercial_credit_note"},
        {"status": "cancelled"}, {"buyer": {**BUYER, "gstin": None}}, {"currency": "PKR"},
    ],
)  # fmt: skip
def test_what_is_not_registered_is_said_so(changes: dict[str, Any]) -> None:
    document = sold("IN01", **{name: value for name, value in changes.items() if name != "buyer"})
    if "buyer" in changes:
        document = replace(document, buyer=changes["buyer"])
    assert not einvoice.is_eligible(document)
    with pytest.raises(einvoice.NotEligible):
        einvoice.of(document)


def test_all_that_is_missing_is_named_at_once() -> None:
    document = sold("IN01")
    lines = (replace(document.lines[0], hsn="17"),)
    poor = replace(document, number="0/1", lines=lines, buyer={**BUYER, "name": "AB", "address": "Pune"})
    with pytest.raises(einvoice.Incomplete) as refused:
        einvoice.of(poor)
    assert refused.value.facts["missing"] == [
        "the number begins with 0, / or -, or is too long",
        "the buyer's name (three letters or more)",
        "the buyer's postal code",
        "the HSN code of line 1",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 MG Road\nPune 411001", ("12 MG Road", "Pune", 411001)),
        ("Shop 4, Market Yard, Nashik - 422 003, Maharashtra", ("Shop 4, Market Yard", "Nashik", 422003)),
        ("Pune 411001", ("Pune", "Pune", 411001)),
        ("Phone 9812345678", ("Phone 9812345678", "Phone 9812345678", None)),
        ("", ("", "", None)),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, parts: tuple[str, str, int | None]) -> None:
    address = einvoice.address_of(text)
    assert (address.first, address.place, address.pin) == parts


def test_a_long_address_goes_on_in_the_second_line() -> None:
    address = einvoice.address_of("A" * 150 + "\nPune 411001")
    assert (len(address.first), len(address.second)) == (100, 50)


def test_what_the_registration_must_say() -> None:
    told = einvoice.registered(sold("IN02"))
    assert (told.line_count, told.main_hsn, told.total_minor) == (4, "22021010", 327000)


def mixed(**changes: Any) -> IssuedDocument:
    """Detergent at 18 %, salt that is exempt, kerosene that is outside GST, milk at nothing."""
    [document] = worked.documents([{"number": "NW/18", "input": {
        "country": "IN", "doc_type": "tax_invoice", "date": "2026-12-01", "seller": SELLER, "buyer": BUYER,
        "lines": [
            {"description": "Surf", "hsn": "340220", "qty": 1, "unit": "pc", "unit_price_paise": 11_059,
             "rate_bps": 1800},
            {"description": "Salt", "hsn": "250100", "qty": 4, "unit": "kg", "unit_price_paise": 2_520,
             "rate_bps": 0, "treatment": "exempt"},
            {"description": "Kerosene", "hsn": "271019", "qty": 2, "unit": "l", "unit_price_paise": 6_667,
             "rate_bps": 0, "treatment": "non_gst", "discount_paise": 300},
            {"description": "Milk", "hsn": "040120", "qty": 1, "unit": "l", "unit_price_paise": 5_000, "rate_bps": 0},
        ],
    }}])  # fmt: skip
    seller, buyer = {**SELLER, **document.seller}, {**BUYER, **document.buyer}
    return replace(document, seller=seller, buyer=buyer, **changes)


def test_what_bears_no_tax_is_a_charge_beside_the_taxable_value_and_no_sale_at_nothing() -> None:
    form = einvoice.of(mixed())
    adds_up(form)
    told = [(item["AssAmt"], item["OthChrg"], item["GstRt"], item["TotItemVal"]) for item in form["ItemList"]]
    assert told == [
        (Decimal("110.59"), 0, 18, Decimal("130.49")), (0, Decimal("100.80"), 0, Decimal("100.80")),
        (0, Decimal("130.34"), 0, Decimal("130.34")), (0, 50, 0, 50),
    ]  # fmt: skip
    assert (form["ValDtls"]["AssVal"], form["ValDtls"]["OthChrg"]) == (Decimal("110.59"), 0)
    assert form["ValDtls"]["TotInvVal"] == 412


@pytest.mark.parametrize("kind", ["tax_invoice", "credit_note", "debit_note"])
def test_a_document_whose_lines_all_bear_no_tax_is_not_registered(kind: str) -> None:
    document = mixed(kind=kind)
    untaxed = replace(document, lines=document.lines[1:])
    assert einvoice.is_eligible(document)
    assert not einvoice.is_eligible(untaxed)
    with pytest.raises(einvoice.NotEligible):
        einvoice.registered(untaxed)


@pytest.mark.parametrize("kind", ["bill_of_supply", "invoice_cum_bill", "plain_bill"])
def test_a_note_on_what_was_never_registered_is_not_registered_either(kind: str) -> None:
    corrected = CorrectedDocument("BTB/1", date(2026, 11, 1), 10_000, kind)
    assert not einvoice.is_eligible(mixed(kind="credit_note", original=corrected))


def test_tax_that_the_buyer_owes_himself_is_tax() -> None:
    assert einvoice.is_eligible(sold("IN01", reverse_charge=True))


@settings(max_examples=40, deadline=None)
@given(SALES.filter(lambda sale: sale["buyer"].get("gstin")))
def test_any_document_to_a_registered_buyer_adds_up_and_says_what_the_return_says(sale: dict[str, Any]) -> None:
    [document] = worked.documents([{"number": "S/1", "input": sale}])
    seller, buyer = {**SELLER, **document.seller}, {**BUYER, **document.buyer}
    document = replace(document, seller=seller, buyer=buyer)
    returned = {row["itm_det"]["rt"]: row["itm_det"]["txval"] for row in gstr1.items(document)}
    if not returned:
        assert not einvoice.is_eligible(document)
        return
    form = einvoice.of(document)
    adds_up(form)
    told: dict[Any, Decimal] = {}
    for item in form["ItemList"]:
        if item["AssAmt"]:
            told[item["GstRt"]] = told.get(item["GstRt"], Decimal()) + item["AssAmt"]
    assert told == {rate: value for rate, value in returned.items() if value}

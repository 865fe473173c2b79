"""GSTR-1: the worked month exactly, each rule by itself, and every month of random documents ties out."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import period, plain_json
from reports.documents import Amounts, CorrectedDocument, IssuedDocument, IssuedLine
from reports.returns import gstr1, tie_out, worked

EXAMPLES = json.loads((Path(__file__).parents[2] / "invoicing" / "tax_examples.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector["input"] for vector in EXAMPLES["vectors"]}
SAMPLE = EXAMPLES["gstr1_sample"]
NOVEMBER = period.month("2026-11")
SELLER = {"gstin": "27AAPFU0939F1ZV", "state_code": "27", "country": "IN"}
KIRANA, PATEL = "27AAGCB7383J1Z8", "24AANFA2641L1ZF"


def exact(result: dict[str, Any]) -> Any:
    """The return as somebody reads it, amounts as exact numbers."""
    return json.loads("".join(plain_json.pieces(result)), parse_float=Decimal)


def line(taxable_minor: int = 100_00, rate_bps: int = 500, *, inter: bool = False, **changes: Any) -> IssuedLine:
    half = taxable_minor * rate_bps // 20_000
    taxes = {"igst_minor": 2 * half} if inter else {"cgst_minor": half, "sgst_minor": half}
    known = {"description": "Sugar", "hsn": "17019990", "unit": "kg", "qty_milli": 2_000, "rate_bps": rate_bps}
    return IssuedLine(**{**known, "amounts": Amounts(taxable_minor, **taxes), **changes})


def document(*lines: IssuedLine, buyer: str | None = None, place: str = "27", **changes: Any) -> IssuedDocument:
    goods = lines or (line(inter=place != "27"),)
    totals = Amounts()
    for one in goods:
        totals = totals.plus(one.amounts)
    known = {
        "kind": "tax_invoice", "number": "S/26-27/000001", "issued_on": date(2026, 11, 5), "seller": SELLER,
        "buyer": {"gstin": buyer}, "place_of_supply": place, "lines": goods, "totals": totals, "round_off_minor": 0,
        "total_minor": totals.taxable_minor + totals.tax_minor,
    }  # fmt: skip
    return IssuedDocument(**{**known, **changes})


def filed(*documents: IssuedDocument) -> Any:
    return exact(gstr1.compute(SELLER, NOVEMBER, documents))


def test_the_worked_month_comes_out_exactly() -> None:
    entries = [
        {"id": name, "number": number, "input": VECTORS[name],
         **({"issued_on": "2026-11-21"} if name == "IN23a" else {})}
        for name, number in SAMPLE["covers"].items()
    ]  # fmt: skip
    found = worked.documents(entries)
    expected = json.loads(json.dumps(SAMPLE["json"]), parse_float=Decimal)
    assert exact(gstr1.compute(found[0].seller, NOVEMBER, found)) == expected


def test_a_small_sale_and_its_return_net_off_and_may_go_below_zero() -> None:
    sale, note = document(line(100_00)), document(line(250_00), kind="credit_note", number="SC/1")
    [row] = filed(sale, note)["b2cs"]
    assert (row["sply_ty"], row["pos"], row["rt"]) == ("INTRA", "27", 5)
    assert (row["txval"], row["camt"], row["samt"]) == (Decimal("-150"), Decimal("-3.75"), Decimal("-3.75"))


def test_what_was_sold_and_given_back_in_one_month_leaves_only_its_numbers() -> None:
    sale = document()
    assert set(filed(sale, replace(sale, kind="credit_note", number="SC/1"))) == {
        "gstin", "fp", "version", "hash", "doc_issue",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("total_minor", "issued_on", "section"),
    [
        (100_000_00, date(2026, 11, 1), "b2cs"),
        (100_000_01, date(2026, 11, 1), "b2cl"),
    ],
)
def test_a_sale_across_the_border_is_listed_when_it_is_large(total_minor: int, issued_on: date, section: str) -> None:
    result = filed(document(place="29", total_minor=total_minor, issued_on=issued_on))
    assert section in result
    assert ({"b2cs", "b2cl"} - {section}).isdisjoint(result)


def test_what_is_large_was_more_before_august_2024() -> None:
    assert gstr1.large_from(date(2024, 7, 31)) == 250_000_00
    assert gstr1.large_from(date(2024, 8, 1)) == 100_000_00


def test_a_return_follows_the_large_sale_that_it_corrects() -> None:
    original = CorrectedDocument("S/26-27/000001", date(2026, 10, 5), 120_000_00)
    note = document(place="29", kind="credit_note", number="SC/1", original=original)
    [row] = filed(note)["cdnur"]
    assert (row["typ"], row["ntty"], row["pos"]) == ("B2CL", "C", "29")
    small = replace(note, original=replace(original, total_minor=90_000_00))
    assert filed(small)["b2cs"][0]["txval"] == -100


def test_notes_to_registered_buyers_say_which_way_they_go() -> None:
    notes = [
        document(buyer=KIRANA, kind="debit_note", number="SD/1"),
        document(buyer=KIRANA, kind="credit_note", number="SC/1"),
    ]
    [group] = filed(*notes)["cdnr"]
    assert [(note["nt_num"], note["ntty"]) for note in group["nt"]] == [("SD/1", "D"), ("SC/1", "C")]


def test_a_zone_is_always_between_states() -> None:
    goods = line(inter=True)
    result = filed(replace(document(goods), buyer={"gstin": KIRANA, "sez": True}))
    [invoice] = result["b2b"][0]["inv"]
    assert invoice["inv_typ"] == "SEWP"
    assert invoice["itms"][0]["itm_det"]["iamt"] == 5


def test_a_zone_without_a_gstin_stands_among_the_small_sales_between_states() -> None:
    zone = replace(document(line(inter=True)), buyer={"sez": True})
    rows = filed(zone, document(line()))["b2cs"]
    assert [(row["sply_ty"], row["pos"], row.get("iamt"), row.get("camt")) for row in rows] == [
        ("INTRA", "27", None, Decimal("2.5")), ("INTER", "27", 5, None),
    ]  # fmt: skip


def test_exports_are_listed_with_and_without_payment_of_tax() -> None:
    sales = [
        document(place="96", number="S/1"),
        document(line(rate_bps=500, amounts=Amounts(100_00)), place="96", number="S/2"),
        document(
            place="96", number="SC/1", kind="credit_note", original=CorrectedDocument("S/1", date(2026, 11, 5), 105_00)
        ),
    ]
    result = filed(*sales)
    assert [(part["exp_typ"], [one["inum"] for one in part["inv"]]) for part in result["exp"]] == [
        ("WOPAY", ["S/2"]), ("WPAY", ["S/1"]),
    ]  # fmt: skip
    assert result["exp"][1]["inv"][0]["itms"] == [{"rt": 5, "txval": 100, "iamt": 5, "csamt": 0}]
    [note] = result["cdnur"]
    assert (note["typ"], note["nt_num"], "pos" in note) == ("EXPWP", "SC/1", False)
    assert "b2cs" not in result


def worked_sale(**changes: Any) -> dict[str, Any]:
    goods = {"desc": "Sugar", "hsn": "1701", "qty": 1, "unit": "kg", "unit_price_paise": 10_000, "rate_bps": 500}
    known = {"date": "2026-11-01", "seller": {"gstin": "27AAPFU0939F1ZV", "state": "27"}, "buyer": {}, "lines": [goods]}
    return {**known, **changes}


def worked_month(*inputs: dict[str, Any]) -> Any:
    found = worked.documents([{"number": f"S/{at}", "input": given} for at, given in enumerate(inputs, start=1)])
    return exact(gstr1.compute(found[0].seller, NOVEMBER, found))


def test_commercial_credit_notes_of_a_worked_month_are_in_no_return() -> None:
    credit = {"doc_type": "commercial_credit_note", "against": "S/1", "cash_discount_bps": 100, "date": "2026-11-02"}
    assert worked_month(worked_sale(), credit) == worked_month(worked_sale())
    with pytest.raises(worked.WorkedInvalid):
        worked_month(credit)


def test_what_was_sold_without_a_registration_stands_in_no_return() -> None:
    plain = document(line(10_00, 0), kind="plain_bill")
    corrected = CorrectedDocument("P/1", date(2026, 10, 1), 10_00, "plain_bill")
    note = document(line(1_00, 0), kind="credit_note", original=corrected)
    assert set(filed(plain, note)) == {"gstin", "fp", "version", "hash"}


def test_goods_on_a_bill_of_supply_are_exempt_whatever_their_rate() -> None:
    month = worked_month(worked_sale(doc_type="bill_of_supply", buyer={"gstin": KIRANA}))
    assert month["nil"]["inv"] == [{"sply_ty": "INTRAB2B", "nil_amt": 0, "expt_amt": 100, "ngsup_amt": 0}]
    assert "b2b" not in month


@pytest.mark.parametrize("kind", ["proforma", "sales_tax_invoice", "\ud800"])
def test_a_type_of_document_that_no_return_knows_is_refused(kind: str) -> None:
    with pytest.raises(worked.WorkedInvalid):
        worked_month(worked_sale(doc_type=kind))


def test_a_worked_debit_note_follows_the_large_sale_that_it_corrects() -> None:
    [goods] = worked_sale()["lines"]
    large = worked_sale(place_of_supply="24", lines=[{**goods, "qty": 2_000}])
    raised = worked_sale(place_of_supply="24", doc_type="debit_note", against="S/1")
    month = worked_month(large, raised)
    assert [(note["ntty"], note["nt_num"]) for note in month["cdnur"]] == [("D", "S/2")]
    assert "b2cs" not in month


def test_a_buyer_with_a_uin_is_registered_where_the_uin_is() -> None:
    [group] = worked_month(worked_sale(buyer={"uin": "0717uno00157uno"}))["b2b"]
    assert (group["ctin"], group["inv"][0]["pos"]) == ("0717UNO00157UNO", "07")


def test_a_worked_month_of_a_composition_dealer_has_no_return() -> None:
    with pytest.raises(gstr1.NoReturn):
        worked_month(worked_sale(seller={"gstin": "27AAPFU0939F1ZV", "composition": True}))


def test_a_territorys_tax_stands_in_the_states_column() -> None:
    goods = replace(line(), amounts=Amounts(100_00, cgst_minor=2_50, utgst_minor=2_50))
    seller = {**SELLER, "state_code": "04", "gstin": "04AAPFU0939F1Z3"}
    sale = document(goods, buyer="04AAGCB7383J1ZG", place="04", seller=seller)
    [invoice] = exact(gstr1.compute(seller, NOVEMBER, [sale]))["b2b"][0]["inv"]
    assert invoice["itms"][0]["itm_det"]["samt"] == Decimal("2.5")


def test_goods_without_tax_stand_by_kind_of_supply() -> None:
    untaxed = [
        document(line(7_00, 0, treatment="exempt"), line(3_00, 0), buyer=KIRANA),
        document(line(5_00, 0, treatment="non_gst"), place="29"),
        document(line(2_00, 0, treatment="nil_rated"), line(1_00, 0, treatment="nil_rated"), kind="bill_of_supply"),
    ]
    result = filed(*untaxed)
    assert "b2b" not in result
    assert result["nil"]["inv"] == [
        {"sply_ty": "INTRAB2B", "expt_amt": 7, "nil_amt": 3, "ngsup_amt": 0},
        {"sply_ty": "INTRB2C", "expt_amt": 0, "nil_amt": 0, "ngsup_amt": 5},
        {"sply_ty": "INTRAB2C", "expt_amt": 0, "nil_amt": 3, "ngsup_amt": 0},
    ]
    assert sum(row["txval"] for part in result["hsn"].values() for row in part) == 18


def test_a_cancelled_number_is_counted_and_nothing_else() -> None:
    sales = [document(buyer=KIRANA, number=f"S/26-27/00000{number}") for number in (1, 2, 3)]
    sales[1] = replace(sales[1], status="cancelled")
    result = filed(*sales)
    assert [row["inum"] for row in result["b2b"][0]["inv"]] == ["S/26-27/000001", "S/26-27/000003"]
    assert result["doc_issue"]["doc_det"][0]["docs"] == [
        {"num": 1, "from": "S/26-27/000001", "to": "S/26-27/000003", "totnum": 3, "cancel": 1, "net_issue": 2}
    ]


def test_each_series_without_gaps_is_a_row_of_its_own() -> None:
    numbers = ["S/26-27/9", "S/26-27/10", "S/26-27/12", "B/26-27/1"]
    docs = filed(*(document(number=number) for number in numbers))["doc_issue"]["doc_det"][0]["docs"]
    assert [(row["num"], row["from"], row["to"], row["totnum"]) for row in docs] == [
        (1, "B/26-27/1", "B/26-27/1", 1),
        (2, "S/26-27/9", "S/26-27/10", 2),
        (3, "S/26-27/12", "S/26-27/12", 1),
    ]


def test_only_the_month_and_no_commercial_credit_is_filed() -> None:
    sale = document()
    outside = [replace(sale, issued_on=NOVEMBER.from_on - timedelta(1)), replace(sale, kind="commercial_credit_note")]
    assert set(filed(*outside)) == {"gstin", "fp", "version", "hash"}


def test_before_may_2025_the_goods_of_all_buyers_stood_together() -> None:
    april = period.month("2025-04")
    sales = [document(buyer=KIRANA, issued_on=april.from_on), document(issued_on=april.to_on)]
    result = exact(gstr1.compute(SELLER, april, sales))
    assert [(row["qty"], row["txval"]) for row in result["hsn"]["data"]] == [(4, 200)]


def test_units_without_a_code_are_other_and_rates_may_be_fractions() -> None:
    result = filed(document(line(100_00, 25, unit="tray", qty_milli=1_255)))
    [row] = result["hsn"]["hsn_b2c"]
    assert (row["uqc"], row["rt"], row["qty"]) == ("OTH", Decimal("0.25"), Decimal("1.26"))


@pytest.mark.parametrize("seller", [{"country": "PK"}, {"gstin": None}, {"scheme": "composition"}])
def test_who_files_no_gstr1_is_told(seller: dict[str, Any]) -> None:
    with pytest.raises(gstr1.NoReturn):
        gstr1.compute({**SELLER, **seller}, NOVEMBER, [])


def test_a_document_whose_lines_are_not_its_totals_stops_the_return() -> None:
    wrong = document(totals=Amounts(100_01, cgst_minor=2_50, sgst_minor=2_50))
    with pytest.raises(tie_out.DoesNotTieOut) as refused:
        filed(wrong)
    assert refused.value.facts["booked"]["txval"] == "100.01"


def test_amounts_leave_as_numbers_with_at_most_two_decimals() -> None:
    text = "".join(plain_json.pieces(gstr1.compute(SELLER, NOVEMBER, [document(line(131142_60))])))
    assert '"txval": 131142.6,' in text
    assert re.search(r"[0-9](\.[0-9]{3}|[eE])", text) is None


LINES = st.fixed_dictionaries(
    {
        "desc": st.sampled_from(["Sugar", "Soap", "Cola"]),
        "hsn": st.sampled_from(["17019990", "340119", "22021010"]),
        "rate_bps": st.sampled_from([0, 500, 1800, 4000]),
        "cess_bps": st.sampled_from([0, 0, 1200]),
        "qty": st.integers(1, 99_999).map(lambda milli: str(Decimal(milli) / 1000)),
        "unit": st.sampled_from(["pc", "kg", "tin"]),
        "unit_price_paise": st.integers(1, 9_999_99),
        "discount_bps": st.sampled_from([0, 250, 10_000]),
    }
)
SALES = st.fixed_dictionaries(
    {
        "date": st.dates(NOVEMBER.from_on, NOVEMBER.to_on).map(str),
        "price_mode": st.sampled_from(["exclusive", "inclusive"]),
        "seller": st.just({"gstin": SELLER["gstin"], "state": "27"}),
        "buyer": st.sampled_from(
            [{"gstin": KIRANA}, {"gstin": PATEL}, {"state": "29"}, {}, {"gstin": KIRANA, "sez": True}]
        ),
        "lines": st.lists(LINES, min_size=1, max_size=5),
    }
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SALES, st.booleans()), min_size=1, max_size=8))
def test_a_month_of_any_documents_ties_out_with_what_they_come_to(month: list[tuple[dict[str, Any], bool]]) -> None:
    entries: list[dict[str, Any]] = []
    for number, (sale, comes_back) in enumerate(month, start=1):
        entries.append({"number": f"S/{number}", "input": sale})
        if comes_back:
            returns = [{"line": 1, "qty": sale["lines"][0]["qty"]}]
            note = {"doc_type": "credit_note", "against": f"S/{number}", "returns": returns}
            entries.append({"number": f"C/{number}", "issued_on": sale["date"], "input": note})
    found = worked.documents(entries)
    result = gstr1.compute(SELLER, NOVEMBER, found)
    booked = sum(one.sign * one.totals.tax_minor for one in found)
    by_buyer, by_hsn = tie_out.by_buyer(result), tie_out.by_hsn(result)
    assert by_buyer == by_hsn
    assert sum(by_buyer[head] for head in tie_out.HEADS[1:]) == Decimal(booked).scaleb(-2)
    numbers = [row for part in result["doc_issue"]["doc_det"] for row in part["docs"]]
    assert sum(row["net_issue"] for row in numbers) == len(found)

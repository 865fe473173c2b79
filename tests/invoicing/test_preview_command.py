"""`bahi invoice preview`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.invoice import command
from tests.invoicing.test_worked_examples import VECTORS


def run(text: str, *options: str) -> Result:
    return CliRunner().invoke(command, ["preview", "-", *options], input=text)


def test_a_document_from_stdin_comes_back_as_its_money() -> None:
    result = run(json.dumps(VECTORS["IN02"]["input"]))
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert printed["grand_total"] == 327000
    assert printed["round_off"] == 49
    assert printed["by_rate_bps"]["1800"]["cgst"] == 4977


def test_a_file_can_hold_the_whole_example(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    path.write_text(json.dumps(VECTORS["IN04"]), encoding="utf-8")
    result = CliRunner().invoke(command, ["preview", str(path)])
    assert json.loads(result.stdout)["grand_total"] == 100800


def test_a_credit_note_is_computed_against_its_original(tmp_path: Path) -> None:
    original = tmp_path / "original.json"
    original.write_text(json.dumps(VECTORS["IN07"]["input"]), encoding="utf-8")
    result = run(json.dumps(VECTORS["IN23a"]["input"]), "--original", str(original))
    assert json.loads(result.stdout)["grand_total"] == 50700


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"qty": "1"}]}, "unit_price_paise"),
        ({"lines": [{"qty": "x", "unit_price_paise": 1}]}, "qty"),
        ({"lines": [{"qty": "NaN", "unit_price_paise": 1}]}, "qty"),
        ({"lines": [{"qty": "0", "unit_price_paise": 1}]}, "quantity"),
        ({"lines": [{"qty": "1", "unit_price_paise": 1.5}]}, "unit_price_paise"),
        ({"lines": [{"qty": "1", "unit_price_paise": True}]}, "unit_price_paise"),
        ({"lines": [{"qty": "1", "unit_price_paise": 1, "rate_bps": 99999}]}, "rate"),
        ({"seller": None}, "seller"),
        ({"date": "20-11-2026"}, "date"),
        ({"price_mode": "net"}, "price_mode"),
        ({"place_of_supply": "39"}, "39"),
        ({"doc_type": "credit_note", "against": "IN07", "returns": [{"line": 1, "qty": 5}]}, "against"),
        ({"currency": "EUR"}, "EUR"),
        ({"lines": [{"qty": "1e999999999", "unit_price_paise": 1}]}, "qty"),
        ({"lines": [{"qty": "1_000", "unit_price_paise": 1}]}, "qty"),
        ({"lines": [{"qty": "\u0967\u0968", "unit_price_paise": 1}]}, "qty"),
        ({"lines": [{"qty": f"1.{'0' * 30}1", "unit_price_paise": 1}]}, "three decimals"),
        ({"lines": [{"qty": "1", "unit_price_paise": 10**400}]}, "unit price"),
    ],
)
def test_a_bad_document_is_refused_with_the_field_named(change: dict[str, Any], named: str) -> None:
    result = run(json.dumps({**VECTORS["IN01"]["input"], **change}))
    assert result.exit_code == 1
    assert named in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": NaN', f'{{"a": 1e{"9" * 30}}}', "1" * 5_000])
def test_what_is_not_json_is_a_usage_error(text: str) -> None:
    assert run(text).exit_code == 2


def test_a_missing_file_is_a_usage_error() -> None:
    assert CliRunner().invoke(command, ["preview", "/nowhere.json"]).exit_code == 2


@pytest.mark.parametrize("text", ["[]", "1", "null", '"x"'])
def test_json_that_is_no_document_is_refused(text: str) -> None:
    assert run(text).exit_code == 1


def test_a_number_too_large_for_any_goods_is_refused_as_a_quantity() -> None:
    result = run('{"seller": {"state": "27"}, "lines": [{"qty": 1e999999, "unit_price_paise": 1}]}')
    assert (result.exit_code, "quantity" in result.stderr) == (1, True)


def test_a_note_finds_its_original_beside_it(tmp_path: Path) -> None:
    for name in ("IN07", "IN23a"):
        (tmp_path / f"{name}.json").write_text(json.dumps(VECTORS[name]["input"]), encoding="utf-8-sig")
    result = CliRunner().invoke(command, ["preview", str(tmp_path / "IN23a.json")])
    assert json.loads(result.stdout)["grand_total"] == 50700


def test_what_was_perhaps_meant_otherwise_is_said() -> None:
    source = VECTORS["IN01"]["input"]
    lines = [{**source["lines"][0], "colour": "red", "rate_bps": None}]
    printed = json.loads(run(json.dumps({**source, "doc_type": "offer", "route_no": 5, "lines": lines})).stdout)
    assert [one["code"] for one in printed["warnings"]] == [
        "FIELD_NOT_READ",
        "FIELD_NOT_READ",
        "DOC_TYPE_UNKNOWN",
        "RATE_MISSING",
    ]
    assert printed["warnings"][1]["detail"].startswith("line 1: colour")


@pytest.mark.parametrize(
    ("where", "field", "value"),
    [
        ("input", "charge", {"desc": "Freight", "paise": 50_000, "rate_bps": 1800}),
        ("input", "freight", 5),
        ("input", "freight_charges", "500.00"),
        ("input", "packing", [{"amount": 10_000}]),
        ("input", "total_discount", 100),
        ("input", "transport", 25_000),
        ("input", "tcs_rate", 0.1),
        ("line", "discount_pct", 5),
        ("line", "unit_price", 1_000),
        ("line", "price", "₹1,000"),
        ("line", "Discount_Paise", 100),
        ("seller", "tds_paise", 5),
        ("buyer", "advance_paise", 1),
        ("ship_to", "loading_charge", 1),
        ("invoice_discount", "amount", 100),
    ],
)
def test_a_field_that_carries_money_and_is_not_read_is_an_error(where: str, field: str, value: object) -> None:
    source = {"ship_to": {}, "invoice_discount": {}, **VECTORS["IN01"]["input"]}
    if where == "input":
        source = {**source, field: value}
    elif where == "line":
        source = {**source, "lines": [{**source["lines"][0], field: value}]}
    else:
        source = {**source, where: {**source[where], field: value}}
    result = run(json.dumps(source))
    assert result.exit_code == 2
    assert field in result.stderr
    assert "the total would be wrong" in result.stderr


def test_money_that_is_not_read_in_the_original_of_a_note_is_an_error_too() -> None:
    original = {**VECTORS["IN07"]["input"], "freight_paise": 100}
    for source in (
        {**VECTORS["IN23a"]["input"], "against": original},
        {**VECTORS["IN23a"]["input"], "returns": [{"line": 1, "qty": 1, "value_paise": 5}]},
    ):
        result = run(json.dumps(source))
        assert (result.exit_code, "the total would be wrong" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    "harmless",
    [
        {"freight": 0},
        {"charge": None},
        {"round_no": 7},
        {"remarks": "price as agreed"},
        {"is_taxed": True},
        {"tax": ""},
    ],
)
def test_a_field_without_money_in_it_is_only_told_of(harmless: dict[str, object]) -> None:
    result = run(json.dumps({**VECTORS["IN01"]["input"], **harmless}))
    assert result.exit_code == 0
    assert [one["code"] for one in json.loads(result.stdout)["warnings"]] == ["FIELD_NOT_READ"]


def test_null_is_as_good_as_nothing() -> None:
    source = VECTORS["IN02"]["input"]
    absent = dict.fromkeys(
        ("place_of_supply", "invoice_discount", "round_to_rupee", "reverse_charge", "date", "ship_to")
    )
    lines = [
        dict.fromkeys(("discount_bps", "cess_bps", "free", "price_mode", "treatment")) | line
        for line in source["lines"]
    ]
    assert json.loads(run(json.dumps({**source, **absent, "lines": lines})).stdout)["grand_total"] == 327000

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.understand import command

ROOT = Path(__file__).parents[2]
CATALOGUE = str(ROOT / "orders" / "data" / "catalog.json")


def run(given: str | bytes, catalogue: str = CATALOGUE) -> Result:
    return CliRunner().invoke(command, ["--catalog", catalogue], input=given)


def test_messages_come_back_as_what_they_mean() -> None:
    context = {"cart": [{"sku": "COKE-500", "qty": 2, "unit": "case", "base_qty": 48}], "last_sku": "COKE-500"}
    given = [{"id": "a", "text": "aadha kilo jeera"}, {"id": "b", "text": "nahi 3 karo", "context": context}]
    result = run(json.dumps(given))
    order, edit = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (order["id"], order["kind"], order["cart"]) == ("a", "order", None)
    line = order["lines"][0]
    assert (line["sku"], line["qty"], line["unit"], line["base_qty"]) == ("JEERA-L", 0.5, "kg", 0.5)
    assert edit["cart"] == [{"sku": "COKE-500", "qty": 3, "unit": "case", "base_qty": 72}]
    assert '"base_qty": 72' in result.stdout


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    assert run('[{"id": "\\ud800", "text": "\\ud800 coke"}]').exit_code == 0


@pytest.mark.parametrize("given", ["", "{", "{}", '"text"', b"\xff\xfe", "[NaN]", "[" * 99999])
def test_input_that_is_no_array_of_messages_is_a_usage_error(given: str | bytes) -> None:
    result = run(given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "stdin" in result.stderr


@pytest.mark.parametrize(
    "message",
    [
        3,
        {},
        {"text": 5},
        {"text": "x", "context": {"cart": [{}]}},
        {"text": "x", "context": 7},
        {"text": "x", "context": {"cart": [{"sku": "A", "qty": "many", "unit": "pc", "base_qty": 1}]}},
    ],
)
def test_a_malformed_message_is_named_by_its_place(message: object) -> None:
    result = run(json.dumps([{"text": "ok"}, message]))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "message 2" in result.stderr


@pytest.mark.parametrize(
    "catalogue", ["[]", "{}", '{"items": [{}]}', '{"items": [7]}', '{"items": [{"sku": "A", "units": 3}]}']
)
def test_a_file_that_is_no_catalogue_is_a_usage_error(tmp_path: Path, catalogue: str) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(catalogue)
    result = run("[]", str(file))
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_missing_catalogue_is_a_usage_error() -> None:
    assert run("[]", "/nowhere.json").exit_code == 2

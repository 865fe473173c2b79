"""The worked documents, to the paisa, through the same door that accountants use."""

import json
from pathlib import Path
from typing import Any

import pytest

from invoicing.amount_words import amount_in_words
from invoicing.preview import preview

EXAMPLES = json.loads(Path(__file__).with_name("tax_examples.json").read_text(encoding="utf-8"))
VECTORS = {vector["id"]: vector for vector in EXAMPLES["vectors"]}
OTHER_ROUNDING = "alt_rate_group_rounding"  # legal too, but not how Bahi rounds


def given(vector: dict[str, Any]) -> dict[str, Any]:
    """The example's input; a note carries the document that it corrects."""
    source = dict(vector["input"])
    if "against" in source:
        source["against"] = VECTORS[source["against"]]["input"]
    return source


def only_expected(actual: Any, expected: Any) -> Any:
    """The actual value without the fields that the example does not state."""
    if isinstance(expected, dict):
        return {key: only_expected(actual.get(key), value) for key, value in expected.items()}
    if isinstance(expected, list):
        assert len(actual) == len(expected)
        return [only_expected(one, other) for one, other in zip(actual, expected, strict=True)]
    return actual


def test_there_are_seventeen_examples() -> None:
    assert len(VECTORS) == 17


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_worked_document_comes_out_to_the_paisa(name: str) -> None:
    expected = {key: value for key, value in VECTORS[name]["expected"].items() if key != OTHER_ROUNDING}
    assert only_expected(preview(given(VECTORS[name])), expected) == expected


@pytest.mark.parametrize("name", sorted(name for name in VECTORS if name[:4] < "IN23"))
def test_an_indian_document_prints_exactly_the_expected_fields(name: str) -> None:
    expected = VECTORS[name]["expected"]
    actual = preview(given(VECTORS[name]))
    assert set(actual) == set(expected) - {OTHER_ROUNDING} | {"warnings"}
    assert set(actual["lines"][0]) == set(expected["lines"][0])
    assert set(actual["totals"]) == set(expected["totals"])


@pytest.mark.parametrize("case", EXAMPLES["aux"]["formatting"], ids=lambda case: str(case["paise"]))
def test_amounts_are_written_in_words_as_on_indian_invoices(case: dict[str, Any]) -> None:
    assert amount_in_words(case["paise"]) == case["words_en_IN"]

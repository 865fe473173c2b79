"""The fields of a document as JSON: how each is read, and which there are. Null is as good as leaving one out."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.errors import Invalid

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
LONGEST_SHOWN = 80
PARTY = "name address city pincode phone email state gstin pan province ntn strn cnic"
KNOWN = {
    name: frozenset(fields.split())
    for name, fields in {
        "input": "id title note notes doc_type number date due_date price_mode seller buyer ship_to place_of_supply"
        " lines round_to_rupee tax_charged invoice_discount delivery_charge_paise reverse_charge sez country currency"
        " further_tax_bps payment_mode hsn_digits eway_limit_paise against returns previously_returned"
        " cash_discount_bps base",
        "seller": f"{PARTY} composition",
        "buyer": f"{PARTY} uin sez registration_type",
        "ship_to": PARTY,
        "invoice_discount": "bps paise",
        "lines": "desc sku hsn hs unit qty unit_price_paise price_mode rate_bps cess_bps cess_per_unit_paise"
        " discount_bps discount_paise free treatment third_schedule retail_price_paise mrp_paise charge note",
    }.items()
}


class PreviewInputInvalid(Invalid):
    """An input that is not a document; the sentence names the field."""

    code = "PREVIEW_INPUT_INVALID"


def mapping(given: object, name: str) -> Mapping[str, Any]:
    """An object. Raises PreviewInputInvalid, as all of these do."""
    if not isinstance(given, dict):
        raise PreviewInputInvalid(f"{name}: must be a JSON object")
    return given


def entries(given: object, name: str) -> list[Any]:
    """An array that is not empty."""
    if not isinstance(given, list) or not given:
        raise PreviewInputInvalid(f"{name}: must be a JSON array with at least one entry")
    return given


def text(source: Mapping[str, Any], key: str) -> str:
    """Text without the spaces around it; empty when there is none."""
    value = source.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PreviewInputInvalid(f"{key}: must be text")
    return value.strip()


def flag(source: Mapping[str, Any], key: str, *, default: bool) -> bool:
    """A yes or no; null is as good as nothing."""
    value = source.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise PreviewInputInvalid(f"{key}: must be true or false")
    return value


def integer(source: Mapping[str, Any], key: str, default: int | None) -> int | None:
    """A whole number; null is as good as nothing."""
    value = source.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise PreviewInputInvalid(f"{key}: must be an integer, not {shortened(value)}")
    return value


def whole(source: Mapping[str, Any], key: str, default: int | None, where: str) -> int:
    """A whole number that must be there, unless `default` is one."""
    value = integer(source, key, default)
    if value is None:
        raise PreviewInputInvalid(f"{where}{key} is missing")
    return value


def quantity(given: object, name: str) -> Decimal:
    """A quantity as a number, or as text of digits and a point: no exponent, underscore or other script's digits."""
    if not isinstance(given, str | int | Decimal) or isinstance(given, bool):
        raise PreviewInputInvalid(f"{name}: must be a number or a decimal in quotes")
    if isinstance(given, str) and PLAIN_NUMBER.fullmatch(given.strip()) is None:
        raise PreviewInputInvalid(f"{name}: {shortened(given)} is not a number")
    return Decimal(given)


def shortened(given: object) -> str:
    """What was given as it can be shown in a sentence."""
    shown = repr(given)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."


def unread(source: Mapping[str, Any]) -> Iterator[str]:
    """The paths of fields that mean nothing here: a misspelt one must not be taken for one that was left out."""
    for key, value in source.items():
        if key not in KNOWN["input"]:
            yield key
        elif key in KNOWN and isinstance(value, dict):
            yield from (f"{key}.{name}" for name in value if name not in KNOWN[key])
    for number, line in enumerate(source.get("lines") or [], start=1):
        if isinstance(line, dict):
            yield from (f"line {number}: {name}" for name in line if name not in KNOWN["lines"])

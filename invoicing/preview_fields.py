"""The fields of a document as JSON: how each is read, and which there are. Null is as good as leaving one out."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from core.errors import Invalid

PLAIN_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
LONGEST_SHOWN = 80
ENTRIES = {"lines": "line", "returns": "return"}
MONEY = re.compile(  # what a field is called that stands for money
    r"paise|minor|rupee|amount|amt|price|rate|mrp|charge|fee|freight|cost|value|total|discount|rebate|less|off(?![a-z])"
    r"|tax|gst|cess|duty|vat|levy|bps|percent|pct|insurance|packing|loading|commission|tip|advance|deposit|interest"
)
COUNTS = re.compile(r"(^|_)(no|nr|num|number|serial|seq|index|id|version|year|month|day|days|count|pages?|copies)$")
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
        "returns": "line qty",
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


class MoneyNotRead(PreviewInputInvalid):
    """A field that carries money and means nothing here: without it the total would be wrong."""

    code = "MONEY_NOT_READ"


def check_money(source: Mapping[str, Any]) -> None:
    """Refuse what carries money and would be left aside. Raises MoneyNotRead."""
    for path, name, value in _unknown(source):
        if _is_money(name, value):
            raise MoneyNotRead(f"{path} carries money and is not read here: the total would be wrong.", field=path)


def unread(source: Mapping[str, Any]) -> Iterator[str]:
    """The paths of fields that mean nothing here: a misspelt one must not be taken for one that was left out."""
    return (path for path, _name, _value in _unknown(source))


def _unknown(source: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Path, name and value of every field that nothing here reads."""
    for key, value in source.items():
        if key not in KNOWN["input"]:
            yield key, key, value
        elif isinstance(value, dict) and key in KNOWN:
            yield from ((f"{key}.{name}", name, inner) for name, inner in value.items() if name not in KNOWN[key])
    for key, called in ENTRIES.items():
        entries = source.get(key)
        for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
            if isinstance(entry, dict):
                yield from (
                    (f"{called} {number}: {name}", name, inner)
                    for name, inner in entry.items()
                    if name not in KNOWN[key]
                )


def _is_money(name: str, value: object) -> bool:
    """Whether a field says an amount: by what it is called, or because it is a number that counts nothing known."""
    if value in (None, "", False, 0) or value is True:
        return False
    if isinstance(value, dict):
        return any(_is_money(f"{name}_{inner}", one) for inner, one in value.items())
    if isinstance(value, list):
        return any(_is_money(name, one) for one in value)
    words = name.casefold()
    if isinstance(value, str):
        return (
            MONEY.search(words) is not None
            and PLAIN_NUMBER.fullmatch(value.strip().lstrip("₹ ").replace(",", "")) is not None
        )
    return COUNTS.search(words) is None

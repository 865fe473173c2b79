"""Catalogue entries as files hold them: JSON items with paise, or table rows with rupees, checked into one shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from core import i18n
from core.money import from_major
from orders import conditions
from orders.rows import Fields, text, whole, word, yes_or_no
from tax import TAXABLE, TAXED, THIRD_SCHEDULE, TREATMENTS, PriceMode, Treatment

MAX_UNIT_WORTH = 100_000
MAX_ALIASES = 60
MAX_PRICE_MINOR = 10**9
_CODE = re.compile(r"\S{1,64}")
_HSN = re.compile(r"[0-9]{4,8}")
_UNTAXED: Treatment = "exempt"  # what most goods at 0 % are; a file may name nil_rated or non_gst instead

COLUMNS = (
    "sku", "name", "brand", "family", "size_value", "size_unit", "base_unit", "units", "default_unit", "hsn",
    "gst_rate_percent", "mrp", "price", "aliases", "price_mode", "treatment", "min_qty", "multiple", "slabs",
    "class_prices", "scheme", "scheme_until", "stock", "third_schedule",
)  # fmt: skip


@dataclass(frozen=True)
class CatalogueEntry:
    """One checked catalogue entry. `listing` is what the understanding of order texts reads.

    `terms` holds what the file says of the columns of ProductTerms, and `stock_milli` what is on the shelf: what it
    does not say stays as it is.
    """

    sku: str
    name: str
    hsn: str
    base_unit: str
    default_unit: str
    units: dict[str, int]
    aliases: dict[str, list[str]]
    listing: dict[str, Any]
    mrp_minor: int | None
    price_minor: int
    price_mode: PriceMode
    rate_bps: int
    cess_bps: int
    treatment: Treatment
    terms: Mapping[str, Any] = field(default_factory=dict)
    stock_milli: int | None = None


def from_item(item: Mapping[str, Any]) -> CatalogueEntry:
    """An entry from an item of a JSON catalogue (paise, basis points). Raises RowInvalid with every problem."""
    fields = Fields(item)
    sku = fields.required("sku", _code)
    name = fields.required("name", text(200))
    hsn = fields.required("hsn", _hsn)
    base_unit = fields.required("base_unit", text(16)) or ""
    units = {base_unit: 1, **(fields.optional("units", _units, {}))}
    rate_bps = fields.required("gst_rate_bps", whole(0, 10_000)) or 0
    cess_bps = fields.optional("cess_bps", whole(0, 10_000), 0)
    price_minor = fields.required("price_paise", whole(1, MAX_PRICE_MINOR))
    entry = CatalogueEntry(
        sku=sku or "",
        name=name or "",
        hsn=hsn or "",
        base_unit=base_unit,
        default_unit=fields.optional("default_unit", text(16), base_unit),
        units=units,
        aliases=fields.optional("aliases", _aliases, {}),
        listing={},
        mrp_minor=fields.optional("mrp_paise", whole(1, MAX_PRICE_MINOR), None),
        price_minor=price_minor or 0,
        price_mode=cast(PriceMode, fields.optional("price_mode", word(["exclusive", "inclusive"]), "exclusive")),
        rate_bps=rate_bps,
        cess_bps=cess_bps,
        treatment=_treatment(fields, TAXABLE if rate_bps + cess_bps else _UNTAXED),
        terms=conditions.of_item(fields, item),
        stock_milli=fields.optional("stock", conditions.stock_milli, None),
    )
    size = fields.optional("size", _size, None)
    fields.problems += _contradictions(entry)
    fields.check()
    entry.listing.update(_listing(entry, item, size))
    return entry


def from_table(row: Mapping[str, Any]) -> CatalogueEntry:
    """An entry from a CSV or spreadsheet row (rupees, percent). Raises RowInvalid with every problem."""
    fields = Fields(row)
    item = {
        **{name: row.get(name) for name in ("sku", "name", "brand", "family", "base_unit", "default_unit", "hsn")},
        **{name: row.get(name) for name in ("price_mode", "treatment", "third_schedule")},
        "units": fields.optional("units", _unit_list, None),
        "gst_rate_bps": fields.optional("gst_rate_percent", _percent, None),
        "mrp_paise": fields.optional("mrp", _rupees, None),
        "price_paise": fields.required("price", _rupees),
        "aliases": fields.optional("aliases", _alias_list, None),
        "size": _size_of_columns(row),
        **conditions.of_columns(fields, row),
    }
    if item["gst_rate_bps"] is None and not fields.problems:
        fields.problems.append("gst_rate_percent: is missing")
    fields.check()
    return from_item(item)


def _treatment(fields: Fields, usual: Treatment) -> Treatment:
    """How the goods are taxed; the Third Schedule may be said by a column of its own."""
    given = cast(Treatment | None, fields.optional("treatment", word(TREATMENTS), None))
    listed = fields.optional("third_schedule", yes_or_no, None)
    if listed is None:
        return given or usual
    if (listed and given not in (None, *TAXED)) or (not listed and given == THIRD_SCHEDULE):
        fields.problems.append(f"third_schedule: says another thing than treatment, {given}")
    return THIRD_SCHEDULE if listed else given or usual


def _contradictions(entry: CatalogueEntry) -> list[str]:
    found = []
    if entry.units.get(entry.base_unit) != 1:
        found.append(f"units: one {entry.base_unit} is 1 {entry.base_unit}, not {entry.units.get(entry.base_unit)}")
    if entry.default_unit not in entry.units:
        found.append(f"default_unit: {entry.default_unit!r} is not among the units {', '.join(entry.units)}")
    if entry.treatment not in TAXED and entry.rate_bps + entry.cess_bps:
        found.append(f"treatment: {entry.treatment} goods carry no tax rate")
    if entry.treatment == THIRD_SCHEDULE and not entry.mrp_minor:
        found.append("mrp: goods of the Third Schedule are taxed by it, so it must be there")
    if entry.treatment == THIRD_SCHEDULE and not entry.rate_bps:
        found.append("gst_rate_percent: goods of the Third Schedule bear a rate")
    return found


def _listing(entry: CatalogueEntry, item: Mapping[str, Any], size: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "sku": entry.sku,
        "name": entry.name,
        "brand": _line(item.get("brand")),
        "family": _line(item.get("family")) or entry.sku,
        "size": size,
        "base_unit": entry.base_unit,
        "units": entry.units,
        "default_unit": entry.default_unit,
        "mrp_paise": entry.mrp_minor,
        "aliases": entry.aliases,
        "loose": item.get("loose") is True,
        "unit_alias_override": item.get("unit_alias_override") or {},
    }


def _line(value: Any) -> str | None:
    return text(100)(value) if value else None


def _code(value: Any) -> str:
    code = str(value).strip()
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code[:80]!r} is not a code of 1 to 64 characters without spaces")
    return code


def _hsn(value: Any) -> str:
    digits = str(value).strip().replace(".", "").replace(" ", "")
    if not _HSN.fullmatch(digits):
        raise ValueError(f"{value!r} is not 4 to 8 digits")
    return digits


def _units(value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise ValueError("must map unit names to whole numbers of base units")
    size = whole(1, MAX_UNIT_WORTH)
    return {text(16)(name): size(worth) for name, worth in value.items()}


def _unit_list(value: Any) -> dict[str, int]:
    """`pc:1;dozen:12;case:24`"""
    pairs = [part.partition(":") for part in str(value).split(";") if part.strip()]
    return _units({name.strip(): worth.strip() for name, _, worth in pairs})


def _aliases(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping) or not all(isinstance(names, list) for names in value.values()):
        raise ValueError("must map languages to lists of names")
    if sum(len(names) for names in value.values()) > MAX_ALIASES:
        raise ValueError(f"has more than {MAX_ALIASES} names")
    return {str(language): [text(80)(name) for name in names] for language, names in value.items()}


def _alias_list(value: Any) -> dict[str, list[str]]:
    """`coke; coca cola; कोक`: the script says the language."""
    found: dict[str, list[str]] = {}
    for name in filter(None, (part.strip() for part in str(value).split(";"))):
        language = i18n.language_of_letters(name) or i18n.ENGLISH
        found.setdefault(language, []).append(name)
    return found


def _size(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("must be {value, unit}")
    number = _number(value.get("value"))
    return {"value": int(number) if number == int(number) else str(number), "unit": text(8)(value.get("unit") or "")}


def _size_of_columns(row: Mapping[str, Any]) -> dict[str, Any] | None:
    value, unit = row.get("size_value"), row.get("size_unit")
    return {"value": value, "unit": unit} if value not in (None, "") else None


def _number(value: Any) -> Decimal:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not 0 < number < 10**9:  # also refuses NaN and infinity
        raise ValueError(f"{value!r} is not a number above zero")
    return number


def _percent(value: Any) -> int:
    cleaned = str(value).strip().removesuffix("%").strip()
    bps = (Decimal(0) if cleaned in ("0", "0.0", "0.00") else _number(cleaned)) * 100
    if bps != int(bps) or bps > 10_000:
        raise ValueError(f"{value!r} is not a percentage")
    return int(bps)


def _rupees(value: Any) -> int:
    return from_major(str(value))

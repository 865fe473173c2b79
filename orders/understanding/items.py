"""One product of the catalogue, as the reader of messages sees it: values only, no prices to be trusted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from language import files, lexicon
from language.normalise import normalise
from language.roles import Role
from orders.understanding.units import Size, Unit, size_of, worth_of

_BEFORE_REMARKS = re.compile(r"[^\d(₹₨,/]+")

_DECLINED = files.read("letters")["declined"]

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A product. `words` are the sounds of all words that its names contain; `aliases` are whole names."""

    position: int
    sku: str
    family: str
    size: Size | None
    mrp: Decimal | None
    base_unit: str
    default_unit: str
    units: Mapping[str, Decimal]
    loose: bool
    overrides: Mapping[str, str]
    brand: Phrase
    aliases: tuple[Phrase, ...]
    name: Phrase
    words: frozenset[str]
    colours: frozenset[str]

    def worth(self, unit: Unit | None) -> tuple[str, Decimal] | None:
        """The item's name for the unit (its default for None) and how many base units it holds."""
        unit = unit or Unit(self.default_unit, self.default_unit)
        return worth_of(unit, self.units, self.base_unit, self.overrides, self.words)

    def measured(self, size: Size) -> Decimal | None:
        """The base quantity that a weight or volume makes of loose goods; None if it cannot be measured so."""
        base = size_of(Decimal(1), self.base_unit)
        return size.worth / base.worth if base is not None and base.dimension == size.dimension else None

    @property
    def sold_in_packs_of_many(self) -> bool:
        """Is a bare number of it a number of cases or strips, not of single packs?"""
        return self.default_unit != self.base_unit


def item_from(raw: Mapping[str, Any], position: int, category_words: frozenset[str]) -> Item:
    """The item of one catalogue row; missing optional facts are absent. Raises KeyError or ValueError on nonsense."""
    base = str(raw.get("base_unit") or "pc")
    units = {str(name): _positive(worth) for name, worth in (raw.get("units") or {}).items()}
    units.setdefault(base, Decimal(1))
    printed = str(raw.get("name") or "")
    listed = [str(alias) for group in (raw.get("aliases") or {}).values() for alias in group]
    aliases = tuple(phrase for phrase in map(lexicon.sounds, [*listed, *_before_ki(listed)]) if phrase)
    name, brand = lexicon.sounds(printed), lexicon.sounds(str(raw.get("brand") or ""))
    vocabulary = frozenset(w for phrase in (*aliases, name, brand) for w in phrase if _is_word(w))
    default = str(raw.get("default_unit") or base)
    mrp = raw.get("mrp_paise")
    return Item(
        position, str(raw["sku"]), str(raw.get("family") or raw["sku"]), _size(raw.get("size")),
        _positive(mrp) / 100 if mrp else None, base, default if default in units else base, units,
        bool(raw.get("loose")), {normalise(k): str(v) for k, v in (raw.get("unit_alias_override") or {}).items()},
        brand, aliases, _spoken_name(printed), vocabulary | category_words,
        frozenset(c for w in vocabulary if (c := lexicon.is_colour(w)) is not None),
    )  # fmt: skip


def _before_ki(listed: Sequence[str]) -> list[str]:
    """ "Andon" of "anda" and "ande", the form that stands in "andon ki 5 tray". Where only one is listed, none."""
    return [
        alias.removesuffix(one) + before
        for one, many, before in _DECLINED
        for alias in listed
        if alias.endswith(one) and alias.removesuffix(one) + many in listed
    ]


def _is_word(sound: str) -> bool:
    return len(sound) > 1 and not sound[0].isdigit() and Role.LINK not in lexicon.roles_of(sound)


def _size(raw: Mapping[str, Any] | None) -> Size | None:
    return size_of(_positive(raw["value"]), str(raw["unit"])) if raw else None


def _positive(value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite() or number <= 0:
        raise ValueError(f"{value} is not a positive number")
    return number


def _spoken_name(name: str) -> Phrase:
    """What people say of a printed name: everything before its size, price or remark ("Ship Match Box ₹2")."""
    said = _BEFORE_REMARKS.match(name)
    return lexicon.sounds(said[0]) if said is not None else ()

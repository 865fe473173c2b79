import copy
from typing import Any

import pytest

from language import lexicon
from orders.understanding.index import Index, build
from orders.understanding.read import understand

MANY = 10_000
MESSAGES = (
    "2 peti coke 500, maggi 12 wala 1 box, atta aashirwad 10kg x3",
    "bourvita zzqwerty horliks 500 2 peti komplan 3 box",
    "2 peti coke 500 1 box maggi 12 wala 3 dozen lux 2 bisleri 4 peti sprite 500",
    "mera kitna baki hai?",
)


@pytest.mark.parametrize(
    ("name", "skus"),
    [
        ("coke", {"COKE-250", "COKE-500", "COKE-2L"}),
        ("cock", {"COKE-250", "COKE-500", "COKE-2L"}),
        ("aata aashirvaad", {"ATTA-5", "ATTA-10"}),
        ("coke badi", {"COKE-2L"}),
        ("blue lays", {"LAYS-MM-10", "LAYS-MM-20"}),
        ("nescafe jar", {"NESCAFE-50"}),
        ("surfexcel", {"SURF-1", "SURF-500"}),
    ],
)
def test_a_name_stands_for_every_size_it_does_not_tell_apart(index: Index, name: str, skus: set[str]) -> None:
    found = index.names[lexicon.sounds(name)]
    assert {index.items[at].sku for at in found.items} == skus


@pytest.mark.parametrize(("typed", "word"), [("lable", "label"), ("suger", "sugar"), ("bislary", "bisleri")])
def test_a_typing_mistake_in_a_longer_word_is_corrected(index: Index, typed: str, word: str) -> None:
    spelled = index.spell(lexicon.sounds(typed)[0])
    assert spelled is not None
    assert (spelled.sound, spelled.sure) == (lexicon.sounds(word)[0], True)


@pytest.mark.parametrize("typed", ["soda", "limca", "mirinda", "dettol", "bread", "kaju"])
def test_another_product_is_not_taken_for_a_typing_mistake(index: Index, typed: str) -> None:
    spelled = index.spell(lexicon.sounds(typed)[0])
    assert spelled is None or not spelled.sure


def test_an_item_without_aliases_is_found_by_its_printed_name() -> None:
    item = {"sku": "X", "name": "Zandu Balm 8 ml", "base_unit": "pc", "units": {"pc": 1, "box": 10}}
    found = understand(build({"items": [item]}), "zandu balm 2 dabba")
    assert [(line.sku, line.base_qty) for line in found.lines] == [("X", 20)]


@pytest.mark.parametrize(
    "broken", [{"units": {"pc": "NaN"}}, {"units": {"pc": 0}}, {"size": {"value": -1, "unit": "g"}}]
)
def test_a_catalogue_with_impossible_numbers_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a positive number"):
        build({"items": [{"sku": "X", "name": "X", **broken}]})


def test_ten_thousand_products_change_no_reading(index: Index, catalogue: dict[str, Any]) -> None:
    many = build({**catalogue, "items": _many(catalogue["items"])})
    assert [understand(many, text) for text in MESSAGES] == [understand(index, text) for text in MESSAGES]


def _many(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items, and as many invented ones with pronounceable names as make ten thousand."""
    syllables = [a + b for a in "kmtnpvdgbrsj" for b in "aeiou"]
    found = copy.deepcopy(items)
    for number in range(MANY - len(items)):
        family, size = divmod(number, 3)
        name = "".join(syllables[(family * step + step) % len(syllables)] for step in (7, 11, 13))
        found.append({
            "sku": f"X{number}", "name": f"{name} {size * 100 + 100} g", "brand": name, "family": f"f{family}",
            "size": {"value": size * 100 + 100, "unit": "g"}, "base_unit": "pc", "units": {"pc": 1, "case": 24},
            "default_unit": "pc", "aliases": {"en": [name, f"{name} soap"]}, "mrp_paise": 1000 + size,
        })  # fmt: skip
    return found

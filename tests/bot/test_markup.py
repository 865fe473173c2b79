"""Titles to tap: short enough for WhatsApp, each another, and what is cut keeps its size or price."""

import pytest

from bot.markup import fitted

LIMIT = 24


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Parle-G ₹5", "Parle-G ₹5"),
        ("Surf Excel Easy Wash 500 g", "Surf Excel Easy… 500 g"),
        ("Maggi Masala 4-pack 240 g ₹48", "Maggi Masala 4-pack… ₹48"),
        ("Maggi Masala Noodles ₹12 (60 g)", "Maggi Masala… ₹12 (60 g)"),
        ("Tata Sampann Moong Dal 1 kg", "Tata Sampann Moong… 1 kg"),
        ("Chakki Atta (loose, 50 kg bag)", "Chakki Atta (loose, 50…"),
        ("Supercalifragilisticexpialidocious", "Supercalifragilisticexp…"),
        ("आशीर्वाद सुपीरियर एमपी शरबती आटा 10 किलो", "आशीर्वाद… 10 किलो"),
    ],
)
def test_a_long_name_keeps_its_beginning_and_the_size_at_its_end(name: str, shown: str) -> None:
    assert fitted([name], LIMIT) == [shown]
    assert len(shown) <= LIMIT


def test_names_that_would_look_the_same_are_numbered() -> None:
    names = ["Himalaya Neem Face Wash for oily skin", "Himalaya Neem Face Wash for dry skin", "Lux"]
    shown = fitted(names, LIMIT)
    assert shown == ["1. Himalaya Neem Face…", "2. Himalaya Neem Face…", "Lux"]


def test_no_two_titles_are_equal_and_none_is_too_long() -> None:
    names = [f"{'Lakme Absolute Perfect Radiance ' * 2}{shade}" for shade in ("Ivory", "ivory", "Beige 01", "Beige 02")]
    shown = fitted(names, LIMIT)
    assert len({title.casefold() for title in shown}) == len(names)
    assert all(0 < len(title) <= LIMIT for title in shown)

"""A word that the owner wrote in one script is found in the others, and nothing is taken for it that is not."""

import pytest

from language import scripts, spelling
from language.normalise import normalise
from tests.orders.understanding.conftest import Read, lines_of


def is_alike(foreign: str, latin: str) -> bool:
    theirs, ours = scripts.outline(spelling.key(normalise(foreign))), scripts.outline(spelling.key(latin))
    return theirs is not None and ours is not None and scripts.alike(theirs, ours)


@pytest.mark.parametrize(
    ("foreign", "latin"),
    [
        ("शुगर", "sugar"), ("شوگر", "sugar"), ("साल्ट", "salt"), ("سالٹ", "salt"), ("बटर", "butter"),
        ("हार्पिक", "harpic"), ("ہارپک", "harpic"), ("स्प्राइट", "sprite"), ("ओरियो", "oreo"), ("बासमती", "basmati"),
        ("चॉकलेट", "chocolate"), ("शैंपू", "shampoo"), ("کولگیٹ", "colgate"), ("भुजिया", "bhujia"), ("زیرہ", "zeera"),
    ],
)  # fmt: skip
def test_a_word_is_the_same_in_three_scripts(foreign: str, latin: str) -> None:
    assert is_alike(foreign, latin)


@pytest.mark.parametrize(
    ("foreign", "latin"), [("सागर", "sugar"), ("ساگر", "surf"), ("मोती", "maida"), ("लोटस", "lux"), ("دال", "dahi")]
)
def test_words_that_only_resemble_each_other_are_kept_apart(foreign: str, latin: str) -> None:
    assert not is_alike(foreign, latin)


@pytest.mark.parametrize("odd", ["", "123", "é", "नम्बर१x", "字", "्", "ھ", "اا", "ye-s"])
def test_what_is_no_word_of_a_script_has_an_outline_or_none_and_never_fails(odd: str) -> None:
    found = scripts.outline(odd)
    assert found is None or len(found[1]) == len(found[0]) + 1


def test_goods_listed_in_latin_letters_are_ordered_in_others(read: Read) -> None:
    assert lines_of(read("शुगर 10 किलो, टाटा साल्ट 5 पैकेट")) == ["SUGAR:10", "TATASALT-1:5"]
    assert lines_of(read("شوگر 5 کلو")) == ["SUGAR:5"]


def test_a_word_in_two_scripts_stands_for_the_items_of_both(read: Read) -> None:
    assert lines_of(read("मैगी मसाला नूडल्स 12 वाला 1 डब्बा")) == ["MAGGI-12:24"]


def test_another_brand_in_another_script_is_not_ours(read: Read) -> None:
    assert read("सागर घी 2 पीस").kind == "unknown"
    assert read("डव शैम्पू 6 पीस").kind == "unknown"

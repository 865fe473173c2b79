"""Which languages are spoken is read from `locale`: each is whole, has its place, and its letters alone suggest it."""

import pytest

from core.i18n import ENGLISH, LANGUAGES, LOCALE, SPOKEN, language_of_letters
from core.templates import catalogue


def test_every_language_has_a_place_of_its_own_and_english_is_the_first() -> None:
    assert LANGUAGES[0] == ENGLISH
    assert len({known.rank for known in SPOKEN.values()}) == len(SPOKEN)
    assert len({known.name for known in SPOKEN.values()}) == len(SPOKEN)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_its_sentences_and_its_templates(code: str) -> None:
    assert code == ENGLISH or (LOCALE / code / "LC_MESSAGES" / "bahi.po").exists()
    assert all(template.body[code] for template in catalogue().values())


@pytest.mark.parametrize(
    ("said", "language"),
    [("भाव क्या", "hi"), ("ریٹ کیا", "ur"), ("rate kya", None), ("", None), ("12 ₹", None), ("ریٹ क्या है आज", "hi")],
)
def test_letters_suggest_a_language_and_latin_ones_none(said: str, language: str | None) -> None:
    assert language_of_letters(said) == language

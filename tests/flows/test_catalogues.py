"""The words of the chat: complete in every language, with the same facts, and true about what can be typed."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot import flow, words
from core import db, templates
from core.i18n import LANGUAGES, _, speaking
from flows import paid, welcome
from language.folding import fold

TRANSLATED = [language for language in LANGUAGES if language != "en"]
FACTS = re.compile(r"%\(\w+\)s")
TO_TYPE = re.compile(r"\*([^*%]+)\*")
MODULES = [sys.modules[found.__module__] for found in flow.installed()]
EVERYWHERE_SAID = (*(module.WORDS for module in MODULES if hasattr(module, "WORDS")), welcome.GREETINGS)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Every sentence in the code."""
    found = tmp_path_factory.mktemp("words") / "messages.pot"
    extract = [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", "babel.cfg", "-o", str(found), "."]
    subprocess.run(extract, cwd=db.ROOT, check=True, capture_output=True)
    return read_po(io.BytesIO(found.read_bytes()))


def translated(language: str) -> Catalog:
    """The catalogue of a language as it stands in the project."""
    path = Path(db.ROOT) / "locale" / language / "LC_MESSAGES" / "bahi.po"
    return read_po(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str, said: Catalog) -> None:
    ours = {message.id for message in said if message.id}
    theirs = {message.id: message for message in translated(language) if message.id}
    assert set(theirs) == ours
    assert [message.id for message in theirs.values() if message.fuzzy or not message.string] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_translation_tells_the_same_facts(language: str) -> None:
    for message in translated(language):
        assert sorted(FACTS.findall(message.string)) == sorted(FACTS.findall(message.id)), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_we_ask_people_to_type_is_understood(language: str, said: Catalog) -> None:
    sentences = [m.id for m in said] if language == "en" else [m.string for m in translated(language)]
    asked = {word for sentence in sentences if sentence for word in TO_TYPE.findall(sentence)}
    assert asked
    assert [word for word in asked if not is_understood(fold(word))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_menu_offers_fits_into_a_list_row(language: str) -> None:
    with speaking(language):
        titles = [_(found.menu_label or "") for found in flow.installed().on_menu()]
    assert all(0 < len(title) <= 20 for title in titles), titles


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_offered_as_a_button_fits_into_a_button(language: str) -> None:
    titles = (
        "Yes, on credit",
        "Cash / UPI",
        "Change",
        "Yes, cash / UPI",
        "Change the list",
        "Ask for approval",
        "Yes, call it off",
        "No, keep it",
        "Menu",
    )
    with speaking(language):
        assert all(0 < len(_(title)) <= 20 for title in titles)


def test_every_template_has_each_language_and_the_same_parameters_there() -> None:
    for template in templates.catalogue().values():
        assert set(template.body) == set(LANGUAGES), template.name
        for language in LANGUAGES:
            found = re.findall(r"\{\{(\w+)\}\}", template.body[language])
            assert sorted(set(found)) == sorted(template.params), (template.name, language)
            assert not template.body[language].startswith("{{")
            assert not template.body[language].rstrip(" .।۔").endswith("}}")
            assert "\n" not in template.body[language]
            assert len(template.body[language]) <= 550


def is_understood(word: str) -> bool:
    """True when the engine or a flow has a meaning for it."""
    known = words.everywhere(word) or words.answer(word) or any(word in listed for listed in EVERYWHERE_SAID)
    return bool(known or paid.SAID.fullmatch(word))

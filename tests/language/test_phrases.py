"""What people write is data: each meaning that code names has its phrases, and each phrase a meaning that is named."""

from pathlib import Path

import pytest

import flows
from language import files, patterns, phrases
from language.folding import fold
from language.phrases import Meaning, NothingOpens, Word, a_whole, any_of

DATA = files.read("phrases")
IN_A_TABLE_OF_THEIR_OWN = {Meaning.YES, Meaning.NO, Meaning.ACKNOWLEDGED}  # data/yes_and_no.json
CONVERSATIONS = {
    path.stem
    for path in Path(flows.__file__).parent.glob("*.py")
    if "that_open(__name__)" in path.read_text(encoding="utf-8")
}


@pytest.mark.parametrize(
    ("part", "names"), [("meanings", {*Meaning, *CONVERSATIONS} - IN_A_TABLE_OF_THEIR_OWN), ("words", set(Word))]
)
def test_the_data_and_the_code_name_the_same(part: str, names: set[str]) -> None:
    assert set(DATA[part]) == {str(name) for name in names}
    assert all(DATA[part].values())


def test_no_conversation_is_called_as_a_meaning_that_others_ask_for() -> None:
    assert {"statement", "dispute", "my_bills"} <= CONVERSATIONS
    assert not CONVERSATIONS & set(map(str, Meaning))


def test_a_conversation_finds_what_opens_it_under_the_name_of_its_file() -> None:
    assert {fold("my statement"), fold("हिसाब भेजो")} <= phrases.that_open("flows.statement")
    with pytest.raises(NothingOpens, match="list some under `nowhere`"):
        phrases.that_open("flows.nowhere")


@pytest.mark.parametrize("part", ["meanings", "words", "called"])
def test_no_phrase_stands_twice_under_one_name(part: str) -> None:
    for name, listed in DATA[part].items():
        assert len(listed) == len(set(listed)), name


@pytest.mark.parametrize("pattern", sorted({one for listed in DATA["words"].values() for one in listed}))
def test_every_word_is_a_pattern_of_phrases(pattern: str) -> None:
    assert all(phrase == phrase.strip() != "" for phrase in patterns.expand(pattern, {}))


def test_a_whole_message_is_looked_up_as_it_is_folded() -> None:
    assert fold("*STOP!*") in phrases.of(Meaning.STOP)
    assert phrases.table({"off": Meaning.STOP})[fold("बंद करो।")] == "off"
    assert "don't stop" not in phrases.of(Meaning.STOP)


def test_the_longest_word_is_tried_first_and_no_part_of_another_word_counts() -> None:
    longest, *_others = any_of(Word.NUMBER).removeprefix("(?:").split("|")
    assert longest == "number"
    assert a_whole(Word.MY).startswith(r"(?<![^\W_])")


def test_a_language_is_called_by_its_name_in_every_language() -> None:
    called = phrases.languages_called()
    assert {called[fold(name)] for name in ("Urdu", "उर्दू", "اردو")} == {"ur"}

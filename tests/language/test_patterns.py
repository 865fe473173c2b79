"""Phrases that are written once and said in many ways."""

import hashlib
import json
from pathlib import Path

import pytest

from language import files, lexicon
from language.normalise import normalise
from language.patterns import expand
from language.tokens import tokenise

# What the patterns stood for when they took the place of the phrases written out one by one. Whoever changes a pattern
# on purpose changes this; a phrase of its own beside them leaves it.
PRODUCTS, DIGEST = 3_105, "cee13eb0711e4e73"
ROLES = files.read("roles")


def ways() -> dict[str, list[str]]:
    """The phrases of each pattern, under its role."""
    return {
        f"{role}: {pattern}": expand(pattern, ROLES["groups"])
        for role, entry in ROLES["roles"].items()
        for pattern in entry.get("phrases", ())
    }


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("bhej do", ["bhej do"]),
        ("[bhej|de] do", ["bhej do", "de do"]),
        ("(ji) haan (ji)", ["ji haan ji", "ji haan", "haan ji", "haan"]),
        ("{rate} (hi) do", ["rate hi do", "rate do", "sab se kam hi do", "sab se kam do"]),
        ("[a [b|c]|d]", ["a b", "a c", "d"]),
        ("[a|] b", ["a b", "b"]),
        ("([a|b]) c", ["a c", "b c", "c"]),
        ("[(x) {rate}|y]", ["x rate", "x sab se kam", "rate", "sab se kam", "y"]),
    ],
)
def test_a_pattern_stands_for_every_way_to_say_it(pattern: str, phrases: list[str]) -> None:
    assert sorted(expand(pattern, {"rate": ["rate", "sab se kam"]})) == sorted(phrases)


@pytest.mark.parametrize("pattern", ["[a|b", "a]", "(a", "a)", "[a)", "(a]", "a|b", "{nobody}", "{rate", "rate}"])
def test_a_slip_in_a_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"stands alone|not closed"):
        expand(pattern, {"rate": ["rate"]})


def test_no_phrase_is_said_by_two_patterns_of_a_role_or_twice_by_one() -> None:
    for role, entry in ROLES["roles"].items():
        said = [phrase for pattern in entry.get("phrases", ()) for phrase in expand(pattern, ROLES["groups"])]
        assert len(said) == len(set(said)), role


def test_the_patterns_stand_for_the_phrases_of_before() -> None:
    said = sorted(
        f"{pattern.partition(':')[0]} {phrase}"
        for pattern, phrases in ways().items()
        if len(phrases) > 1
        for phrase in phrases
    )
    assert (len(said), hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]) == (PRODUCTS, DIGEST)


def test_every_phrase_of_a_pattern_has_its_role() -> None:
    lacking = [
        phrase
        for pattern, phrases in ways().items()
        for phrase in phrases
        if len(lexicon.sounds(phrase)) > 1
        and pattern.partition(":")[0] not in {role.name for role in lexicon.mark(tokenise(normalise(phrase)))[0]}
    ]
    assert lacking == []


def test_nothing_is_written_out_that_a_pattern_would_say() -> None:
    """A role's phrases, of which five differ in one word only, are a pattern that nobody wrote."""
    alike: dict[tuple[str, int, str], int] = {}
    for role, entry in ROLES["roles"].items():
        for pattern in (one for one in entry.get("phrases", ()) if len(expand(one, ROLES["groups"])) == 1):
            words = pattern.split()
            for at in range(len(words)):
                frame = (role, at, " ".join((*words[:at], "...", *words[at + 1 :])))
                alike[frame] = alike.get(frame, 0) + 1
    assert {frame: count for frame, count in alike.items() if count > 4} == {}


def test_a_language_of_its_own_adds_to_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "xx").mkdir()
    (tmp_path / "words.json").write_text(json.dumps({"order": ["bhej"], "numbers": {"2": ["do"]}, "note": "one"}))
    (tmp_path / "xx" / "words.json").write_text(
        json.dumps({"order": ["zend"], "numbers": {"2": ["twe"], "3": ["dri"]}})
    )
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    assert files.read.__wrapped__("words") == {
        "order": ["bhej", "zend"],
        "numbers": {"2": ["do", "twe"], "3": ["dri"]},
        "note": "one",
    }

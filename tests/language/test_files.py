"""A language adds words where they are read; what nobody would ever hear is refused when it is loaded."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from language import files

NEW = Path(__file__).parents[1] / "flows" / "new_language" / "data" / "language" / "data"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The words of the product, with room for a language."""
    copy = tmp_path / "data"
    shutil.copytree(files.FOLDER, copy)
    monkeypatch.setattr(files, "FOLDER", copy)
    files.read.cache_clear()
    yield copy
    files.read.cache_clear()


def write(folder: Path, name: str, said: Any) -> None:
    path = folder / "xx" / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(said))


@pytest.mark.parametrize(
    ("name", "said", "quoted"),
    [
        ("phrases", {"meanings": {"yes": ["ndiyo"]}}, '"meanings" -> "yes" there; yes and no stand in yes_and_no.json'),
        ("phrases", {"meanings": {"stop": ["acha"], "no": ["la"]}}, '"no" there; yes and no stand in yes_and_no.json'),
        ("phrases", {"meanings": {"acknowledged": ["sawa"]}}, "yes and no stand in yes_and_no.json"),
        ("phrases", {"yes": ["ndiyo"]}, "yes and no stand in yes_and_no.json"),
        ("phrases", {"words": {"yes": ["ndiyo"]}}, "yes and no stand in yes_and_no.json"),
        ("roles", {"roles": {"yes": {"words": ["ndiyo"]}}}, "yes and no stand in yes_and_no.json"),
        ("roles", {"roles": {"no": {"phrases": ["la la"]}}}, "yes and no stand in yes_and_no.json"),
        ("particles", {"yes": {"words": ["ndiyo"]}}, "yes and no stand in yes_and_no.json"),
        ("phrases", {"meanings": {"blance": ["salio"]}}, '"meanings" -> "blance" there'),
        ("phrases", {"words": {"bil": ["ankara"]}}, '"words" -> "bil" there'),
        ("phrases", {"meaning": {"stop": ["acha"]}}, '"meaning" there'),
        ("roles", {"roles": {"remov": {"words": ["ondoa"]}}}, '"roles" -> "remov" there'),
        ("roles", {"roles": {"remove": {"word": ["ondoa"]}}}, '"remove" -> "word" there'),
        ("yes_and_no", {"yes": {"allways": ["ndiyo"]}}, '"yes" -> "allways" there'),
        ("yes_and_no", {"maybe": {"always": ["labda"]}}, '"maybe" there'),
        ("particles", {"option": {"word": ["namba"]}}, '"option" -> "word" there'),
        ("dates", {"weekday": {"0": ["jumatatu"]}}, '"weekday" there'),
        ("phrases", {"meanings": {"stop": "acha"}}, '"meanings" -> "stop" is no list'),
        ("yes_and_no", {"yes": ["ndiyo"]}, '"yes" is no dict'),
    ],
)
def test_words_that_nobody_would_read_are_refused(folder: Path, name: str, said: Any, quoted: str) -> None:
    write(folder, name, said)
    with pytest.raises(ValueError, match="data/xx/") as refused:
        files.read(name)
    assert quoted in str(refused.value)


def test_a_file_that_nobody_would_read_is_refused_whatever_is_read(folder: Path) -> None:
    write(folder, "yes_or_no", {"yes": {"always": ["ndiyo"]}})
    with pytest.raises(ValueError, match=r"data/xx/yes_or_no\.json: nobody reads a file of this name"):
        files.read("phrases")


@pytest.mark.parametrize("path", sorted(NEW.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_words_where_they_are_read_are_added_to_those_that_are_there(folder: Path, path: Path) -> None:
    before = files.read(path.stem)
    files.read.cache_clear()
    write(folder, path.stem, json.loads(path.read_text()))
    assert files.read(path.stem) == files.joined(before, json.loads(path.read_text()))


def test_a_language_brings_names_of_its_own_where_code_names_none(folder: Path) -> None:
    write(folder, "phrases", {"note": "Kiswahili.", "called": {"sw": ["kiswahili"]}})
    write(folder, "roles", {"groups": {"quick": ["haraka"]}, "colours": {"purple": ["zambarau"]}})
    assert files.read("phrases")["called"]["sw"] == ["kiswahili"]
    assert files.read("roles")["groups"]["quick"] == ["haraka"]

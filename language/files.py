"""The words themselves: files in `data/`, and whatever folders there add to them.

`data/NAME.json` holds what the chats of today mix: English, Hindi, Urdu and their Roman spellings. A language of its
own is a folder, `data/LANGUAGE/NAME.json`: its tables and lists are added to those of the same name, and no Python
file knows of it. What nobody would read there is refused: words that are never heard are worse than none.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
NAMED_BY_CODE = {  # the files, and tables of files, to which a language adds words and no names
    "phrases.meanings", "phrases.words", "roles.roles", "yes_and_no", "particles",
}  # fmt: skip
ANSWERS = {"yes", "no", "acknowledged"}  # what yes_and_no.json is about, and no other file


@cache
def read(name: str) -> dict[str, Any]:
    """What all files of this name say together. Whoever reads it changes nothing in it.

    Raises ValueError for what a language says where nobody looks for it.
    """
    first = together = _content(FOLDER / f"{name}.json")
    for path in sorted(FOLDER.glob("*/*.json")):
        if not (FOLDER / path.name).exists():
            raise ValueError(f"{_told(path)}: nobody reads a file of this name")
        if path.stem == name:
            added = _content(path)
            _refuse_unread(path, first, added)
            together = joined(together, added)
    return together


def joined(one: Any, other: Any) -> Any:
    """Tables key by key, lists one behind the other; of two single values the second."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: joined(one[key], value) if key in one else value for key, value in other.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def _content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _refuse_unread(path: Path, first: Any, added: Any, *inside: str) -> None:
    """What is added has the shape of what is there, and where code names the tables, no other names."""
    if isinstance(first, dict) and isinstance(added, dict):
        is_named = not inside or bool(NAMED_BY_CODE & {path.stem, f"{path.stem}.{inside[0]}"})
        for name, value in added.items():
            if name in first:
                _refuse_unread(path, first[name], value, *inside, name)
            elif is_named and name != "note":
                raise ValueError(
                    f"{_told(path)}: nobody reads {_quoted(*inside, name)} there; {_hint(path, *inside, name)}"
                )
    elif type(first) is not type(added):
        raise ValueError(
            f"{_told(path)}: {_quoted(*inside)} is no {type(first).__name__}, as it is in data/{path.name}"
        )


def _hint(path: Path, *names: str) -> str:
    """Where it belongs."""
    if path.stem != "yes_and_no" and ANSWERS & set(names):
        return "yes and no stand in yes_and_no.json"
    return f"what may be said stands in data/{path.name}"


def _quoted(*names: str) -> str:
    return " -> ".join(f'"{name}"' for name in names)


def _told(path: Path) -> str:
    return str(path.relative_to(FOLDER.parent))

"""The words themselves: files in `data/`, and whatever folders there add to them.

`data/NAME.json` holds what the chats of today mix: English, Hindi, Urdu and their Roman spellings. A language of its
own is a folder, `data/LANGUAGE/NAME.json`: its tables and lists are added to those of the same name, and no Python
file knows of it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


@cache
def read(name: str) -> dict[str, Any]:
    """What all files of this name say together. Whoever reads it changes nothing in it."""
    together: dict[str, Any] = {}
    for path in (FOLDER / f"{name}.json", *sorted(FOLDER.glob(f"*/{name}.json"))):
        together = joined(together, json.loads(path.read_text(encoding="utf-8")))
    return together


def joined(one: Any, other: Any) -> Any:
    """Tables key by key, lists one behind the other; of two single values the second."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: joined(one[key], value) if key in one else value for key, value in other.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other

"""`make roles`: writes `language/roles.py` from the words of the data; no other role can then be named."""

import json
from pathlib import Path

DATA = Path(__file__).parent / "data" / "roles.json"
MODULE = Path(__file__).with_name("roles.py")
LINE = 120

_HEAD = '''"""What words do in a message, each with a name that code can ask for: `if Role.REMOVE in marks[at]`.

Written by `make roles` from `data/roles.json`, which says what each is and which words have it; change that.
"""

from typing import ClassVar, final


@final
class Role:
    """One thing that words do. Two roles are equal only if they are the same."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

'''
_FOOT = """

BY_NAME = {name.lower(): Role(name.lower()) for name in Role.__annotations__}
for _role in BY_NAME.values():
    setattr(Role, _role.name.upper(), _role)
"""


def source(path: Path = DATA) -> str:
    """The module that belongs to this data."""
    roles = json.loads(path.read_text(encoding="utf-8"))["roles"]
    return _HEAD + "".join(_constant(name, entry["about"]) for name, entry in sorted(roles.items())) + _FOOT


def _constant(name: str, about: str) -> str:
    line, why = f'    {name.upper()}: ClassVar["Role"]', f"# {about}"
    return f"{line}  {why}\n" if len(line) + len(why) <= LINE - 2 else f"    {why}\n{line}\n"


if __name__ == "__main__":
    MODULE.write_text(source(), encoding="utf-8")

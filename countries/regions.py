"""States and provinces."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Regions:
    """States or provinces by code. `decide_tax`: the place of supply is one of them and printed with its code.

    `old` are codes on older papers, with the one in force today. `hint` says how a code is written.
    """

    names: Mapping[str, str]
    decide_tax: bool = False
    old: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    digits: int = 0  # of a code in numbers, which spreadsheets take the first zero of

    def current(self, code: str) -> str:
        """The code in force today for a code on an older paper; any other code as it is."""
        return self.old.get(code, code)

    def name(self, code: str | None) -> str:
        """The region's name, or nothing when the code is unknown."""
        return self.names.get(self.current(code or ""), "")

    def parse(self, text: object) -> str:
        """The code of a region that is given by code or name. Raises Invalid."""
        by_name = {name.casefold(): code for code, name in self.names.items()}
        given = str(text).strip()
        code = by_name.get(given.casefold(), given.zfill(self.digits) if given.isdigit() else given)
        if self.decide_tax and self.current(code) not in self.names:
            raise Invalid(f"{given!r} is not {self.hint}, or its name")
        return code

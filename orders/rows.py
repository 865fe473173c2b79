"""Rows of files that people send: fields taken out one by one, everything wrong with a row said at once."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from core.errors import Invalid

Value = TypeVar("Value")
Default = TypeVar("Default")
Outcome = Literal["added", "changed", "unchanged", "rejected"]


@dataclass(frozen=True)
class RowResult:
    """What became of one row. `number` counts from 1, `key` is its code; `problems` only when rejected."""

    number: int
    key: str
    outcome: Outcome
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What became of a file."""

    rows: tuple[RowResult, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows ended so."""
        return sum(row.outcome == outcome for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """`{rows, added, changed, unchanged, rejected}`."""
        return {
            "rows": [
                {"number": row.number, "key": row.key, "outcome": row.outcome, "problems": list(row.problems)}
                for row in self.rows
            ],
            "added": self.count("added"),
            "changed": self.count("changed"),
            "unchanged": self.count("unchanged"),
            "rejected": self.count("rejected"),
        }


class RowInvalid(Invalid):
    """A row that cannot be taken, with every reason."""

    code = "ROW_INVALID"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass
class Fields:
    """The fields of one row. `problems` collects what is wrong while they are taken."""

    raw: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def required(self, name: str, parse: Callable[[Any], Value]) -> Value | None:
        """The field's value; missing or wrong is a problem and None."""
        if self._is_empty(name):
            self.problems.append(f"{name}: is missing")
            return None
        return self._parsed(name, parse, None)

    def optional(self, name: str, parse: Callable[[Any], Value], default: Default) -> Value | Default:
        """The field's value, or `default` when it is empty."""
        return default if self._is_empty(name) else self._parsed(name, parse, default)

    def check(self) -> None:
        """Raise RowInvalid with all problems found so far."""
        if self.problems:
            raise RowInvalid(self.problems)

    def _is_empty(self, name: str) -> bool:
        value = self.raw.get(name)
        return value is None or (isinstance(value, str) and not value.strip())

    def _parsed(self, name: str, parse: Callable[[Any], Value], default: Default) -> Value | Default:
        try:
            return parse(self.raw[name])
        except (Invalid, ValueError, ArithmeticError) as error:
            self.problems.append(f"{name}: {error}")
            return default


def text(longest: int) -> Callable[[Any], str]:
    """A parser of one-line text up to `longest` characters."""

    def parse(value: Any) -> str:
        line = " ".join(str(value).split())
        if len(line) > longest:
            raise ValueError(f"has more than {longest} characters")
        return line

    return parse


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A parser of whole numbers in a range; never rounds."""

    def parse(value: Any) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else _integer(value)
        if not least <= number <= most:
            raise ValueError(f"{number} is not between {least} and {most}")
        return number

    return parse


def word(choices: Iterable[str]) -> Callable[[Any], str]:
    """A parser that takes one of a few words."""
    known = tuple(choices)

    def parse(value: Any) -> str:
        if str(value).strip() not in known:
            raise ValueError(f"{value!r} is none of {', '.join(known)}")
        return str(value).strip()

    return parse


def yes_or_no(value: Any) -> bool:
    """A parser of yes and no, as spreadsheets and JSON have them."""
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    said = str(value).strip().casefold()
    if said not in known:
        raise ValueError(f"{value!r} is neither yes nor no")
    return known[said]


def _integer(value: Any) -> int:
    digits = str(value).strip().removesuffix(".0")  # spreadsheets keep whole numbers as 15.0
    if isinstance(value, bool) or not digits.lstrip("-").isascii() or not digits.lstrip("-").isdigit():
        raise ValueError(f"{value!r} is not a whole number")
    return int(digits)

"""Typed settings: a section is a frozen dataclass whose fields say their default and what they may hold.

A section is kept as JSON and kept whole: every name with its value, so that SQL reads what holds and knows no default.
A section that exists is a valid one, however it was made. What a field may hold is data, so that a door builds its own
checks and its description from it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time
from functools import cache, lru_cache
from typing import Any, Self, TypeVar

from core.errors import Invalid
from core.money import MAX_MINOR

KIND = "kind"
MAX_READ = 1024  # sections that a process remembers
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


Known = TypeVar("Known", bound="Section")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a value may be. `optional`: also nothing. `problem` says what is wrong with a value, or None."""

    optional: bool = False

    def load(self, kept: Any) -> Any:
        """The value of what was kept as JSON."""
        return kept

    def dump(self, value: Any) -> Any:
        """The value as JSON keeps it."""
        return value

    def problem(self, value: Any) -> str | None:
        """One sentence when the value is not of this kind."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Whole(Kind):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = MAX_MINOR

    def problem(self, value: Any) -> str | None:
        fits = type(value) is int and self.least <= value <= self.most
        return None if fits else f"It is a whole number from {self.least} to {self.most}."


@dataclass(frozen=True, kw_only=True)
class Amount(Whole):
    """Money in minor units, nothing or more."""


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """Yes or no."""

    def problem(self, value: Any) -> str | None:
        return None if type(value) is bool else "It is true or false."


@dataclass(frozen=True, kw_only=True)
class OneOf(Kind):
    """One of a few values."""

    values: tuple[Any, ...]

    def problem(self, value: Any) -> str | None:
        fits = any(type(value) is type(known) and value == known for known in self.values)
        return None if fits else f"It is one of {', '.join(map(str, self.values))}."


@dataclass(frozen=True, kw_only=True)
class Written(Kind):
    """Text of at most `longest` characters. `check` says what else is wrong with it; `needed`: more than blanks."""

    longest: int
    needed: bool = False
    check: Callable[[str], str | None] | None = None

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > self.longest or (self.needed and not value.strip()):
            return f"It is text of {1 if self.needed else 0} to {self.longest} characters."
        return self.check(value) if self.check else None


@dataclass(frozen=True, kw_only=True)
class ClockTime(Kind):
    """A local time of day, kept as HH:MM."""

    def load(self, kept: Any) -> Any:
        return time.fromisoformat(kept) if isinstance(kept, str) and CLOCK_TIME.fullmatch(kept) else kept

    def dump(self, value: time) -> str:
        return f"{value:%H:%M}"

    def problem(self, value: Any) -> str | None:
        return None if isinstance(value, time) else "Write HH:MM."


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    """A local date, kept as YYYY-MM-DD."""

    def load(self, kept: Any) -> Any:
        try:
            return date.fromisoformat(kept) if isinstance(kept, str) else kept
        except ValueError:
            return kept

    def dump(self, value: date) -> str:
        return value.isoformat()

    def problem(self, value: Any) -> str | None:
        return None if type(value) is date else "Write YYYY-MM-DD."


@dataclass(frozen=True, kw_only=True)
class Several(Kind):
    """At most `most` values of one kind. `is_set`: each once, in ascending order."""

    of: Kind
    most: int
    is_set: bool = False

    def load(self, kept: Any) -> Any:
        if not isinstance(kept, list | tuple):
            return kept
        loaded = tuple(self.of.load(one) for one in kept)
        return tuple(sorted(loaded)) if self.is_set and all(self.of.problem(one) is None for one in loaded) else loaded

    def dump(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.of.dump(one) for one in value]

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, tuple) or len(value) > self.most:
            return f"It is a list of at most {self.most}."
        wrong = next((found for found in map(self.of.problem, value) if found), None)
        return wrong or ("Name each once." if self.is_set and len(set(value)) < len(value) else None)


@dataclass(frozen=True, kw_only=True)
class Part(Kind):
    """A section inside a section. `optional`: kept as an empty object when there is none."""

    of: "type[Section]"

    def load(self, kept: Any) -> Any:
        if self.optional and not kept:
            return None
        return self.of.given(kept) if isinstance(kept, Mapping) else kept

    def dump(self, value: "Section | None") -> dict[str, Any]:
        return value.kept() if value else {}

    def problem(self, value: Any) -> str | None:
        return None if isinstance(value, self.of) else "It is an object."


@dataclass(frozen=True, kw_only=True)
class Judged(Kind):
    """A value that its own rule knows: `read` gives it in its kept form, or raises Invalid."""

    read: Callable[[Any], Any]

    def load(self, kept: Any) -> Any:
        return self.read(kept)

    def problem(self, value: Any) -> str | None:
        self.read(value)
        return None


def option(default: Any, kind: Kind, *, is_ours: bool = False, **more: Any) -> Any:
    """A field of a section. `is_ours`: the product keeps it for itself, nobody is shown it or changes it.

    `more` is whatever else the section's own package wants to know of the field.
    """
    known = {KIND: kind, "is_ours": is_ours, "is_needed": False, **more}
    return field(default_factory=lambda: default, metadata=known)  # a default may be a dict, which nobody changes


def needed(kind: Kind) -> Any:
    """A field that a part cannot be without."""
    return field(metadata={KIND: kind, "is_ours": False, "is_needed": True})


@dataclass(frozen=True, kw_only=True)
class Section:
    """Settings that belong together. Subclasses are frozen, keyword-only dataclasses of `option` fields."""

    def __post_init__(self) -> None:
        for name, kind in self.kinds().items():
            value = getattr(self, name)
            wrong = None if value is None and kind.optional else kind.problem(value)
            if wrong:
                raise Invalid(f"{name}: {wrong}", field=name)
        self.check()

    def check(self) -> None:
        """Raise Invalid for values that do not go together."""

    @classmethod
    @cache
    def kinds(cls, *, ours: bool = True) -> dict[str, Kind]:
        """What each field may hold, by name; without `ours` only what people see and change."""
        return {one.name: one.metadata[KIND] for one in fields(cls) if ours or not one.metadata["is_ours"]}

    @classmethod
    @cache
    def needed(cls) -> tuple[str, ...]:
        """The names of the fields that it cannot be without."""
        return tuple(one.name for one in fields(cls) if one.metadata["is_needed"])

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """This section of what was kept; other names are other sections', one that is missing has its default."""
        read: Self = _read(cls, json.dumps(kept))  # type: ignore[arg-type]  # mypy takes no class for hashable
        return read

    @classmethod
    def given(cls, values: Mapping[str, Any]) -> Self:
        """The section with these values, as JSON has them. Raises Invalid, for an unknown or missing name too."""
        lacking = [name for name in cls.needed() if name not in values]
        if lacking:
            raise Invalid(f"{lacking[0]} is missing.", field=lacking[0])
        return cls(**cls._loaded(values))

    def with_given(self, values: Mapping[str, Any]) -> Self:
        """The section with these values in place of its own, as JSON has them. Raises Invalid."""
        return replace(self, **self._loaded(values))

    def after(self, _before: Self) -> Self:
        """What is kept when this section takes the place of another."""
        return self

    def kept(self) -> dict[str, Any]:
        """The whole section as JSON keeps it."""
        return {name: _dumped(kind, getattr(self, name)) for name, kind in self.kinds().items()}

    @classmethod
    def _loaded(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        kinds = cls.kinds()
        for name in values:
            if name not in kinds:
                raise Invalid(f"There is no setting {name}.", field=name)
        return {name: None if value is None else kinds[name].load(value) for name, value in values.items()}


@lru_cache(maxsize=MAX_READ)
def _read(section: type[Known], text: str) -> Known:
    """Read once a process, since what is kept seldom changes; a section never does."""
    kept = json.loads(text)
    return section.given({name: kept[name] for name in section.kinds() if name in kept})


def _dumped(kind: Kind, value: Any) -> Any:
    return kind.dump(value) if value is not None or isinstance(kind, Part) else None

"""What an owner grants a shop, term by term: the one list that every door, file and replay of terms is made from.

A term is a column of `credit_account` and a field here. What the field says is enough for the API to take, describe
and answer it, for a file of shops to bring it, for `default_terms` to set it and for the what-if to try it. Whether an
order keeps to it, credit/guardrails.py says in words and `credit/sql/standing.sql` in figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any, Self, TypeVar

from core.options import Amount, Kind, OneOf, Section, Whole, option
from credit.tables import TERMS

MAX_DAYS = 3650
MAX_READ = 1024  # sets of terms that a process remembers

MOST, LEAST = "most", "least"


Known = TypeVar("Known", bound="UsualTerms")


def _term(default: Any, kind: Kind, *, rule: str = "", column: str = "") -> Any:
    """A term. `rule`: orders are judged by it, as the MOST or the LEAST that may be; where there is none, all may.

    `column` is what it is called in a file of shops, where it may stand in one.
    """
    return option(default, kind, rule=rule, column=column)


@dataclass(frozen=True)
class UsualTerms(Section):
    """What a new shop is granted; what is left out is not granted, or no rule."""

    limit_minor: int | None = _term(None, Amount(optional=True), column="credit_limit")
    credit_days: int = _term(0, Whole(most=MAX_DAYS), column="credit_days")
    max_order_minor: int | None = _term(None, Amount(optional=True), rule=MOST, column="max_order_value")
    max_outstanding_days: int | None = _term(
        None, Whole(most=MAX_DAYS, optional=True), rule=MOST, column="max_outstanding_days"
    )
    terms: str = _term(TERMS[0], OneOf(values=tuple(TERMS)))
    tolerance_minor: int = _term(0, Amount(), rule=MOST)

    @classmethod
    def of_row(cls, values: Sequence[Any]) -> Self:
        """The terms of an account's row: their values in the order of NAMES."""
        read: Self = _of_row(cls, tuple(values))  # type: ignore[arg-type]  # mypy takes no class for hashable
        return read

    def rules_looser_than(self, before: "UsualTerms") -> Iterator[str]:
        """The names of the rules that let something through which they did not before."""
        for name, rule in RULES.items():
            bound, was = getattr(self, name), getattr(before, name)
            if was is not None and (bound is None or (bound > was if rule == MOST else bound < was)):
                yield name


@lru_cache(maxsize=MAX_READ)
def _of_row(known: type[Known], values: tuple[Any, ...]) -> Known:
    """Made and checked once a process: shops have few different terms."""
    return known(*values)


NAMES = tuple(UsualTerms.kinds())
RULES = {one.name: one.metadata["rule"] for one in fields(UsualTerms) if one.metadata["rule"]}
TRIED = ("limit_minor", *RULES)  # what the what-if changes
IN_A_FILE = {one.metadata["column"]: one.name for one in fields(UsualTerms) if one.metadata["column"]}


def tried() -> dict[str, Whole]:
    """What the terms may hold that the what-if tries."""
    kinds = UsualTerms.kinds()
    return {name: kind for name in TRIED if isinstance(kind := kinds[name], Whole)}


@cache
def columns(account: str) -> str:
    """The terms of a row of `credit_account` that is called so in a statement, as UsualTerms.of_row reads them."""
    return f"json_build_array({', '.join(f'{account}.{name}' for name in NAMES)})"

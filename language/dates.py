"""A day or a month as people type it: `kal`, `Friday ko`, `15 tarikh`, `20 nov`, `pichle mahine`. Never a guess.

Days are understood as days to come, months as months that have been. Two different days in one text are no day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from language import files
from language.folding import by_word, fold
from language.numbers import parse_number
from language.patterns import any_of, expand

_DATA = files.read("dates")
NEAR, WEEKDAYS, MONTHS = (by_word(_DATA[name]) for name in ("near", "weekdays", "months"))
ARTICLES = frozenset(_DATA["articles"])


def _any(*names: str) -> str:
    """A regular expression for what the data lists under these names."""
    return any_of(phrase for name in names for pattern in _DATA[name] for phrase in expand(pattern, {}))


_MONTH = any_of(MONTHS)
_EDGE = r"(?<![^\W_])"
_END = r"(?![^\W_])"
_ORDINAL = rf"(\d{{1,2}})(?:{_any('ordinal_ends')})?"
_DATE = _any("date")
_NUMBERED = re.compile(rf"{_EDGE}(\d{{1,2}})[/.-](\d{{1,2}})(?:[/.-](\d{{4}}|\d{{2}}))?{_END}")
_ISO = re.compile(rf"{_EDGE}(\d{{4}})-(\d{{1,2}})-(\d{{1,2}}){_END}")
_NAMED = re.compile(rf"{_EDGE}{_ORDINAL}\s*(?:(?:{_any('of')})\s)?({_MONTH})(?:\s(\d{{4}}))?{_END}")
_TURNED = re.compile(rf"{_EDGE}({_MONTH})\s{_ORDINAL}{_END}")
_OF_MONTH = re.compile(
    rf"{_EDGE}(?:{_ORDINAL}\s*(?:{_any('date', 'on')})|(?:{_DATE})\s{_ORDINAL}"
    rf"|(\d{{1,2}})(?:{_any('ordinal_ends')})){_END}"
)
_IN_DAYS = re.compile(rf"{_EDGE}(\d{{1,2}}|[^\W\d_]+)\s(?:{_any('days')}){_END}")
_IN_WEEKS = re.compile(rf"{_EDGE}(\d{{1,2}}|{_any('a_week')})\s(?:{_any('weeks')}){_END}")
_MONTH_END, _AFTER_TOMORROW, _THIS_MONTH, _LAST_MONTH = (
    re.compile(rf"{_EDGE}(?:{_any(name)}){_END}")
    for name in ("month_end", "after_tomorrow", "this_month", "last_month")
)
_MONTH_OF_YEAR = re.compile(rf"{_EDGE}({_MONTH})(?:\s(\d{{4}}))?{_END}")
_NUMBERED_MONTH = re.compile(rf"{_EDGE}(?:(\d{{1,2}})[/-](\d{{4}})|(\d{{4}})-(\d{{1,2}})){_END}")

Reading = Callable[[re.Match[str], date], date | None]


@dataclass(frozen=True)
class Found:
    """The day that a text names, if it names one, and the text without it."""

    day: date | None
    rest: str


def find_day(text: str, today: date) -> Found:
    """The one day, from today on, that the text names."""
    rest, days = fold(text), set()
    for pattern, read in _READINGS:
        for match in list(pattern.finditer(rest)):
            day = read(match, today)
            if day is not None:
                days.add(day)
                rest = rest.replace(match[0], " ", 1)
    for word in rest.split():
        day = _near(fold(word), today)
        if day is not None:
            days.add(day)
            rest = f" {rest} ".replace(f" {word} ", " ", 1)
    only = days.pop() if len(days) == 1 else None
    return Found(only if only and only >= today else None, " ".join(rest.split()))


def find_month(text: str, today: date) -> tuple[date, date] | None:
    """First and last day of the one month that the text names: this one, or one that has been."""
    said = fold(text)
    months = set(_months(said, today))
    first = months.pop() if len(months) == 1 else None
    if first is None or first > today:
        return None
    return first, last_of(first)


def last_of(first: date) -> date:
    """The last day of the month that begins with this day."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def before(first: date) -> date:
    """The first day of the month before."""
    return (first - timedelta(days=1)).replace(day=1)


def _months(said: str, today: date) -> Iterator[date]:
    this = today.replace(day=1)
    if _THIS_MONTH.search(said):
        yield this
    if _LAST_MONTH.search(said):
        yield before(this)
    for match in _NUMBERED_MONTH.finditer(said):
        found = _day(int(match[2] or match[3]), int(match[1] or match[4]), 1)
        if found:
            yield found
    for match in _MONTH_OF_YEAR.finditer(said):
        number = int(MONTHS[match[1]])
        year = int(match[2]) if match[2] else today.year - (number > today.month)
        found = _day(year, number, 1)
        if found:
            yield found


def _near(word: str, today: date) -> date | None:
    if word in NEAR:
        return today + timedelta(days=int(NEAR[word]))
    if word in WEEKDAYS:
        return today + timedelta(days=(int(WEEKDAYS[word]) - today.weekday() - 1) % 7 + 1)
    return None


def _numbered(match: re.Match[str], today: date) -> date | None:
    year = match[3]
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), int(match[2]), int(match[1]))
    return _coming(today, int(match[2]), int(match[1]))


def _named(match: re.Match[str], today: date) -> date | None:
    month, day = int(MONTHS[match[2]]), int(match[1])
    return _day(int(match[3]), month, day) if match[3] else _coming(today, month, day)


def _of_month(match: re.Match[str], today: date) -> date | None:
    """The next day with this number: this month, else the next month that has it."""
    number, first = int(match[1] or match[2] or match[3]), today.replace(day=1)
    for _ in range(3):
        day = _day(first.year, first.month, number)
        if day is not None and day >= today:
            return day
        first = last_of(first) + timedelta(days=1)
    return None


def _in_days(match: re.Match[str], today: date) -> date | None:
    if match[1] in ARTICLES:  # `promise a day` names none
        return None
    count = int(match[1]) if match[1].isdigit() else parse_number(match[1])
    return today + timedelta(days=int(count)) if count and count == int(count) and count <= 99 else None


def _in_weeks(match: re.Match[str], today: date) -> date:
    return today + timedelta(weeks=int(match[1]) if match[1].isdigit() else 1)


def _coming(today: date, month: int, day: int) -> date | None:
    """This day of this year; when it is over half a year ago, of the next."""
    found = _day(today.year, month, day)
    if found is not None and found < today and (today - found).days > 180:
        return _day(today.year + 1, month, day)
    return found


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = (
    (_ISO, lambda match, _today: _day(int(match[1]), int(match[2]), int(match[3]))),
    (_NUMBERED, _numbered),
    (_NAMED, _named),
    (_TURNED, lambda match, today: _coming(today, int(MONTHS[match[1]]), int(match[2]))),
    (_OF_MONTH, _of_month),
    (_IN_DAYS, _in_days),
    (_IN_WEEKS, _in_weeks),
    (_MONTH_END, lambda _match, today: last_of(today.replace(day=1))),
    (_AFTER_TOMORROW, lambda _match, today: today + timedelta(days=2)),
)

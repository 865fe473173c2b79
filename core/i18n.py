"""Words in every language, and numbers, money and dates as people write them.

A language is a folder in `locale/`: `language.json` says what it is called and how it is written, the catalogue beside
it has its sentences. No Python file names one but English, which the sentences in the code are written in.

The language of a turn is a context variable: `with speaking("hi"): ...`. Sentences come from gettext catalogues in
`locale/`; WhatsApp template bodies, which Meta approves word for word, live in `core/templates.py` instead.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import parse_pattern
from babel.support import NullTranslations, Translations

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "bahi"
ENGLISH = "en"
INDIA = Locale.parse("en_IN")
WHOLE, EXACT = parse_pattern("¤#,##,##0"), parse_pattern("¤#,##,##0.00")  # lakh grouping, parsed once
COUNT = parse_pattern("#,##,##0.###")
FSI, PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate


@dataclass(frozen=True)
class Language:
    """A language that is spoken: its own name, and how it is written."""

    code: str
    name: str
    rank: int  # its place wherever languages are listed
    letters: tuple[int, int] | None = None  # the first and the last letter of a script that suggests it
    direction: str = "ltr"
    comma: str = ", "  # between the parts of a list
    dates: Locale = INDIA  # whose months and days are written: English ones where Babel knows none of its own
    provider: str = ""  # what WhatsApp knows it as: in Latin letters, Hindi goes as English, or there is a mismatch


def _read(folder: Path) -> Language:
    told = json.loads((folder / "language.json").read_text(encoding="utf-8"))
    letters = tuple(int(sign, 16) for sign in told.pop("letters", "").split("-") if sign)
    try:
        dates = Locale.parse(folder.name)
    except UnknownLocaleError:
        dates = INDIA
    known = {"code": folder.name, "provider": folder.name, "letters": letters or None, "dates": dates, **told}
    return Language(**known)


SPOKEN = {
    known.code: known
    for known in sorted((_read(found.parent) for found in LOCALE.glob("*/language.json")), key=lambda known: known.rank)
}
LANGUAGES = tuple(SPOKEN)
RTL = frozenset(known.code for known in SPOKEN.values() if known.direction == "rtl")

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside speaks this language; unknown ones speak English."""
    token = _language.set(language if language in SPOKEN else ENGLISH)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language spoken now."""
    return _language.get()


def language_of_letters(text: str) -> str | None:
    """The language that most of the letters suggest; None where they are Latin, which say nothing."""
    counted = {
        known.code: sum(known.letters[0] <= ord(sign) <= known.letters[1] for sign in text)
        for known in SPOKEN.values()
        if known.letters
    }
    most = max(counted, key=counted.__getitem__, default=None)
    return most if most and counted[most] else None


def _(message: str, **facts: Any) -> str:
    """The sentence in the current language with its named facts: `_("Total %(total)s", total=...)`."""
    said = _catalogue(language()).gettext(message)
    return said % facts if facts else said


def N_(message: str) -> str:
    """Mark a sentence for the catalogue; translate it with `_` when it is said."""
    return message


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(name: str) -> NullTranslations:
    return Translations.load(LOCALE, [name], DOMAIN)


def format_money(amount_minor: int, currency: str, spoken: str | None = None) -> str:
    """`₹1,24,500.00` in Indian grouping and Latin digits in every language; whole rupees lose the paise."""
    return isolate(_written(amount_minor, currency), spoken)


@lru_cache(maxsize=4096)
def _written(amount_minor: int, currency: str) -> str:
    pattern = WHOLE if amount_minor % 100 == 0 else EXACT
    written: str = pattern.apply(Decimal(amount_minor) / 100, INDIA, currency=currency, currency_digits=False)
    return written


def format_count(amount: Decimal | int, spoken: str | None = None) -> str:
    """`24,000` or `2.5`: how much of something, grouped like money."""
    return isolate(str(COUNT.apply(Decimal(amount), INDIA)), spoken)


def format_day(day: date, spoken: str | None = None) -> str:
    """`20 Nov 2026`, with the month in the current language."""
    return isolate(format_date(day, "d MMM y", locale=_dates(spoken)), spoken)


def format_weekday(day: date, spoken: str | None = None) -> str:
    """`Fri, 20 Nov`: a day that is near."""
    return isolate(format_date(day, "EEE, d MMM", locale=_dates(spoken)), spoken)


def format_month(first: date) -> str:
    """`November 2026` in the current language."""
    return str(format_date(first, "MMMM y", locale=_dates()))


def _dates(spoken: str | None = None) -> Locale:
    return SPOKEN.get(spoken or language(), SPOKEN[ENGLISH]).dates


def isolate(text: str, spoken: str | None = None) -> str:
    """Wrap what reads left to right (amounts, numbers, names of goods) when the sentence around it is Urdu."""
    return f"{FSI}{text}{PDI}" if (spoken or language()) in RTL else text

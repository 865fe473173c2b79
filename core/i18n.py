"""Words in four languages, and numbers, money and dates as people write them.

The language of a turn is a context variable: `with speaking("hi"): ...`. Sentences come from gettext catalogues in
`locale/`; WhatsApp template bodies, which Meta approves word for word, live in `core/templates.py` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import parse_pattern
from babel.support import NullTranslations, Translations

LOCALE = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "bahi"
LANGUAGES = ("en", "hi", "ur", "hi_Latn")  # hi_Latn: Hindi and Urdu in Latin letters, as most people type
RTL = frozenset({"ur"})
INDIA = Locale.parse("en_IN")
WHOLE, EXACT = parse_pattern("¤#,##,##0"), parse_pattern("¤#,##,##0.00")  # lakh grouping, parsed once
COUNT = parse_pattern("#,##,##0.###")
FSI, PDI = "\u2068", "\u2069"  # first strong isolate, pop directional isolate

_language: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside speaks this language; unknown ones speak English."""
    token = _language.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language spoken now."""
    return _language.get()


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
    return isolate(format_date(day, "d MMM y", locale=spoken or language()), spoken)


def format_weekday(day: date, spoken: str | None = None) -> str:
    """`Fri, 20 Nov`: a day that is near."""
    return isolate(format_date(day, "EEE, d MMM", locale=spoken or language()), spoken)


def isolate(text: str, spoken: str | None = None) -> str:
    """Wrap what reads left to right (amounts, numbers, names of goods) when the sentence around it is Urdu."""
    return f"{FSI}{text}{PDI}" if (spoken or language()) in RTL else text

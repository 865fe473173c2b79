"""What a whole message means wherever it is said: `stop` stops, however politely; `don't stop` is left to the flows.

The phrases stand in language/data; those of one business subject (cash, balance, bill) are named by the flow that
understands them.
"""

from functools import lru_cache

from core import i18n
from language import phrases, stopping
from language.phrases import Meaning

EVERYWHERE = phrases.meanings(
    Meaning.STOP,
    Meaning.START,
    Meaning.MENU,
    Meaning.CANCEL,
    Meaning.LET_IT_BE,
    Meaning.HELP,
    Meaning.HUMAN,
    Meaning.LANGUAGE,
)
ANSWERS = phrases.meanings(Meaning.YES, Meaning.NO, Meaning.CHANGE)
READ = phrases.of(Meaning.ACKNOWLEDGED)
NAMES = phrases.languages_called()


def may_only_acknowledge(folded: str) -> bool:
    """True for an "ok" or a bare number, which any message may get; `yes` and `cash` are meant for a question."""
    return folded in READ or folded.isdecimal()


def everywhere(folded: str) -> Meaning | None:
    """What this message means wherever it is said: stop, start, menu, cancel, help, human, language."""
    meant = Meaning.LANGUAGE if folded in NAMES else EVERYWHERE.get(folded)
    return meant or (Meaning.STOP if stopping.asks_to_stop(folded) else None)


def language_named(folded: str) -> str | None:
    """The language whose name the message is: `urdu` -> ur."""
    return NAMES.get(folded)


def answer(folded: str) -> Meaning | None:
    """yes, no or change, when the whole message says so."""
    return ANSWERS.get(folded)


@lru_cache(maxsize=4096)
def script(text: str) -> str | None:
    """The language that the letters suggest; None for Latin letters, which say nothing."""
    return i18n.language_of_letters(text)

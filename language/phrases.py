"""What people write, by meaning: whole messages, and the words from which the flows make up longer ones.

The phrases stand in `data/phrases.json`, those of yes and no in `data/yes_and_no.json`, and in files of these names
in each folder there that is a language of its own.
Code names what it looks for by `Meaning` and `Word`; what only opens one conversation is listed under the name of that
conversation's file, and nothing in Python names it again. The phrases of all languages are heard alike, whatever is
spoken.
Words may be patterns, as `language/patterns.py` tells them: `[kam|kum] [aaya|mila]`.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from language import files, patterns
from language.folding import fold


class NothingOpens(LookupError):
    """A conversation asks for the phrases under its name, and there are none."""


class Meaning(StrEnum):
    """What a whole message means, where several places ask for it or one place tells several apart."""

    STOP = "stop"  # no more automatic messages
    START = "start"  # automatic messages again
    MENU = "menu"  # all that can be done
    CANCEL = "cancel"  # away with what is under way
    LET_IT_BE = "let_it_be"  # away with what is asked now; where nothing is asked, with what is under way
    HELP = "help"  # what can be typed
    HUMAN = "human"  # a person, please
    LANGUAGE = "language"  # another language
    YES = "yes"  # it is agreed
    NO = "no"  # it is not
    CHANGE = "change"  # something of it shall be otherwise
    ACKNOWLEDGED = "acknowledged"  # it was read, whether or not it asks anything; each of these agrees too
    GREETING = "greeting"
    THANKS = "thanks"
    ORDER = "order"  # the list of goods, or a new one
    REPEAT = "repeat"  # the last order once more
    CASH = "cash"  # to be paid in cash or by UPI
    UPI = "upi"  # a way to pay that is also asked for by its name: only alone it says how to pay
    ON_CREDIT = "on_credit"  # to go on account
    REDUCE = "reduce"  # a smaller order
    WHAT_FITS = "what_fits"  # as much as credit covers
    PAY_DIFFERENCE = "pay_difference"  # what is missing is paid first
    APPROVAL = "approval"  # somebody shall allow it
    KEPT_ORDER = "kept_order"  # the order that waits for credit
    CALL_IT_OFF = "call_it_off"  # the kept order is not wanted any more
    BALANCE = "balance"  # what is owed, and what is left of the limit
    WHY = "why"  # why credit is refused
    PAY = "pay"  # how to pay
    PAID = "paid"  # it has been paid
    PROMISE = "promise"  # a day on which it will be paid


class Word(StrEnum):
    """What a piece of a longer message says."""

    MY = "my"
    OF = "of"
    BY = "by"  # behind what it was done with: `upi se`
    IS = "is"  # at the end of a sentence
    NUMBER = "number"  # before a number of something
    ORDER = "order"
    ORDER_OR_STATUS = "order_or_status"
    BILL = "bill"
    BILL_IN_SHORT = "bill_in_short"  # these begin the numbers of bills too
    STATEMENT = "statement"
    CALLS_OFF = "calls_off"
    DO_IT = "do_it"  # behind a verb: `cancel kar do`
    OBJECT_MARK = "object_mark"  # behind what it is done to: `R1-1 ko cancel karo`
    NOTE = "note"  # before a note to whoever packs
    ADDRESS = "address"  # before where to bring the goods
    ASKS_ABOUT_GOODS = "asks_about_goods"  # price or stock
    IS_IT_SOLD = "is_it_sold"  # behind what is asked for: `coke hai kya`
    IS_THERE = "is_there"  # before it: `is there coke`
    BESIDE_A_QUESTION = "beside_a_question"  # says nothing of what is asked for
    BEFORE_THANKS = "before_thanks"
    THANKS = "thanks"
    AFTER_THANKS = "after_thanks"
    WRONG_WITH_GOODS = "wrong_with_goods"
    I_HAVE = "i_have"  # before that it was paid
    I_DID = "i_did"  # before with what
    PAID = "paid"  # before how much, or alone
    PAID_SO_MUCH = "paid_so_much"  # behind how much
    PAID_BY = "paid_by"  # behind with what
    WAY_OF_PAYING = "way_of_paying"
    NOT_PAID = "not_paid"  # asks whether, or says not
    REFERENCE = "reference"  # what a bank gives for a payment
    BEFORE_REFERENCE = "before_reference"
    AFTER_REFERENCE = "after_reference"
    NAMES_A_REFERENCE = "names_a_reference"  # stands before what a bank gives, and is no part of it
    CASH = "cash"  # wherever it stands: to be paid so
    CREDIT = "credit"  # the same: to go on account
    CASH_PAPER = "cash_paper"  # behind it: a paper, or money back
    STOPS = "stops"  # no more of it
    HOLDS_BACK = "holds_back"  # the same, where messages are named: else it may be goods that shall wait
    OUR_MESSAGES = "our_messages"  # what comes by itself
    BOTHERS = "bothers"  # refused, it asks for quiet
    BESIDE_A_STOP = "beside_a_stop"  # says nothing of what is to end
    PAY_SO_MUCH = "pay_so_much"  # before or behind what is to be paid
    WILL_PAY = "will_pay"
    WILL_DO = "will_do"  # will pay, where money is spoken of
    MONEY = "money"
    NO_PROMISE = "no_promise"  # speaks of goods, or says not


@cache
def of(*meanings: Meaning) -> frozenset[str]:
    """All messages that mean one of these, folded."""
    return frozenset(fold(phrase) for meaning in meanings for phrase in _meant(meaning))


def that_open(conversation: str) -> frozenset[str]:
    """All messages that open this conversation, folded: `that_open(__name__)` in its file.

    Raises NothingOpens where the data list none, so that no conversation starts up that nobody can reach by its words.
    """
    name = conversation.rpartition(".")[2]
    if not _listed("meanings").get(name):
        raise NothingOpens(f"No phrase in data/phrases.json opens {conversation}: list some under `{name}`.")
    return frozenset(map(fold, _listed("meanings")[name]))


def meanings(*looked_for: Meaning) -> dict[str, Meaning]:
    """Each message that means one of these, folded, with what it means."""
    return {phrase: meaning for meaning in looked_for for phrase in of(meaning)}


def table(listed: Mapping[str, Meaning]) -> dict[str, str]:
    """From `{"fit": Meaning.WHAT_FITS}` to `{"what fits": "fit", "jitna ho sake": "fit"}`, folded."""
    return {phrase: name for name, meaning in listed.items() for phrase in of(meaning)}


def languages_called() -> dict[str, str]:
    """The names of languages as people write them, folded, each with its code: `urdu` -> ur."""
    return {fold(name): code for code, names in _listed("called").items() for name in names}


def any_of(*words: Word, as_typed: bool = False) -> str:
    """A pattern for one of these words: for folded messages, or for messages as they were typed."""
    listed = [pattern for word in words for pattern in _listed("words").get(word, ())]
    phrases = {phrase for pattern in listed for phrase in patterns.expand(pattern, {})}
    if not as_typed:
        phrases = {fold(phrase) for phrase in phrases}
    return f"(?:{patterns.any_of(phrases)})"


def listed(word: Word) -> frozenset[str]:
    """What says this, as it is typed."""
    return frozenset(phrase for one in _listed("words")[word] for phrase in patterns.expand(one, {}))


def a_whole(*words: Word, as_typed: bool = False) -> str:
    """The same where it is not part of another word."""
    return rf"(?<![^\W_]){any_of(*words, as_typed=as_typed)}(?![^\W_])"


def _meant(meaning: Meaning) -> list[str]:
    """The messages as they are listed; what is a yes or a no stands in a table of its own."""
    answers = files.read("yes_and_no")
    if meaning is Meaning.ACKNOWLEDGED:
        return list(answers["yes"]["reads"])
    if meaning in (Meaning.YES, Meaning.NO):
        return [phrase for kind in ("reads", "always", "alone") for phrase in answers[meaning][kind]]
    return list(_listed("meanings").get(meaning, ()))


def _listed(part: str) -> dict[str, Any]:
    found: dict[str, Any] = files.read("phrases")[part]
    return found

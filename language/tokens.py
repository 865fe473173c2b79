"""Words, numbers and marks, in the order they were typed.

Letters and digits are told apart even where no space was typed ("coke500", "2peti"), because people save spaces and
never meaning. Each token remembers where it stands in the normalised text, so that a question can quote it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from language import files, spelling
from language.patterns import any_of

MAX_TOKENS = 600
_SIZE_DIGITS = 3


class Kind(StrEnum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"  # written in digits; number words are words
    BREAK = "break"  # a typed separator between items: comma, newline, semicolon, slash, plus, ampersand
    BIND = "bind"  # ties a quantity to what stands beside it: - = : x @
    QUESTION = "question"
    SIGN = "sign"  # an emoji or another mark


@dataclass(frozen=True, slots=True)
class Token:
    """One token; start and end are offsets in the normalised text."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Decimal | None = None
    unclear: bool = False  # a sign, an exponent or an odd fraction is typed at the number: 5 may not be what is meant

    @property
    def sound(self) -> str:
        return spelling.key(self.text) if self.kind is Kind.WORD else self.text


_DATA = files.read("references")
# Letters with the vowel signs of the scripts of India, which are no \w.
_SIGNS = "".join(chr(sign) for sign in range(0x980, 0xE00) if unicodedata.category(chr(sign)).startswith("M"))
LETTERS = rf"(?:[^\W\d_]|[\u0900-\u0963\u0971-\u097f\u0653-\u0655{_SIGNS}])"


def _before_dates(words: Sequence[str]) -> str:
    """What opens a date; a Latin word only where it begins."""
    latin = [word for word in words if word.isascii()]
    return rf"(?:\b(?:{any_of(latin)})|{any_of(set(words).difference(latin))})"


def _numbered(paper: Mapping[str, Sequence[str]]) -> str:
    """The number of something that has one, in a group; a Latin one may hold letters behind its first digit."""
    things, numbers = any_of(paper["things"]), any_of(paper["numbers"])
    opens, ends = (r"\b", r"[\w/-]*") if things.isascii() else ("", r"\d*")
    return rf"{opens}(?:{things})( ?(?:{numbers})[ .:#-]*\d{ends})"


_ROW_NUMBER = re.compile(r"^ ?(?:\(?(\d{1,2})\)|(\d{1,2})\.(?!\d)|(\d{1,2}) ?-(?= ?[^\W\d]))", re.MULTILINE)
_INLINE_ROW = re.compile(r"(?<!\S)(?:\(?(\d{1,2})\)|(\d{1,2})\.)(?= ?[^\W\d])")
_DATE = re.compile(
    _before_dates(_DATA["dates"]) + r"[ .:-]*\d{1,2}[/-]\d{1,2}(?:[/-]\d{2,4})?(?!\d)"
    r"|^ ?\d{1,2}[/.-]\d{1,2}[/.-](?:20)?[2-3]\d ?$"
    r"|^ ?(?![13]/[24] ?$)\d{1,2}/(?:0?[1-9]|1[0-2]) ?(?=\n)",
    re.MULTILINE,
)
_TOTALS = any_of(_DATA["totals"])
_PRICES = re.compile(
    rf"(?<=\w) ?@ ?(?:rs )?\d+(?:\.\d+)?(?![\d.]| ?{LETTERS})|(?<=[\w)]) ?= ?(?:rs )?\d+(?:\.\d+)?(?: rs)?(?= ?$)"
    rf"|^ ?(?:{_TOTALS})[ .:=-]*(?:rs )?\d+(?:\.\d+)?(?: rs)? ?$",
    re.MULTILINE,
)
_REFERENCE = re.compile("|".join(map(_numbered, _DATA["papers"].values())))
_TOKEN = re.compile(
    rf"""(?P<unclear>(?:(?<![\w)\u0900-\u097f\u0653-\u0655])-|\A\+)\d+(?:\.\d+)?(?:e[-+]?\d+)?
        | \d+(?:\.\d+)?e[-+]?\d+
        | \d+(?:\.\d+)?\+(?=\ )
        | (?<![\d,])\d+,\d\d?(?![\d,])
        | (?<![\d.])(?![13]/[24])\d/\d(?![\d/.]))
      | (?P<mixed>(?:\d+\ )?[13]/[24](?![\d/]))
      | (?P<decimal>\d+\.\d+|\d+)
      | (?P<times>(?<![^\W\d])x(?=\ ?\d)|(?<=\d)x(?![^\W\d])|(?<=\d\ )x(?=\ ))
      | (?P<word>{LETTERS}+)
      | (?P<break>[\n,;/+&|]|\.(?=\s|$)|!)
      | (?P<bind>[-=:@])
      | (?P<question>\?)
      | (?P<sign>[^\s])""",
    re.VERBOSE,
)
# Unclear is also "1,5", one and a half or two numbers. A minus after a letter or a digit is no sign: "sprite-2", "5-6".
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_HALVES = {"1/2": Decimal("0.5"), "1/4": Decimal("0.25"), "3/4": Decimal("0.75"), "3/2": Decimal("1.5")}
_KINDS = {"break": Kind.BREAK, "bind": Kind.BIND, "times": Kind.BIND, "question": Kind.QUESTION, "sign": Kind.SIGN}


def tokenise(text: str) -> tuple[Token, ...]:
    """The tokens of a normalised text, at most MAX_TOKENS; row numbers, dates and numbers of bills are left out."""
    inline = _inline_rows(text)
    left_out = inline + _row_number_spans(text) + [date.span() for date in _DATE.finditer(text)]
    left_out += [price.span() for price in _PRICES.finditer(text) if _is_beside_an_amount(text, price)]
    left_out += [found.span(found.lastindex or 0) for found in _REFERENCE.finditer(text)]
    tokens: list[Token] = []
    for found in _TOKEN.finditer(text):
        if any(start <= found.start() < end for start, end in left_out):
            if (
                tokens
                and tokens[-1].kind is not Kind.BREAK
                and any(start <= found.start() < end for start, end in inline)
            ):
                tokens.append(Token(Kind.BREAK, "\n", found.start(), found.start()))
            continue
        token = _token(found)
        if not _joins_letters(token, text) and not _is_initial_dot(token, text):
            tokens.append(token)
        if len(tokens) >= MAX_TOKENS:
            break
    return tuple(tokens)


def _is_beside_an_amount(text: str, price: re.Match[str]) -> bool:
    """ "Lux 2 dozen @390", "... = 780": a number stands before it in its line; a total, in a line before."""
    line = text.rfind("\n", 0, price.start()) + 1
    before = text[line : price.start()] if text[line : price.end()] != price.group() else text[:line]
    return any(sign.isdigit() for sign in before)


def _token(found: re.Match[str]) -> Token:
    group, text = str(found.lastgroup), found.group()
    start, end = found.span()
    if group == "decimal":
        return Token(Kind.NUMBER, text, start, end, Decimal(text))
    if group == "unclear":
        return Token(Kind.NUMBER, text, start, end, Decimal(_DIGITS.findall(text)[0]), unclear=True)
    if group == "mixed":
        whole, _, part = text.rpartition(" ")
        return Token(Kind.NUMBER, text, start, end, Decimal(whole or 0) + _HALVES.get(part, Decimal("0.75")))
    return Token(_KINDS.get(group, Kind.WORD), text, start, end)


def _is_initial_dot(token: Token, text: str) -> bool:
    """The dot of "s.excel" says nothing."""
    before, after = text[max(0, token.start - 2) : token.start], text[token.end : token.end + 1]
    return token.text == "." and before[-1:].isalpha() and not before[:-1].strip() and after.isalpha()


def _joins_letters(token: Token, text: str) -> bool:
    """A hyphen inside a word ("parle-g") or before what looks like a size ("sprite-500") binds nothing."""
    if token.text != "-" or token.start == 0 or token.end >= len(text):
        return False
    sized = text[token.end : token.end + _SIZE_DIGITS]
    joins = text[token.end].isalpha() or (len(sized) == _SIZE_DIGITS and sized.isdigit())
    return text[token.start - 1].isalpha() and joins


def _inline_rows(text: str) -> list[tuple[int, int]]:
    """Where a list is numbered in one line, "(1) haldi 5 box (2) jeera 10 kg", counting up from one."""
    found = list(_INLINE_ROW.finditer(text))
    counts_up = [int(row[1] or row[2]) for row in found] == list(range(1, len(found) + 1))
    return [row.span() for row in found] if counts_up and len(found) > 1 else []


def _row_number_spans(text: str) -> list[tuple[int, int]]:
    """Where a list numbers its rows: "1)" always, "1." and "1 -" only when the rows really count up from one."""
    found = list(_ROW_NUMBER.finditer(text))
    bracketed = [row.span() for row in found if row[1]]
    counted = [row for row in found if not row[1]]
    counts_up = [int(row[2] or row[3]) for row in counted] == list(range(1, len(counted) + 1))
    return bracketed + ([row.span() for row in counted] if counts_up and len(counted) > 1 else [])

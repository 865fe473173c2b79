"""One spelling for what people type in many: digits, letters, marks and invisible characters.

WhatsApp text arrives with Devanagari and Urdu digits, two code points for the same Urdu letter, optional nuktas,
bold stars, zero-width joiners and vulgar fractions. Everything after this module sees one form of each.
The order of the steps matters: fractions are spelled out before anything composes characters, because
compatibility normalisation would turn "1½" into "11⁄2".
"""

import re
import unicodedata

from language import files

MAX_LENGTH = 4096  # WhatsApp's own limit for one message; whatever is longer is not an order anybody can check

_DATA = files.read("letters")
_FRACTIONS = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4"}
_CONTROLS = dict.fromkeys((*range(10), *range(11, 32), 127), " ")
_TABLE = str.maketrans(_DATA["same"])
_DROPPED_MARKS = frozenset(_DATA["dropped"])
_CURRENCY = _DATA["currency"]

_THOUSANDS = re.compile(r"(?<![\d,])(\d{1,3}(?:,\d{2})*,\d{3})(?![\d,])")
_TIMES = re.compile(r"(?<=\d)\s*\*\s*(?=\d)|(?<=\S )\*(?=\s)")  # "* lux" opens a line
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s*~\s*(?=\d)|(?<=\d)[_`'\"](?=\d)")  # "2~3" is no 23
_STRUCK = re.compile(r"(?<![\w~])~(?=[^\s~])[^~\n]*[^\s~]~(?![\w~])")  # what WhatsApp shows crossed out
_ROWS = re.compile(
    r"^[^\S\n]*(?:#\s?(\d{1,2})[.):\]]?|\[?(\d{1,2})[\]:]|(\d{1,2})\u06d4|(\d)\ufe0f?\u20e3|([\u2460-\u2473]))"
    r"(?=[^\S\n]*[^\W\d])", re.MULTILINE,
)  # fmt: skip
_MIXED = re.compile(r"(?<![\d.])(\d{1,3})\.([13]/[24])(?![\d/])")  # "1.1/2 kg"
_STYLE_MARKS = re.compile(r"[*_~`'\"]")
_PRICE_TAIL = re.compile(r"(\d)\s*/-")
_ABBREVIATIONS = re.compile(
    "|".join(r"\b" + r"\.\s?".join(f"({letter})" for letter in word) + r"\b\.?" for word in _DATA["initials"])
    + rf"|\b({'|'.join(_DATA['abbreviations'])})\.(?=\s|\d|$)"
)
_LOOKS = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]")  # which picture of a sign, and its skin
_OPTIONAL_VOWELS = re.compile(r"[\u064b-\u0652\u0670\u0300-\u036f]")
_LIST_DASH = re.compile(r"(?<=[^\s\d]) -(?=\d+(?:\.\d+)?(?: ?[^\W\d]\S*)?$)", re.MULTILINE)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def normalise(text: str) -> str:
    """The text in the one form that everything else reads; never raises, at most MAX_LENGTH characters go in."""
    text = _with_plain_rows(text[:MAX_LENGTH])
    if "~" in text:
        text = _STRUCK.sub(" ", text)
    if "/" in text:
        text = _MIXED.sub(r"\1 \2", text)
    text = (text.translate(_CONTROLS) if text.isascii() else _one_spelling(text)).lower()
    text = _TIMES.sub(" x ", text)
    text = _STYLE_MARKS.sub("", _BETWEEN_DIGITS.sub("-", text))
    text = _THOUSANDS.sub(lambda found: found[1].replace(",", ""), text)
    text = _PRICE_TAIL.sub(rf"\1 {_CURRENCY} ", text)
    text = _ABBREVIATIONS.sub(lambda found: "".join(filter(None, found.groups())) + " ", text)
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    return _LIST_DASH.sub("- ", text) if len(_LIST_DASH.findall(text)) > 1 else text  # "haldi -5", line after line


def _with_plain_rows(text: str) -> str:
    """Rows counted by keycaps, circles, "#1" or "1:" as "1." counts them; only where they count up from one."""
    if "\n" not in text:
        return text
    rows = list(_ROWS.finditer(text))
    told = [int(unicodedata.numeric(row[5]) if row[5] else next(filter(None, row.groups()))) for row in rows]
    if len(rows) < 2 or told != list(range(1, len(rows) + 1)):
        return text
    numbers = iter(told)
    return _ROWS.sub(lambda _row: f"{next(numbers)}. ", text)


def _one_spelling(text: str) -> str:
    """One code point for each letter and digit, and nothing that nobody can see."""
    for sign, spelled in _FRACTIONS.items():
        text = text.replace(sign, spelled)
    decomposed = unicodedata.normalize("NFD", text).translate(_TABLE)
    return unicodedata.normalize("NFC", "".join(map(_kept, decomposed))).translate(_TABLE)


def _kept(char: str) -> str:
    """The character itself, its ASCII digit, or nothing for what nobody can see."""
    if char < "\x7f":
        return char if char >= " " or char == "\n" else " "
    if char in _DROPPED_MARKS:
        return ""
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category in ("Cf", "Cs", "Co", "Cn", "Cc") or _LOOKS.match(char):
        return ""
    if category == "Mn" and _is_optional_vowel(char):
        return ""
    return " " if category[0] == "Z" else char


def _is_optional_vowel(char: str) -> bool:
    """Arabic harakat, which Urdu writers leave out, and Latin accents; the marks that spell آ ؤ ئ stay."""
    return bool(_OPTIONAL_VOWELS.match(char))

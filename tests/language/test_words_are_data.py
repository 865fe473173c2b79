"""No Python file knows a word that people write: what is recognised, in any language, stands in language/data.

Three nets. Letters of another script in a string of the product are found wherever they stand. So are words of the
data that are not English as the product itself writes it. And where messages are read, no word at all, English or not,
is compared with what somebody typed.
"""

import ast
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from language import files
from tests.architecture.product import ROOT, nodes, sources

SCRIPTS = ("DEVANAGARI", "ARABIC")
WORD = re.compile("[a-z]{3,}")
WRITES = (  # files that write in these languages, or are no part of the product
    "simulator/",
    "cli/demo_story.py",  # what the demonstration's customers say
    "invoicing/pdf/",  # draws letters, and names months
    "invoicing/printing.py",  # what stands on paper
    "invoicing/amount_words.py",  # amounts in words
)
TERMS = frozenset({  # in the data and not in what we say, yet names of the product or of others: ids, codes, reasons
    "bas", "bil", "chq", "complaint", "customer", "damage", "damaged", "delivered", "doz", "exp", "gms", "inr",
    "inv", "lag", "msg", "neft", "nos", "pcs", "pkr", "rrn", "rtgs", "sms", "sentence", "spoilt", "week",
})  # fmt: skip
TYPED = re.compile(r"\b(?:text|sound|folded|spoken|said|word|words|typed|rest)\b")
READERS = [path for path in sources() if path.parent.name in ("language", "understanding")]


def kept_words(entry: Any) -> Iterator[str]:
    """Every word of a file of words."""
    if isinstance(entry, str):
        yield from WORD.findall(entry.lower())
    for one in entry.values() if isinstance(entry, dict) else entry if isinstance(entry, list) else ():
        yield from kept_words(one)


def english() -> set[str]:
    """The words that the product says, and those of which its own names are made."""
    told = [ROOT / "locale" / "bahi.pot", *(ROOT / "docs" / "decisions").glob("*.md"), *ROOT.glob("*/sql/*.sql")]
    names = (
        str(getattr(node, field, None))
        for path in sources()
        for node in nodes(path)
        for field in ("id", "attr", "arg", "name")
    )
    return set(WORD.findall(" ".join([*map(Path.read_text, told), *set(names)]).lower().replace("_", " ")))


@cache
def foreign() -> frozenset[str]:
    """The Latin words of the data that are no English of ours: `chahiye`, `bhejo`, `kal`."""
    kept = {
        word
        for path in files.FOLDER.glob("*.json")
        for name, entry in files.read(path.stem).items()
        if name != "note"
        for word in kept_words(entry)
    }
    return frozenset(kept - english() - TERMS)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a file that are no docstrings."""
    told = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def foreign_words(string: str) -> set[str]:
    """The foreign words of a string that is not mostly English prose."""
    words = WORD.findall(string.lower())
    found = [word for word in words if word in foreign()]
    return set(found) if 2 * len(found) >= len(words) else set()


def in_another_script(string: str) -> bool:
    return any(
        unicodedata.category(sign)[0] in "LM" and unicodedata.name(sign, "").startswith(SCRIPTS) for sign in string
    )


def looked_at() -> list[Path]:
    return [path for path in sources() if not str(path.relative_to(ROOT)).startswith(WRITES)]


def spelled(node: ast.AST) -> list[str]:
    """The words written out in an expression: one, or those of a list."""
    listed = node.elts if isinstance(node, ast.Set | ast.Tuple | ast.List) else [node]
    return [
        one.value
        for one in listed
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and len(one.value) > 1 and one.value.isalpha()
    ]


def compared(node: ast.AST) -> tuple[list[ast.expr], list[ast.expr]]:
    """What an expression compares with what: `word == "aur"`, `word in {"aur"}`, `word.startswith("laga")`."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return sides, sides
    call = node.func if isinstance(node, ast.Call) else None
    if isinstance(call, ast.Attribute) and call.attr in ("startswith", "endswith"):
        return [call.value], list(node.args)
    return [], []


def test_no_letter_of_another_script_stands_in_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {string[:40]}"
        for path in looked_at()
        for line, string in strings(path)
        if in_another_script(string)
    ]
    assert found == []


def test_no_foreign_word_stands_in_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {sorted(words)}"
        for path in looked_at()
        for line, string in strings(path)
        if (words := foreign_words(string))
    ]
    assert found == []


@pytest.mark.parametrize("path", READERS, ids=lambda path: path.stem)
def test_nothing_typed_is_compared_with_a_word_in_code(path: Path) -> None:
    found = [
        f"line {node.lineno}: {words}"
        for node in nodes(path)
        for typed, others in [compared(node)]
        if any(TYPED.search(ast.unparse(side)) for side in typed if not spelled(side))
        and (words := [word for side in others for word in spelled(side)])
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'TOTALS = frozenset({"total", "kul"})', 'more = re.compile(r"\\b(aur|bhi)\\b")', 'if text == "chahiye": pass',
        'WORDS = {"dedena": 1}',
    ],
)  # fmt: skip
def test_a_foreign_word_would_be_found(code: str) -> None:
    held = [node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
    assert any(foreign_words(str(value)) for value in held)


@pytest.mark.parametrize(
    "code", ['token.text == "of"', 'tokens[at].sound in {"and", "or"}', 'folded.endswith("please")', '"no" != word']
)
def test_a_word_compared_with_what_was_typed_would_be_found(code: str) -> None:
    [node] = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Compare | ast.Call)]
    typed, others = compared(node)
    assert any(TYPED.search(ast.unparse(side)) for side in typed)
    assert [word for side in others for word in spelled(side)]


@pytest.mark.parametrize("string", ["और", "کل", "न|म", "a ا"])
def test_a_letter_would_be_found(string: str) -> None:
    assert in_another_script(string)
    assert not in_another_script("؟।۔ ₹")

"""A language is data: the product names none but English, which its own sentences are written in, and holds no words.

What is understood stands in `language/data`, what is said in `locale`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.i18n import ENGLISH, SPOKEN
from tests.architecture.product import ROOT, nodes, sources

DEMO = ROOT / "cli" / "demo_story.py"  # people with names and languages of their own
TYPESETTING = ROOT / "invoicing" / "pdf" / "shaping.py"  # a font is told which script it shapes
READING = (ROOT / "language", ROOT / "orders" / "understanding")  # letters and marks, and how they sound
LETTER = re.compile("[\u0620-\u064a\u066e-\u06d3\u0904-\u0939\u0958-\u0961]")


def product() -> Iterator[Path]:
    """The files that may know of no language."""
    return (
        path for path in sources() if path not in (DEMO, TYPESETTING) and not path.is_relative_to(ROOT / "simulator")
    )


def literals(path: Path) -> Iterator[ast.Constant]:
    """The strings of a file, without its docstrings."""
    found = nodes(path)
    told = {id(node.value) for node in found if isinstance(node, ast.Expr)}
    for node in found:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def test_no_language_is_named_but_english() -> None:
    others = set(SPOKEN) - {ENGLISH}
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in product()
        for node in literals(path)
        if node.value in others or any("_" in code and code in str(node.value) for code in others)
    ]
    assert named == []


def test_no_words_of_another_script_stand_in_the_code() -> None:
    written = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in product()
        for node in literals(path)
        if LETTER.search(str(node.value)) and not any(path.is_relative_to(folder) for folder in READING)
    ]
    assert written == []

"""The product's own files, each read and parsed once for every test that asks.

A tree is shared by all who ask for it: nobody changes one.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "admin_api", "bot", "cli", "consequences", "console", "core", "countries", "credit", "flows", "invoicing", "jobs",
    "language", "notices", "orders", "parties", "policy", "reports", "simulator", "speech",
    "tax",
)  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources() -> tuple[Path, ...]:
    """Every file of the product."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return (ROOT / "app.py", *sorted(files))


@cache
def text(path: Path) -> str:
    """What stands in a file."""
    return path.read_text()


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(text(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file."""
    return tuple(ast.walk(tree(path)))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Names and lengths in lines of a file's functions, docstrings left out."""
    for node in nodes(path):
        if isinstance(node, Function):
            doc = node.body[0] if ast.get_docstring(node) else None
            quiet = (doc.end_lineno or 0) - doc.lineno + 1 if doc else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - quiet


def inner_imports(path: Path) -> Iterator[int]:
    """The lines of imports that stand inside a function."""
    for outer in nodes(path):
        if isinstance(outer, Function):
            yield from (node.lineno for node in ast.walk(outer) if isinstance(node, ast.Import | ast.ImportFrom))

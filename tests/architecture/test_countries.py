"""What differs between countries stands in `countries`, a folder each: the product compares no country with another."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import countries
from tests.architecture.product import ROOT, nodes, sources

DEMO = ROOT / "cli" / "demo_story.py"  # a shop in Mumbai
CURRENCY_OF = {  # money of which there is one currency, whoever asks
    ROOT / "invoicing" / "upi.py",
    ROOT / "credit" / "gateways" / "razorpay.py",
}
IN_SQL = re.compile(r"\b(country|currency)\b\W{0,12}(=|<>|!=|\bin\b|\blike\b)\s*\(?\s*'", re.IGNORECASE)


def product() -> Iterator[Path]:
    """The files that may know of no country."""
    apart = (ROOT / "countries", ROOT / "simulator")
    return (path for path in sources() if path != DEMO and not any(path.is_relative_to(folder) for folder in apart))


def own_words() -> set[str]:
    """The words that mean one country."""
    known = countries.KNOWN.values()
    return {word for one in known for word in (one.code, one.name, one.currency, one.timezone)}


def test_no_country_is_named_outside_its_folder() -> None:
    words = own_words()
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.value}"
        for path in product()
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value in words and path not in CURRENCY_OF
    ]
    assert named == []


def test_a_country_is_compared_with_nothing() -> None:
    """Whatever a country is asked for is a fact or a rule of its own."""
    compared = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in product()
        for node in nodes(path)
        if (isinstance(node, ast.Compare) and any(map(is_country, [node.left, *node.comparators])))
        or (isinstance(node, ast.Match) and is_country(node.subject))
    ]
    assert compared == []


def is_country(node: ast.expr) -> bool:
    """`country`, `x.country`, `x.country.code`, `x["country"]`, `x.get("country")`, `countries.FIRST`."""
    if isinstance(node, ast.BoolOp):
        return any(map(is_country, node.values))
    if isinstance(node, ast.Call):
        arguments = [one.value for one in node.args if isinstance(one, ast.Constant)]
        return is_country(node.func) or "country" in arguments
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "country"
    if isinstance(node, ast.Attribute):
        return node.attr in ("country", "country_code", "FIRST") or (node.attr == "code" and is_country(node.value))
    return isinstance(node, ast.Name) and node.id in ("country", "country_code")


def test_nobody_imports_one_country() -> None:
    folders = {f"countries.{path.parent.name}" for path in (ROOT / "countries").glob("*/__init__.py")}
    imported = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in product()
        for node in nodes(path)
        if (isinstance(node, ast.ImportFrom) and _begins(node.module or "", folders))
        or (isinstance(node, ast.Import) and any(_begins(name.name, folders) for name in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "countries" and _takes_one(node, folders))
    ]
    assert imported == []


def _begins(module: str, folders: set[str]) -> bool:
    return any(f"{module}.".startswith(f"{folder}.") for folder in folders)


def _takes_one(node: ast.ImportFrom, folders: set[str]) -> bool:
    return any(f"countries.{name.name}" in folders for name in node.names)


def test_sql_asks_for_no_country() -> None:
    texts = [(str(path.relative_to(ROOT)), path.read_text()) for path in sorted(ROOT.glob("*/sql/*.sql"))]
    for path in product():
        constants = (node for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        texts += [(f"{path.relative_to(ROOT)}:{node.lineno}", node.value) for node in constants]
    assert [place for place, sql in texts if IN_SQL.search(sql)] == []

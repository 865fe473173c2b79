"""What the documents say of the code is true: paths, functions, signatures, tables, commands and links."""

import ast
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest

from cli import table
from cli.main import load
from reports import invariants
from tests.architecture.product import ROOT, Function, text, tree

ARCHITECTURE = ROOT / "docs" / "architecture.md"
README = ROOT / "README.md"
DOCUMENTS = [README, ARCHITECTURE, *sorted((ROOT / "docs" / "decisions").glob("*.md"))]
LONGEST_LINE = 120

PATH = re.compile(r"`([\w./-]+\.(?:py|sql))`")
NAMED = re.compile(r"`([\w/]+\.py)`((?:,?\s`[A-Za-z_][\w.]*`)+)")
SQL_FILE = re.compile(r"`[\w/]+\.sql`")  # holds one function, so that naming the file names it
SPAN = re.compile(r"`([^`\n]+)`")
SIGNATURE = re.compile(r"([\w.]+)\((.*)\)(?: -> (.+))?")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\./bahi ((?:[a-z]+\b ?)*)")


def name_of(document: Path) -> str:
    """As a test's id."""
    return document.stem


def section(title: str) -> str:
    """One `##` section of the page about the architecture."""
    return text(ARCHITECTURE).split(f"\n## {title}\n")[1].split("\n## ")[0]


@cache
def defined(path: Path) -> dict[str, ast.stmt]:
    """What a file defines: functions, classes, `Class.method` and constants; not what it imports."""
    found: dict[str, ast.stmt] = {}
    for node in tree(path).body:
        if isinstance(node, Function | ast.ClassDef):
            found[node.name] = node
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{part.name}": part for part in node.body if isinstance(part, Function)}
        for target in targets(node):
            found[target] = node
    return found


def targets(node: ast.stmt) -> Iterator[str]:
    """The names that an assignment at the top of a file sets."""
    assigned = (
        node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    )
    for target in assigned:
        yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def promises() -> Iterator[tuple[str, str]]:
    """Every code span of the section about modules, with its package; those that name something of a module."""
    for part in section("Modules and what they promise").split("\n### ")[1:]:
        package, _, text = part.partition("\n")
        for span in SPAN.findall(text):
            if home_of(package, span.partition("(")[0]):
                yield package, span


def home_of(package: str, dotted: str) -> tuple[Path, str] | None:
    """The file and the name in it of `module.name`; None when there is no such module."""
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1):
        module = ROOT.joinpath(package, *parts[:count])
        for path in (module.with_suffix(".py"), module / "__init__.py"):
            if path.exists():
                return path, ".".join(parts[count:])
    return None


def differences(package: str, span: str) -> Iterator[str]:
    """How a promised name or signature differs from the code."""
    home = home_of(package, span.partition("(")[0])
    assert home is not None
    node = defined(home[0]).get(home[1])
    if node is None:
        yield f"{package}: {span}: {home[0].relative_to(ROOT)} does not define {home[1]}"
        return
    stated = SIGNATURE.fullmatch(span)
    if stated and isinstance(node, Function):
        actual = plain(node.args)
        if not is_like(stated[2], actual):
            yield f"{package}: {span}: the code has ({actual})"
        if stated[3] and node.returns is not None and stated[3] != ast.unparse(node.returns):
            yield f"{package}: {span}: the code returns {ast.unparse(node.returns)}"


def plain(arguments: ast.arguments) -> str:
    """Parameters as text, without their types."""
    bare = deepcopy(arguments)
    for argument in [*bare.posonlyargs, *bare.args, *bare.kwonlyargs, bare.vararg, bare.kwarg]:
        if argument is not None:
            argument.annotation = None
    return ast.unparse(bare)


def is_like(stated: str, actual: str) -> bool:
    """True when both are the same, or the same once `...` stands for some parameters."""
    pieces = [re.escape(piece) for piece in stated.split("...")]
    return re.fullmatch(".+".join(pieces), actual) is not None


PACKAGES = ("core", "language", "parties", "credit", "invoicing", "orders", "reports", "bot", "jobs")


def commands() -> list[str]:
    """What the README writes behind `./bahi`, up to the first word that is no plain word."""
    return sorted({found.strip() for found in COMMAND.findall(text(README)) if found.strip()})


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    assert [path for path in PATH.findall(text(document)) if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_what_is_named_behind_a_file_is_defined_in_it(document: Path) -> None:
    missing = [
        f"{path}: {name}"
        for path, names in NAMED.findall(text(document))
        for name in SPAN.findall(names)
        if name not in defined(ROOT / path)
    ]
    assert missing == []


def test_the_traces_name_a_file_and_a_function_in_every_step() -> None:
    steps = re.split(r"\n\d+\. ", section("One message, one payment, one reminder"))[1:]
    assert len(steps) >= 40
    assert [step for step in steps if not NAMED.search(step) and not SQL_FILE.search(step)] == []


def test_every_signature_that_modules_promise_is_the_one_in_the_code() -> None:
    found = list(promises())
    assert len(found) >= 100
    assert [difference for package, span in found for difference in differences(package, span)] == []


def test_every_table_stands_in_the_list_of_tables_and_nothing_else_does(tables: set[str]) -> None:
    assert tables == {span for span in SPAN.findall(section("Tables by package")) if span.islower()}


def test_the_rooms_are_those_whose_imports_are_checked() -> None:
    contracts = tomllib.loads(text(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    rooms = [re.split(r"\s{2,}", line)[0] for line in text(ARCHITECTURE).split("```")[1].strip().splitlines()]
    assert rooms == ["app.py", *contracts[0]["layers"]]


def test_decisions_are_numbered_one_after_the_other() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:2]) for page in pages] == list(range(1, len(pages) + 1))
    assert [page.name for page in pages if not text(page).startswith(f"# {int(page.name[:2])}. ")] == []


def test_every_command_in_the_readme_exists() -> None:
    named = [line.split() for line in commands()]
    assert [words[0] for words in named if words[0] not in table.COMMANDS] == []


def test_the_readme_counts_the_invariants_as_the_doctor_does() -> None:
    assert f"checks {len(invariants.load())} invariants." in text(README)
    assert len(invariants.NOT_APPLICABLE) == 3


def test_every_subcommand_in_the_readme_exists() -> None:
    missing = []
    for line in commands():
        name, *rest = line.split()
        parts = getattr(load(name), "commands", None) if table.COMMANDS[name].target else None
        if parts is not None and rest and rest[0] not in parts:
            missing.append(line)
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_to_a_file_resolves(document: Path) -> None:
    local = [link for link in LINK.findall(text(document)) if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_lines_are_short(document: Path) -> None:
    long = [number for number, line in enumerate(text(document).splitlines(), 1) if len(line) > LONGEST_LINE]
    assert long == []

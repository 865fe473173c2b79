"""flows/ holds conversations and nothing else: a file each, which none of the others imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import flow
from tests.architecture.product import ROOT, nodes, sources, tree

FILES = [path for path in sources() if path.is_relative_to(ROOT / "flows")]
CONVERSATIONS = [path for path in FILES if path != ROOT / "flows" / "__init__.py"]


def stem(path: Path) -> str:
    """As a test's id."""
    return path.stem


def classes(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The classes of a file with what they are made from."""
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, [ast.unparse(base) for base in node.bases]


def imported(path: Path) -> Iterator[str]:
    """Every module that a file names in an import, wherever that stands."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "flows" if node.level else str(node.module)


@pytest.mark.parametrize("path", CONVERSATIONS, ids=stem)
def test_a_file_declares_one_conversation_and_no_other_class(path: Path) -> None:
    assert [bases for _, bases in classes(path)] == [["Flow"]]


def test_every_file_is_loaded_under_its_own_name() -> None:
    assert {found.name for found in flow.installed()} == {path.stem for path in CONVERSATIONS}
    assert {path.parent for path in FILES} == {ROOT / "flows"}
    assert len(tree(ROOT / "flows" / "__init__.py").body) == 1  # its docstring


@pytest.mark.parametrize("path", CONVERSATIONS, ids=stem)
def test_conversations_know_one_another_by_name_alone(path: Path) -> None:
    assert [name for name in imported(path) if name.split(".")[0] == "flows"] == []


def test_no_file_of_the_product_imports_a_conversation() -> None:
    """They are found by the loader; what somebody else needs of one has a room below."""
    importing = [path for path in sources() if any(name.split(".")[0] == "flows" for name in imported(path))]
    assert importing == []

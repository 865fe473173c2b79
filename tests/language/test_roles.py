"""Roles have one list, the data; code names them so that mypy, and these tests, see one that is not there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from language import write_roles
from language.roles import BY_NAME, Role
from tests.architecture.product import nodes, sources

READERS = ("language", "understanding")


def readers() -> list[Path]:
    """The files that ask what words do."""
    return [path for path in sources() if path.parent.name in READERS and path.name != "roles.py"]


def named() -> Iterator[tuple[str, str]]:
    """Every role that code names, and the file."""
    for path in sources():
        for node in nodes(path) if path != write_roles.MODULE else ():
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role":
                yield node.attr, path.name


def spelled(node: ast.AST) -> bool:
    """Is this a set of words written out?"""
    return isinstance(node, ast.Set) and any(isinstance(one, ast.Constant) for one in node.elts)


def operands(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.BitAnd | ast.BitOr | ast.Sub):
        return [node.left, node.right] if isinstance(node, ast.BinOp) else [node.value]
    return [node.left, *node.comparators] if isinstance(node, ast.Compare) else []


def test_the_module_is_what_the_data_makes_it() -> None:
    assert write_roles.MODULE.read_text() == write_roles.source(), "run `make roles`"


def test_a_role_in_the_data_that_the_module_lacks_is_seen(tmp_path: Path) -> None:
    data = write_roles.DATA.read_text().replace('"order": {"about"', '"ordre": {"about"', 1)
    (tmp_path / "roles.json").write_text(data)
    assert write_roles.source(tmp_path / "roles.json") != write_roles.MODULE.read_text()


def test_code_names_no_role_that_no_word_has() -> None:
    assert [(name, file) for name, file in named() if name.lower() not in BY_NAME] == []


def test_code_asks_for_every_role_that_words_have() -> None:
    assert {name.lower() for name in BY_NAME} - {name.lower() for name, _ in named()} == set()


def test_no_role_is_written_as_a_string() -> None:
    written = [
        f"{path.name}:{node.lineno}"
        for path in readers()
        for node in nodes(path)
        if isinstance(node, ast.BinOp | ast.AugAssign | ast.Compare) and any(map(spelled, operands(node)))
    ]
    assert written == []


@pytest.mark.parametrize("name", ["ORDER", "REMOVE", "FRESH_CARE"])
def test_a_role_knows_its_name_and_equals_nothing_else(name: str) -> None:
    role = getattr(Role, name)
    assert role is BY_NAME[name.lower()]
    assert role != name.lower()
    assert repr(role) == name.lower()


def mixed(node: ast.AST) -> bool:
    """Does this hold roles and words side by side, of which one kind is never found?"""
    held = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    return {"Role", "word"} <= {
        "Role" if isinstance(one, ast.Attribute) and ast.unparse(one.value) == "Role" else "word"
        for one in held
        if isinstance(one, ast.Attribute) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
    }


@pytest.mark.parametrize("written", ['{"option", Role.NO}', '["no", Role.NO]', '{Role.NO: 1, "no": 2}'])
def test_words_among_roles_are_found(written: str) -> None:
    assert any(mixed(node) for node in ast.walk(ast.parse(written)))


def test_no_role_stands_among_words() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.Set | ast.List | ast.Tuple | ast.Dict) and mixed(node)
    ]
    assert found == []

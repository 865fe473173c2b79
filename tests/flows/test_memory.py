"""What a conversation remembers is declared: the engine's part by `Asked`, the rest by the flow that keeps it."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import flow
from bot.flow import Flow
from bot.memory import Asked
from tests.chats import Chat
from tests.flows.test_every_flow import STATES, bring

FLOWS = list(flow.installed())
ENGINE = set(Asked.__annotations__)


def named(path: Path) -> Iterator[str]:
    """The names in the memory that a file reads or writes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and is_memory(node.value):
            yield from constants([node.slice])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_memory(node.func.value):
            yield from constants(node.args[:1])
        elif isinstance(node, ast.Compare) and is_memory(node.comparators[0]):
            yield from constants([node.left])


def is_memory(node: ast.expr) -> bool:
    return ast.unparse(node).split(".")[-1] == "memory"


def constants(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (str(node.value) for node in nodes if isinstance(node, ast.Constant))


@pytest.mark.parametrize("found", FLOWS, ids=lambda found: found.name)
def test_a_flow_keeps_only_what_it_declares(found: type[Flow]) -> None:
    kept = set(named(Path(str(sys.modules[found.__module__].__file__))))
    assert kept <= set(found.remembers)


def test_the_engine_reads_the_memory_by_its_declared_part_alone() -> None:
    for path in Path(str(flow.__file__)).parent.glob("*.py"):
        assert set(named(path)) == set(), path.name


def test_no_flow_keeps_under_a_name_of_the_engine() -> None:
    assert {name for found in FLOWS for name in found.remembers} & ENGINE == set()


@pytest.mark.parametrize("stands", STATES)
def test_nothing_else_is_remembered_wherever_the_talk_stands(chat: Chat, stands: str) -> None:
    bring(chat, stands)
    assert set(chat.place().memory) <= ENGINE | {name for found in FLOWS for name in found.remembers}

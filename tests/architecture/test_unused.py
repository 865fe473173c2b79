"""What stands at the top of a module is used by the product: what only tests call is no part of it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.product import ROOT, nodes, sources, tree

Defined = tuple[str, str]  # a module and a name in it
STARTED_FROM_OUTSIDE = {  # by their file, by their name in a command line, or by a loader that reads a folder
    ("app", "create_app"),
    ("jobs.worker", "perform"),  # rq is told its name
    ("invoicing.object_store", "Bucket"),  # imported where a bucket is configured
}
ASKED_OF_A_MODULE_IN_A_NAME = {  # of printing, which papers.py imports late; of each page of the simulator
    "invoicing.printing": {"drawn", "drawn_paper", "paper_of"},
    "simulator": {"blueprint"},
}
FORGETTING = {  # what a process remembers; a test that begins anew is another process
    ("bot.gateway.contents", "forget"),
    ("core.queue", "forget"),
    ("orders.catalogue", "forget"),
    ("parties.channels", "forget"),
}
ANSWERS = ROOT / "admin_api" / "answers"
WORDS = (ast.Tuple, ast.List)  # `NEW, SEEN = "new", "seen"`: one set of words, of which some only stand in SQL


def module_of(path: Path) -> str:
    """Its dotted name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def modules() -> dict[str, Path]:
    """Every module of the product."""
    return {module_of(path): path for path in sources()}


def is_found_by_its_place(module: str) -> bool:
    """Flows, invariants and countries are found in their folders; gunicorn reads its file."""
    return module.startswith(("flows.", "reports.invariants.", "countries.")) or module == "cli.gunicorn"


def defined(module: str) -> Iterator[Defined]:
    """The functions, classes and constants of a module; one with a decorator may be called by what decorates it."""
    for node in tree(modules()[module]).body:
        if (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list) or isinstance(
            node, ast.ClassDef
        ):
            yield module, node.name
        elif isinstance(node, ast.Assign) and not any(isinstance(target, WORDS) for target in node.targets):
            yield from ((module, target.id) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield module, node.target.id


def used(module: str) -> Iterator[Defined]:
    """What a module reads of others and of itself."""
    known: dict[str, str] = {}
    for node in nodes(modules()[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name) for one in node.names)
            known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            known |= {one.asname or one.name: one.name for one in node.names}
    for node in nodes(modules()[module]):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield module, node.id
        elif isinstance(node, ast.Attribute):
            yield dotted(node.value, known), node.attr


def dotted(node: ast.expr, known: dict[str, str]) -> str:
    """The module that an expression stands for; empty when it stands for none."""
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, known)}.{node.attr}"
    return ""


def is_asked_by_name(module: str, name: str) -> bool:
    """Python itself asks for `__all__`; the others stand above."""
    homes = (module, module.partition(".")[0])
    return name.startswith("__") or any(name in ASKED_OF_A_MODULE_IN_A_NAME.get(home, ()) for home in homes)


def test_whatever_a_module_offers_is_used_by_the_product() -> None:
    names = {one for module in modules() if not is_found_by_its_place(module) for one in defined(module)}
    names -= {one for module in modules() for one in used(module)} | STARTED_FROM_OUTSIDE | FORGETTING
    assert sorted(f"{module}: {name}" for module, name in names if not is_asked_by_name(module, name)) == []


def test_what_is_excused_is_there() -> None:
    there = {one for module in modules() for one in defined(module)}
    assert there >= STARTED_FROM_OUTSIDE | FORGETTING
    for home, names in ASKED_OF_A_MODULE_IN_A_NAME.items():
        assert {name for module, name in there if module.startswith(home)} >= names


def properties(path: Path) -> Iterator[str]:
    """The properties of a file's classes."""
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(one, ast.Name) and one.id in ("property", "cached_property") for one in node.decorator_list
        ):
            yield node.name


def asked(path: Path) -> Iterator[str]:
    """What a file asks of values, itself or by the fields of an answer, which have the names of what they show."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg == "attribute" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        elif isinstance(node, ast.Assign) and path.is_relative_to(ANSWERS):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def test_every_property_is_asked_for_somewhere() -> None:
    """By its name alone, so that one of many with the same name hides."""
    names = {(path, name) for path in sources() for name in properties(path)}
    known = {name for path in sources() for name in asked(path)}
    assert [f"{path.relative_to(ROOT)}: {name}" for path, name in sorted(names) if name not in known] == []

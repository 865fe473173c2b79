"""One meaning a name: in the rooms below the doors a class has a name that no other class has."""

import ast
from collections import defaultdict
from pathlib import Path

from tests.architecture.product import ROOT, nodes, sources

APART = ("admin_api", "console", "cli", "flows", "simulator")  # shapes and conversations are named after what they show
INSIDE = {"Meta"}  # of a marshmallow schema
STILL_SHARED = {  # to become fewer, never more
    "Amount", "Asked", "Bucket", "Goods", "Judged", "Kind", "LinesInvalid", "Movement", "Outcome", "QuantityInvalid",
    "Registration", "Settings", "SettingsChanged",
}  # fmt: skip


def homes() -> dict[str, list[Path]]:
    """Where each name of a class is declared; an underscore before it makes no other name."""
    found = defaultdict(list)
    for path in sources():
        if path.relative_to(ROOT).parts[0] not in APART:
            for node in nodes(path):
                if isinstance(node, ast.ClassDef) and node.name not in INSIDE:
                    found[node.name.lstrip("_")].append(path)
    return found


def test_no_two_classes_have_one_name() -> None:
    shared = {name: sorted(map(str, paths)) for name, paths in homes().items() if len(paths) > 1}
    assert {name: paths for name, paths in shared.items() if name not in STILL_SHARED} == {}
    assert shared.keys() >= STILL_SHARED, "take out of the list what has become one"

"""What holds for the whole code base: sizes, names, where things may stand."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.product import ROOT, functions, inner_imports, nodes, sources, text, tree

LONGEST_FUNCTION, LONGEST_FILE = 70, 400
TYPICAL_FUNCTION, LARGE_FUNCTION = 8, 30
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager"}
KNOWN_CLOCKS = {"clock.py", "scheduler.py", "i37_clocks.py"}  # the clock itself; rq-scheduler's naive UTC; its check
EVERYWHERE = {"true", "unshare"}  # of packages that no Debian can be without
MONEY_PACKAGES = ("credit", "invoicing", "orders")


def test_no_function_is_longer_than_a_look() -> None:
    long = [f"{path.relative_to(ROOT)}:{name} {size}" for path in sources() for name, size in functions(path)
            if size > LONGEST_FUNCTION]  # fmt: skip
    assert long == []


def test_the_typical_function_is_small() -> None:
    sizes = sorted(size for path in sources() for _, size in functions(path))
    assert sizes[len(sizes) // 2] <= TYPICAL_FUNCTION
    assert sizes[int(len(sizes) * 0.95)] <= LARGE_FUNCTION


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(path.relative_to(ROOT)): text(path).count("\n") for path in sources()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_module_has_an_empty_name() -> None:
    assert [path for path in sources() if path.stem in EMPTY_NAMES or EMPTY_NAMES & set(path.parts)] == []


def test_every_module_says_what_it_is() -> None:
    silent = [path.relative_to(ROOT) for path in sources() if not ast.get_docstring(tree(path))]
    assert silent == []


def test_a_transaction_is_committed_in_one_file_only() -> None:
    committing = {str(path.relative_to(ROOT)) for path in sources() if ".commit(" in text(path)}
    assert committing <= {"core/db.py"}


@pytest.mark.parametrize("forbidden", ["utcnow", "datetime.now(", "date.today(", "time.time()"])
def test_time_is_asked_of_the_clock(forbidden: str) -> None:
    asking = [path.relative_to(ROOT) for path in sources()
              if forbidden in text(path) and path.parts[-2] not in {"embedded", "simulator", "cli"}
              and path.name not in KNOWN_CLOCKS]  # fmt: skip
    assert asking == []


def test_no_float_comes_near_money() -> None:
    near = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in MONEY_PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for line in text(path).splitlines()
        if re.search(r"\bfloat\(", line)
    ]
    assert near == []


def test_imports_stand_at_the_top() -> None:
    inside = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if path.parent.name != "cli"  # a command imports what it needs when it runs: starting must be quick
        for line in inner_imports(path)
    ]
    assert inside == []


def test_only_the_flow_module_knows_transitions() -> None:
    knowing = {str(path.relative_to(ROOT)) for path in sources()
               if re.search(r"^(from|import) transitions", text(path), re.M)}  # fmt: skip
    assert knowing == {"bot/flow.py"}


def test_no_file_names_a_place_outside_the_project() -> None:
    tracked = [*sources(), ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    assert [path for path in tracked if re.search(r"/work/|\.\./shared", text(path))] == []


def test_tests_start_no_program_that_only_some_machines_have() -> None:
    started = {
        (str(path.relative_to(ROOT)), program)
        for path in (ROOT / "tests").rglob("*.py")
        for node in nodes(path)
        for program in programs(node)
        if program not in EVERYWHERE
    }
    assert {program for _, program in started} <= {"hledger"}, started  # a second opinion, where it is installed


def programs(node: ast.AST) -> Iterator[str]:
    """The programs of PATH that a call names: what `which` looks for, and the first word of a command."""
    if not isinstance(node, ast.Call):
        return
    called = ast.unparse(node.func)
    first = node.args[0] if node.args else None
    if called.startswith("subprocess.") and isinstance(first, ast.List | ast.Tuple) and first.elts:
        first = first.elts[0]
    if called.startswith(("subprocess.", "shutil.which", "os.system")) and isinstance(first, ast.Constant):
        yield str(first.value).split()[0]


def test_a_name_of_the_domain_has_one_address() -> None:
    """A module offers what it defines: callers take the rest from where it is. A package may name its modules' own."""
    packages = ("countries", "credit", "invoicing", "orders", "parties", "policy", "reports", "tax")
    lent = []
    for path in sources():
        offered = [node for node in tree(path).body if isinstance(node, ast.Assign) and _sets_all(node)]
        if path.relative_to(ROOT).parts[0] in packages and path.name != "__init__.py":
            lent += [str(path.relative_to(ROOT)) for _ in offered]
    assert lent == []


def _sets_all(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)

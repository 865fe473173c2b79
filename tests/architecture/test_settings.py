"""An organisation's settings have their defaults in one place, in Python: SQL reads what is kept and knows none."""

import ast
import re
from collections.abc import Iterator

from sqlalchemy import CheckConstraint

import policy
from parties.tables import Organisation
from tests.architecture.product import ROOT, nodes, sources

READS = re.compile(r"\bsettings\s*(?:->>?|#>>?|\?[|&]?)\s*'(\w+)'")
FALLS_BACK = re.compile(r"coalesce|nullif|distinct\s+from|\bis\s+(not\s+)?null\b", re.IGNORECASE)
AROUND = 80  # characters before and after a setting that is read in which nothing may fall back


def statements() -> Iterator[tuple[str, str]]:
    """Every text of the product that may be SQL: files, and strings of Python but docstrings."""
    for path in sorted(ROOT.glob("*/sql/*.sql")):
        yield str(path.relative_to(ROOT)), path.read_text()
    for path in sources():
        if path.is_relative_to(ROOT / "simulator"):
            continue
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def read_in_sql() -> Iterator[tuple[str, str, str]]:
    """Where a setting is read, its name, and what stands around it."""
    for place, sql in statements():
        for found in READS.finditer(sql):
            yield place, found[1], sql[max(0, found.start() - AROUND) : found.end() + AROUND]


def test_sql_reads_settings_that_exist() -> None:
    names = set(policy.of_a_new_organisation())
    assert {(place, name) for place, name, _ in read_in_sql() if name not in names} == set()


def test_no_default_of_a_setting_stands_in_sql() -> None:
    wrong = [(place, name) for place, name, around in read_in_sql() if FALLS_BACK.search(around)]
    assert wrong == []
    assert {"exposure", "cheques_counted_early"} <= {name for _, name, _ in read_in_sql()}


def test_the_database_demands_what_sql_reads() -> None:
    (rule,) = (one for one in Organisation.__table__.constraints if isinstance(one, CheckConstraint))
    assert set(re.findall(r"'(\w+)'", str(rule.sqltext))) == {name for _, name, _ in read_in_sql()}


def test_settings_are_read_through_their_sections_alone() -> None:
    """Nobody looks into what is kept but parties/settings.py; a row's own goes to `read` of a section at once."""
    wrong = []
    for path in sources():
        if path.is_relative_to(ROOT / "simulator") or path == ROOT / "parties" / "settings.py":
            continue
        passed = {id(argument) for node in nodes(path) if _is_read(node) for argument in node.args}
        wrong += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in nodes(path)
            if isinstance(node, ast.Attribute) and node.attr == "settings" and id(node) not in passed
        ]
    assert wrong == []


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "read"

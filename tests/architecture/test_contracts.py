"""What the documents and declarations claim: import contracts, settings, permissions, templates, commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from admin_api import access
from app import create_app
from core import i18n, templates

ROOT = Path(__file__).resolve().parents[2]


def test_import_contracts_hold() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_every_setting_is_in_the_example_file() -> None:
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', (ROOT / "core" / "settings.py").read_text()))
    listed = set(re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    assert read <= listed


def test_every_setting_is_in_the_readme() -> None:
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', (ROOT / "core" / "settings.py").read_text()))
    assert read <= set(re.findall(r"`([A-Z_]+)`", (ROOT / "README.md").read_text()))


def test_every_api_route_names_who_may_call_it(database: str) -> None:
    app = create_app()
    assert access.undeclared(app) == []
    app.add_url_rule("/api/v1/admin/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(RuntimeError, match="forgotten"):
        access.require_declared(app)


def test_every_template_speaks_every_language_with_the_same_parameters() -> None:
    for template in templates.catalogue().values():
        assert set(template.body) == set(i18n.LANGUAGES), template.name
        for body in template.body.values():
            assert sorted(set(re.findall(r"\{\{(\w+)\}\}", body))) == sorted(template.params), template.name


def test_template_bodies_fit_what_meta_approves() -> None:
    for template in templates.catalogue().values():
        for body in template.body.values():
            assert len(body) <= 550
            assert "\n" not in body
            assert not body.startswith("{{")
            assert not body.rstrip(".۔।").endswith("}}"), (template.name, body[-20:])


def test_every_decision_has_a_page() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert len(pages) >= 19
    for page in pages:
        text = page.read_text()
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in text, page.name

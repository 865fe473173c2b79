"""A new language is data, a catalogue and templates, and no Python file: one is added to a copy, and talked in.

What is added lies in `new_language/data`, in the places where it belongs; what is said, in `new_language`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core import db

HERE = Path(__file__).parent / "new_language"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".bahi", "node_modules", "dist", "__pycache__", ".*_cache")


def test_a_shop_talks_in_a_language_that_no_python_file_knows(tmp_path: Path) -> None:
    copy = tmp_path / "bahi"
    shutil.copytree(db.ROOT, copy, ignore=NOT_COPIED, symlinks=True)
    added = [path for path in (HERE / "data").rglob("*") if path.is_file()]
    assert {path.suffix for path in added} == {".json", ".po"}
    shutil.copytree(HERE / "data", copy, dirs_exist_ok=True)
    for catalogue in copy.glob("locale/*/LC_MESSAGES/bahi.po"):
        with catalogue.open("rb") as sentences, catalogue.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(sentences))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/flows/new_language/conversation.py",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "BAHI_"))}
    told = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "6 passed" in told.stdout

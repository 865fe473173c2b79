"""The launcher in a small project of its own, with real environments."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ECHO = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), "prefix": sys.prefix}))
sys.exit(int(os.environ.get("LEAVE_WITH", "0")))
"""


CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8"

msgid "a"
msgstr "b"
"""
NPM = """#!/bin/sh
rm -rf node_modules && mkdir node_modules && echo "$@" >> asked
"""
TESTS = """
import pytest
def test_one(): pytest.skip("no printer")
def test_two(): pass
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project without dependencies, set up once: what is tested is the launcher, not the packages."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "bahi", folder / "bahi")
    (folder / "requirements.txt").write_text("# nothing is needed\n")
    (folder / "cli").mkdir()
    (folder / "cli" / "__main__.py").write_text(ECHO)
    done = bahi(folder, "setup")
    assert done.returncode == 0, done.stderr
    return folder


def bahi(project: Path, *words: str, python: str = sys.executable, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **options.pop("env", {})}
    line = [python, str(project / "bahi"), *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment, **options)


def test_the_first_command_sets_up_and_the_second_only_runs(project: Path) -> None:
    again = bahi(project, "setup")
    assert again.stderr == "bahi: everything is in place\n"
    assert (project / ".venv/bin/python").exists()


def test_a_command_runs_in_the_projects_environment_where_the_caller_stands(project: Path, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the folder of the caller shadows modules')")
    done = bahi(project, "import", "retailers", "shops.csv", cwd=tmp_path)
    assert done.stderr == ""
    assert '"arguments": ["import", "retailers", "shops.csv"]' in done.stdout
    assert f'"folder": "{tmp_path}"' in done.stdout
    assert f'"prefix": "{project}/.venv"' in done.stdout


def test_the_exit_code_is_the_commands_own(project: Path) -> None:
    assert bahi(project, "doctor", env={"LEAVE_WITH": "5"}).returncode == 5


def test_changed_requirements_are_installed_once_more(project: Path) -> None:
    (project / "requirements.txt").write_text("# still nothing\n")
    assert "installing the runtime packages" in bahi(project, "setup").stderr
    assert "installing" not in bahi(project, "setup").stderr


def test_two_set_ups_at_once_do_the_work_once(project: Path) -> None:
    (project / "requirements.txt").write_text("# nothing, differently\n")
    line = [sys.executable, str(project / "bahi"), "setup"]
    both = [subprocess.Popen(line, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = "".join(process.communicate()[1] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said.count("installing the runtime packages") == 1


def test_catalogues_are_compiled_when_the_source_is_newer(tmp_path: Path) -> None:
    folder = tmp_path / "locale/hi/LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "bahi").write_bytes((ROOT / "bahi").read_bytes())
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "requirements.txt").write_bytes((ROOT / "requirements.txt").read_bytes())
    (folder / "bahi.po").write_text(CATALOGUE)
    done = bahi(tmp_path, "setup")
    assert "compiling the message catalogues" in done.stderr
    assert (folder / "bahi.mo").exists()
    assert "compiling" not in bahi(tmp_path, "setup").stderr


def test_a_set_up_that_fails_says_why_and_leaves_no_stamp(project: Path) -> None:
    before = (project / "requirements.txt").read_text()
    (project / "requirements.txt").write_text("no-such-file @ file:///no/such/file.whl\n")
    try:
        for _ in range(2):
            done = bahi(project, "setup")
            assert done.returncode == 1
            assert re.search(r"failed:\n", done.stderr)
    finally:
        (project / "requirements.txt").write_text(before)


def test_what_only_developers_need_of_the_front_end_comes_with_dev_and_stays(tmp_path: Path) -> None:
    (tmp_path / "bahi").write_bytes((ROOT / "bahi").read_bytes())
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "web").mkdir()
    for name in ("package.json", "package-lock.json"):
        (tmp_path / "web" / name).write_text("{}")
    (tmp_path / "npm").write_text(NPM)
    (tmp_path / "npm").chmod(0o755)
    for words in (["setup"], ["setup", "--dev"], ["setup", "--dev"], ["setup"]):
        done = bahi(tmp_path, *words, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert done.returncode == 0, done.stderr
    assert [" --omit=dev " in line for line in (tmp_path / "web/asked").read_text().splitlines()] == [True, False]


def test_an_unknown_option_of_setup_is_a_usage_error(project: Path) -> None:
    assert bahi(project, "setup", "--fast").returncode == 2


def test_skipped_tests_fail_in_continuous_integration_only(project: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    (small / "bahi").write_bytes((ROOT / "bahi").read_bytes())
    (small / ".venv").symlink_to(ROOT / ".venv")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (small / name).write_bytes((ROOT / name).read_bytes())
    (small / "pytest.ini").write_text("[pytest]\n")
    (small / "test_it.py").write_text(TESTS)

    def test(ci: str, *words: str) -> subprocess.CompletedProcess[str]:
        return bahi(small, "test", "-q", *words, env={"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})

    assert test("").returncode == 0
    strict = test("true")
    assert strict.returncode == 1
    assert "skipped, which counts as failed here: test_it.test_one" in strict.stderr
    assert test("true", "-k", "two").returncode == 0
    assert test("true", "-k", "three").returncode == 5

"""A published revision says for ever what it said: databases stand that ran it as it was."""

import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from core.schema import alembic_config
from migrations import published


def test_every_revision_is_published_and_stands_as_it_was_published() -> None:
    assert list(published.complaints()) == []


def test_each_revision_follows_one_other_and_bears_its_own_name() -> None:
    revisions = list(ScriptDirectory.from_config(alembic_config("postgresql://nowhere")).walk_revisions())
    names = [one.revision for one in revisions]
    assert names == sorted(names, reverse=True)
    assert [one.down_revision for one in revisions] == [*names[1:], None]
    assert [Path(one.path).stem for one in revisions] == names


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A copy of the revisions, to be changed."""
    skipped = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(published.VERSIONS, tmp_path / "versions", ignore=skipped))


CHANGES = {
    "a comma in the Python": ("0001_schema.py", lambda text: text.replace(",\n", " ,\n", 1)),
    "a column": ("0001_schema/credit.sql", lambda text: text.replace("bigint", "integer", 1)),
    "a line's end": ("0001_schema/parties.sql", lambda text: text.replace("\n", "\r\n")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_who_changes_a_published_revision_is_told_to_write_a_new_one(versions: Path, change: str) -> None:
    file, edit = CHANGES[change]
    before = (versions / file).read_text()
    (versions / file).write_text(edit(before), newline="")
    assert (versions / file).read_bytes() != before.encode()
    [sentence] = published.complaints(versions)
    assert sentence.startswith(f"{file} is not as it was published")
    assert "write a new revision after 00" in sentence


def test_a_file_added_to_a_published_revision_or_taken_from_it_is_a_change(versions: Path) -> None:
    (versions / "0001_schema" / "later.sql").write_text("CREATE TABLE later ();\n")
    (versions / "0001_schema" / "jobs.sql").unlink()
    told = list(published.complaints(versions))
    assert [one.split()[0] for one in told] == ["0001_schema/jobs.sql", "0001_schema/later.sql"]


def test_a_published_revision_can_neither_be_renamed_nor_dropped(versions: Path) -> None:
    (versions / "0001_schema.py").rename(versions / "0001_tables.py")
    told = list(published.complaints(versions))
    assert [one.split(" is ")[0] for one in told] == ["0001_tables", "0001_schema.py"]


def test_a_new_revision_is_to_be_published_and_then_stands(versions: Path) -> None:
    new = versions / "9000_later.py"
    new.write_text('revision = "9000_later"\n')
    assert list(published.complaints(versions)) == [
        "9000_later is not published: when it says what it shall say for ever, run `make publish`"
        " and commit 9000_later.sha256 with it."
    ]
    published.publish(versions)
    assert list(published.complaints(versions)) == []
    new.write_text("")
    [sentence] = published.complaints(versions)
    assert sentence.startswith("9000_later.py is not as it was published")


def test_publishing_writes_no_published_revision_anew(versions: Path) -> None:
    (versions / "0001_schema.py").write_text("")
    published.publish(versions)
    assert len(list(published.complaints(versions))) == 1

"""What has been published of the revisions, and `make publish`, which says so of those that have not.

Databases stand that ran a revision as it was when it was published; one that says something else afterwards makes a
schema that they do not have. Beside each stands the SHA-256 of every file that it consists of (`sha256sum -c` reads it
too), and a test holds the files against it.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
LISTED = ".sha256"


def publish(versions: Path = VERSIONS) -> None:
    """Write down the files of each revision that is not published yet; one that is stays as it is."""
    for name, files in _revisions(versions).items():
        listed = versions / f"{name}{LISTED}"
        if not listed.exists():
            listed.write_text("".join(f"{mark}  {file}\n" for file, mark in sorted(files.items())))


def complaints(versions: Path = VERSIONS) -> Iterator[str]:
    """What is wrong with the revisions, each in a sentence that says what to do."""
    there, published = _revisions(versions), _published(versions)
    for name in sorted(there.keys() - published.keys()):
        yield (
            f"{name} is not published: when it says what it shall say for ever, run `make publish`"
            f" and commit {name}{LISTED} with it."
        )
    for name, files in sorted(published.items()):
        now = there.get(name, {})
        for file in sorted(files.keys() | now.keys()):
            if files.get(file) != now.get(file):
                yield (
                    f"{file} is not as it was published, and databases stand that ran it so: put it back, and write"
                    f" a new revision after {max(there, default=name)} for what shall change."
                )


def _revisions(versions: Path) -> dict[str, dict[str, str]]:
    """Each revision's files, by their paths, with their digests: a module, and what stands in a folder of its name."""
    revisions: dict[str, dict[str, str]] = {}
    for path in sorted(versions.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != LISTED:
            inside = path.relative_to(versions)
            name = inside.parts[0].removesuffix(".py")
            revisions.setdefault(name, {})[inside.as_posix()] = sha256(path.read_bytes()).hexdigest()
    return revisions


def _published(versions: Path) -> dict[str, dict[str, str]]:
    """What the lists say, by the name of the revision."""
    published = {}
    for path in versions.glob(f"*{LISTED}"):
        rows = (line.split("  ", 1) for line in path.read_text().splitlines())
        published[path.stem] = {file: mark for mark, file in rows}
    return published


if __name__ == "__main__":
    publish()

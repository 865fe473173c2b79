"""Where finished documents lie: one small interface, so that files may move off this machine without anybody noticing.

Keys are `organisation/document.pdf`. What is written is whole or not there; the same key may be written again.
"""

import os
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from core import ids, settings
from core.settings import ObjectStore


class Storage(Protocol):
    """Keeps bytes under a key."""

    def read(self, key: str) -> bytes | None:
        """What was written last under this key; None when nothing was."""

    def write(self, key: str, content: bytes) -> None:
        """Keep the content; readers find all of it or what was there before."""


class Folder:
    """A folder of this machine, or one that is mounted on all of them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, key: str) -> bytes | None:
        """The file's bytes, or None."""
        try:
            return self.root.joinpath(key).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, key: str, content: bytes) -> None:
        """Write beside, sync, put in place."""
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{ids.new()}")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def current() -> Storage:
    """Where this process keeps documents: in a bucket when one is named, else below BAHI_HOME."""
    known = settings.current()
    return _bucket(known.object_store) if known.object_store else Folder(known.home / "documents")


@lru_cache(maxsize=4)
def _bucket(store: ObjectStore) -> Storage:
    """One client for the process: it keeps its connections."""
    made: Storage = import_module("invoicing.object_store").Bucket(store)
    return made

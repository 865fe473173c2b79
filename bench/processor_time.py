"""CPU time of a process and everything below it, as the kernel counts it in /proc."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


class Entry(NamedTuple):
    pid: int
    parent: int
    ticks: int  # user and system time, of the process and of children that it has buried


def read(text: str) -> Entry:
    """One line of /proc/PID/stat; the command in brackets may hold anything."""
    fields = text[text.rindex(")") + 2 :].split()
    return Entry(int(text.split(maxsplit=1)[0]), int(fields[1]), sum(int(ticks) for ticks in fields[11:15]))


def total(entries: list[Entry], root: int) -> int:
    """Ticks of `root` and all its living descendants; the dead count through who buried them."""
    children: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        children[entry.parent].append(entry)
    waiting, ticks = [entry for entry in entries if entry.pid == root], 0
    while waiting:
        entry = waiting.pop()
        ticks += entry.ticks
        waiting += children[entry.pid]
    return ticks


def seconds(root: int) -> float:
    """CPU seconds that the tree below `root` has used so far."""
    return total(list(_entries()), root) / TICK


def parent_of(pid: int) -> int:
    """The parent's process id."""
    return read((PROC / str(pid) / "stat").read_text()).parent


def _entries() -> Iterator[Entry]:
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                yield read((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # gone since the folder was listed

"""CPU time from /proc: a process, what it started, and what it has buried."""

import os
import subprocess
import sys

import pytest

from bench.processor_time import Entry, parent_of, read, seconds, total

LINE = "4711 (a) name (b)) S 12 4711 4711 0 -1 4194304 900 0 0 0 31 7 5 2 20 0 4 0 999 0 0"


def test_a_stat_line_is_read_behind_the_last_bracket() -> None:
    assert read(LINE) == Entry(pid=4711, parent=12, ticks=31 + 7 + 5 + 2)


def test_a_tree_counts_children_and_grandchildren_and_no_neighbours() -> None:
    entries = [Entry(1, 0, 1000), Entry(10, 1, 5), Entry(11, 10, 7), Entry(12, 11, 11), Entry(20, 1, 400)]
    assert total(entries, 10) == 5 + 7 + 11


def test_a_tree_that_is_gone_has_used_nothing_that_can_be_seen() -> None:
    assert total([Entry(1, 0, 1000)], 10) == 0


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="reads /proc")
def test_work_of_a_child_counts_while_it_lives_and_after_it_was_buried() -> None:
    before = seconds(os.getpid())
    spin = "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    with subprocess.Popen([sys.executable, "-c", spin]) as child:
        assert parent_of(child.pid) == os.getpid()
    assert seconds(os.getpid()) - before >= 0.18

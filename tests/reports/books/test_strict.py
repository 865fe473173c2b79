"""The strict reader refuses what hledger's strict checks refuse, and hledger agrees where it is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reports.books import strict

SOUND = """; Books of a shop

commodity INR 1000.00

account assets:cash
account assets:receivable:A 1 Sharma & Sons
account revenues:sales

2026-04-01 (INV/1) Sharma & Sons | invoice  ; journal: 1
    assets:receivable:A 1 Sharma & Sons  INR 100.10
    revenues:sales  INR -100.10

2026-04-02 Sharma & Sons | payment  ; journal: 2
    assets:cash  INR 100.00
    assets:receivable:A 1 Sharma & Sons  INR -100.00
"""
UNSOUND = {
    "an amount that makes it lean": ("INR -100.10", "INR -100.11"),
    "an account that nobody declared": ("    assets:cash  ", "    assets:till  "),
    "a commodity that nobody declared": ("    revenues:sales  INR", "    revenues:sales  PKR"),
    "a day that is none": ("2026-04-02", "2026-04-31"),
    "a second account in an account's name": ("A 1 Sharma & Sons  INR -100.00", "A 1  evil:account  INR -100.00"),
    "an account that need not balance": ("    assets:cash  INR", "    (assets:cash)  INR"),
    "a line of something else": ("\n2026-04-02", "\nsold on credit\n2026-04-02"),
    "an amount outside of any transaction": ("account revenues:sales\n", "\n    assets:cash  INR 1.00\n"),
    "a second date without a line between": ("INR 100.00\n", "INR 100.00\n2026-04-03 x\n"),
}


def refused_by_hledger(text: str, folder: Path) -> bool:
    file = folder / "books.journal"
    file.write_text(text, encoding="utf-8")
    command = [str(shutil.which("hledger")), "--strict", "-f", str(file), "balance"]
    return subprocess.run(command, capture_output=True, env={"LANG": "C.UTF-8"}, check=False).returncode != 0


def test_a_sound_journal_is_read() -> None:
    journal = strict.read(SOUND)
    assert journal.transactions == 2
    assert journal.balances == {
        "assets:receivable:A 1 Sharma & Sons": 10,
        "revenues:sales": -10_010,
        "assets:cash": 10_000,
    }


@pytest.mark.parametrize("fault", UNSOUND)
def test_a_journal_with_a_fault_is_refused(fault: str, tmp_path: Path) -> None:
    sound, unsound = UNSOUND[fault]
    assert SOUND.count(sound) == 1
    text = SOUND.replace(sound, unsound)
    with pytest.raises(strict.JournalError, match="line"):
        strict.read(text)
    if shutil.which("hledger"):
        assert refused_by_hledger(text, tmp_path)


def test_a_name_with_a_line_of_its_own_is_refused() -> None:
    for letter in ("\u202e", "\x0b", "\x85", "\u2028", "\r"):
        with pytest.raises(strict.JournalError):
            strict.read(SOUND.replace("Sons | payment", f"Sons{letter} | payment"))

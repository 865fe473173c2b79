"""A strict reader of plain-text journals: what hledger's strict checks refuse of the form that Bahi writes, it refuses.

It knows the format from hledger's manual and nothing of the program that writes: lines end at a line feed; an account's
name ends at two spaces; every account and commodity is declared before it is used; every transaction adds up to zero.
A line that it does not know is an error, so nothing in a name can pass as an account or a transaction of its own.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

COMMODITY = re.compile(r"commodity (?P<name>[A-Z]{3}) 1000(?P<places>\.0+)?")
ACCOUNT = re.compile(r"account (?P<name>\S.*)")
HEADING = re.compile(r"(?P<on>\d{4}-\d\d-\d\d)(?: [*!])?(?: \((?P<code>[^()]*)\))? (?P<words>[^;]*)(?P<note>;.*)?")
POSTING = re.compile(r" {4}(?P<account>\S.*?) {2,}(?P<commodity>[A-Z]{3}) (?P<amount>-?\d+(?:\.\d+)?)")
SURROUNDED = re.compile(r"[(\[].*[)\]]")  # a virtual account: it need not balance, so books have none


class JournalError(Exception):
    """Not a sound journal; says which line and why."""


@dataclass
class Journal:
    """What a journal says: accounts with what they hold in minor units, and how many transactions there are."""

    balances: dict[str, int] = field(default_factory=dict)
    transactions: int = 0
    declared: set[str] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)  # of each declared commodity
    is_open: bool = False  # in the lines of a transaction
    open_minor: int = 0  # what that transaction adds up to

    def take(self, line: str) -> None:
        """The next line."""
        if found := POSTING.fullmatch(line):
            self.post(found["account"], found["commodity"], Decimal(found["amount"]))
            return
        self.close()
        if found := HEADING.fullmatch(line):
            date.fromisoformat(found["on"])
            self.transactions += 1
            self.is_open = True
        elif found := ACCOUNT.fullmatch(line):
            self.declare(found["name"])
        elif found := COMMODITY.fullmatch(line):
            self.places[found["name"]] = len(found["places"] or ".") - 1
        elif line and not line.startswith(";"):
            raise JournalError("not a line of a journal")

    def declare(self, account: str) -> None:
        """An account that may be used from now on."""
        if account in self.declared:
            raise JournalError("declared twice")
        if "  " in account or ";" in account or SURROUNDED.fullmatch(account):
            raise JournalError("not the name of an account")
        self.declared.add(account)

    def post(self, account: str, commodity: str, amount: Decimal) -> None:
        """One amount on one account."""
        if not self.is_open:
            raise JournalError("an amount outside of any transaction")
        if account not in self.declared:
            raise JournalError(f"account {account!r} is not declared")
        if commodity not in self.places:
            raise JournalError(f"commodity {commodity!r} is not declared")
        minor = amount.scaleb(self.places[commodity])
        if minor != int(minor):
            raise JournalError("more decimals than the commodity has")
        self.balances[account] = self.balances.get(account, 0) + int(minor)
        self.open_minor += int(minor)

    def close(self) -> None:
        """The transaction is over: it must add up to zero."""
        if self.open_minor:
            raise JournalError(f"the transaction above is out of balance by {self.open_minor}")
        self.is_open = False


def read(text: str) -> Journal:
    """All of a journal; JournalError when it is not sound."""
    journal = Journal()
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if any(not letter.isprintable() and letter not in "\u200c\u200d" for letter in line):
            raise JournalError(f"line {number} holds what cannot be printed: {line!r}")
        try:
            journal.take(line)
        except (JournalError, ValueError) as error:
            raise JournalError(f"line {number}: {line!r}: {error}") from error
    return journal

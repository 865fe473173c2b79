"""The whole ledger as a plain-text journal that hledger and its relatives read.

Every journal of the ledger becomes one transaction, so each balances as the ledger does, and each shop has an account
below `assets:receivable` whose balance is what the API calls its outstanding.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids, money
from parties import organisations
from reports.books import entries
from reports.books.entries import BookEntry

ACCOUNT_NAMES = {
    "receivable": "assets:receivable",
    "disputed": "assets:disputed",
    "cash": "assets:cash",
    "upi": "assets:upi",
    "bank": "assets:bank",
    "cheque": "assets:cheques",
    "other_receipts": "assets:other receipts",
    "output_cgst": "liabilities:output tax:cgst",
    "output_sgst": "liabilities:output tax:sgst",
    "output_utgst": "liabilities:output tax:utgst",
    "output_igst": "liabilities:output tax:igst",
    "output_cess": "liabilities:output tax:cess",
    "output_sales_tax": "liabilities:output tax:sales tax",
    "output_further_tax": "liabilities:output tax:further tax",
    "opening_balance": "equity:opening balances",
    "sales": "revenues:sales",
    "returns": "revenues:returns",
    "charges": "revenues:charges",
    "round_off": "revenues:round off",
    "discounts": "expenses:discounts",
    "bad_debts": "expenses:bad debts",
}
OF_A_SHOP = ("receivable", "disputed")  # kept apart for each shop
_JOINERS = "\u200c\u200d"  # Hindi and Urdu spelling needs them
_MEANINGFUL = re.compile(r"[:;|()\[\]*!=@]+")

_SHOPS = """
SELECT retailer.id, retailer.code, retailer.name FROM retailer
WHERE retailer.org_id = %(org)s AND EXISTS (
    SELECT FROM ledger_transfer t
    WHERE t.org_id = retailer.org_id AND t.retailer_id = retailer.id
      AND t.effective_on <= coalesce(%(as_of)s::date, 'infinity'))
ORDER BY retailer.code, retailer.id
"""


def write(session: Session, as_of: date | None = None) -> Iterator[str]:
    """The journal, piece by piece, of everything booked until the end of `as_of` (None: of everything).

    Of one moment only in a transaction that is a snapshot.
    """
    organisation = organisations.get(session)
    where = {"org": str(db.org_of(session)), "as_of": as_of}
    shops = shop_accounts(db.execute(session, _SHOPS, where))
    yield _heading(organisation.name, organisation.currency, clock.today(organisation.timezone), as_of)
    yield from _declarations(shops)
    for entry in entries.walk(session, to_on=as_of):
        yield _transaction(entry, shops[entry.retailer_id])


def shop_accounts(shops: Iterable[Any]) -> dict[UUID, str]:
    """The last part of each shop's account: its code and name, and its id where these two are not enough."""
    named: dict[UUID, str] = {}
    taken = set[str]()
    for shop_id, code, name in shops:
        label = plain(f"{code} {name}")
        if not label or label in taken:
            label = plain(f"{label} {ids.public('ret', shop_id)}")
        taken.add(label)
        named[shop_id] = label
    return named


def plain(text: str) -> str:
    """Text without what means something in a journal: one line, single spaces, no signs of its own."""
    one_line = " ".join(_MEANINGFUL.sub(" ", text).split())
    return "".join(letter for letter in one_line if letter.isprintable() or letter in _JOINERS).strip()


def _heading(name: str, currency: str, today: date, as_of: date | None) -> str:
    until = f"everything booked until {as_of}" if as_of else "everything booked"
    return f"; Books of {plain(name)}, written by Bahi on {today}: {until}.\n\ncommodity {currency} 1000.00\n\n"


def _declarations(shops: dict[UUID, str]) -> Iterator[str]:
    for account, name in ACCOUNT_NAMES.items():
        yield f"account {name}\n"
        if account in OF_A_SHOP:
            yield from (f"account {name}:{label}\n" for label in shops.values())


def _transaction(entry: BookEntry, shop: str) -> str:
    reference = plain(entry.reference)
    code = f" ({reference})" if reference else ""
    lines = [f"\n{entry.on}{code} {plain(entry.name)} | {entry.reason}  ; journal: {entry.journal_id}"]
    for account, amount_minor in entry.amounts.items():
        name = f"{ACCOUNT_NAMES[account]}:{shop}" if account in OF_A_SHOP else ACCOUNT_NAMES[account]
        lines.append(f"    {name}  {entry.currency} {money.to_major(amount_minor)}")
    return "\n".join(lines) + "\n"

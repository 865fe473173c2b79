"""The plain-text journal, read strictly: it balances, and each shop owes what its account says."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import rows
from credit import accounts, adjustments, bills, days, disputes, openings, payments
from credit.tables import ACCOUNTS, Bill
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports.books import journal
from tests.ledger import transfers
from tests.reports.books import strict

HOSTILE = (
    "Ram; evil:account  (virtual)\n2020-01-01 * forged\n    assets:cash  100",
    "\u202eevil\u2066 = 5 @ 3 ; x",
    "[Brackets] | pipes \u00a0\u00a0 spaces",
    "शर्मा किराना ‍",
    "شرما کریانہ",
    ";;;",
)


def hledger(text: str, folder: Path, *arguments: str) -> str:
    """What hledger says about a journal; any complaint of its strict checks fails the test."""
    file = folder / "books.journal"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["hledger", "--strict", "-f", str(file), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"LANG": "C.UTF-8", "PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def balances(text: str, folder: Path) -> dict[str, int]:
    """Each account's balance in minor units, by the strict reader; hledger must agree where it is installed."""
    journal = strict.read(text)
    if shutil.which("hledger"):
        listed, _total = json.loads(hledger(text, folder, "balance", "--flat", "--empty", "-O", "json"))
        found = {name: sum(minor(one["aquantity"]) for one in amounts) for name, _, _, amounts in listed}
        assert journal.balances == found
        assert len(json.loads(hledger(text, folder, "print", "-O", "json"))) == journal.transactions
    return journal.balances


def minor(quantity: dict[str, int]) -> int:
    """A quantity of hledger's in minor units, exactly."""
    return int(Decimal(quantity["decimalMantissa"]).scaleb(2 - quantity["decimalPlaces"]))


def lived(session: Session, shop_id: UUID, issue: Callable[..., Invoice]) -> None:
    """Bills, payments, one taken back, a return and a dispute."""
    issue(session, shop_id)
    today = days.today(session)
    [old] = openings.owe(session, shop_id, [openings.OpeningBill("90/A", today - timedelta(days=90), 900_000)])
    paid = payments.record(session, payments.NewPayment(shop_id, 33_333, "upi", reference=f"UTR{shop_id}"))
    payments.reverse(session, paid.payment_id, "wrong shop", charge_minor=11_800)
    payments.record(session, payments.NewPayment(shop_id, 12_345, "cash"))
    adjustments.create(session, adjustments.Adjustment(shop_id, "goodwill", 99, "paise", "owner"))
    disputes.start(session, old.id, 1_001, "two crates short")


@pytest.fixture
def shops(session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> list[Retailer]:
    """Shops with names that mean something to a journal, each with a life of its own."""
    made = [make_retailer(session, name=name) for name in HOSTILE]
    for shop in made:
        lived(session, shop.id, issue)
    return made


def test_a_strict_reader_agrees_with_what_every_shop_owes_and_everything_adds_up_to_zero(
    session: Session, shops: list[Retailer], tmp_path: Path
) -> None:
    found = balances("".join(journal.write(session)), tmp_path)
    assert sum(found.values()) == 0
    for shop in shops:
        [name] = [name for name in found if name.startswith(f"assets:receivable:{shop.code}")]
        assert found[name] == accounts.get(session, shop.id).outstanding_minor != 0
        [aside] = [name for name in found if name.startswith(f"assets:disputed:{shop.code}")]
        assert found[aside] == 1_001


def test_a_name_adds_no_account_and_no_transaction_of_its_own(
    session: Session, shops: list[Retailer], tmp_path: Path
) -> None:
    text = "".join(journal.write(session))
    found = balances(text, tmp_path)
    assert {name.split(":")[0] for name in found} == {"assets", "equity", "expenses", "liabilities", "revenues"}
    assert strict.read(text).transactions == len({leg.journal_id for leg in transfers(session)})
    assert sum(name.startswith("assets:receivable:") for name in found) == len(shops)


def test_shops_that_look_alike_keep_accounts_of_their_own(
    session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice], tmp_path: Path
) -> None:
    twins = [make_retailer(session, code=code, name="Sharma") for code in ("A:B", "A;B")]
    for shop in twins:
        issue(session, shop.id)
    found = balances("".join(journal.write(session)), tmp_path)
    owing = [amount for name, amount in found.items() if name.startswith("assets:receivable:")]
    assert owing == [accounts.get(session, shop.id).outstanding_minor for shop in twins]


def test_the_past_is_written_as_it_was(
    session: Session, make_retailer: Callable[..., Retailer], owe: Callable[..., Bill], tmp_path: Path
) -> None:
    shop, today = make_retailer(session), days.today(session)
    owe(session, shop.id, 500_00, due_in=-20, bill_on=today - timedelta(days=30))
    owe(session, shop.id, 700_00, due_in=-5, bill_on=today - timedelta(days=10))
    found = balances("".join(journal.write(session, today - timedelta(days=15))), tmp_path)
    assert sorted(found.values()) == [-500_00, 500_00]


def test_books_of_nobody_are_still_a_journal(session: Session, tmp_path: Path) -> None:
    assert balances("".join(journal.write(session)), tmp_path) == {}


def test_more_transfers_than_one_fetch_all_arrive(
    session: Session, make_retailer: Callable[..., Retailer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rows, "BATCH", 3)
    shop = make_retailer(session)
    for number in range(10):
        bills.post(
            session,
            bills.Posting(
                retailer_id=shop.id, kind="opening", reference=f"O{number}", bill_on=days.today(session),
                due_on=days.today(session), amount_minor=101, contra={"sales": 100, "round_off": 1},
            ),
        )  # fmt: skip
    found = balances("".join(journal.write(session)), tmp_path)
    assert found["revenues:round off"] == -10
    assert sum(found.values()) == 0


def test_every_account_of_the_ledger_has_a_name_in_the_books() -> None:
    assert set(journal.ACCOUNT_NAMES) == set(ACCOUNTS)
    assert len(set(journal.ACCOUNT_NAMES.values())) == len(ACCOUNTS)

"""Tally's XML: well-formed whatever names hold, each voucher balanced, and in sum what every shop owes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from credit import accounts, days
from credit.tables import ACCOUNTS
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import period
from reports.books import tally, tally_ledgers
from tests.reports.books.test_journal import HOSTILE, lived

EVER = period.between(date(2020, 1, 1), date(2100, 1, 1))
Vouchers = list[ElementTree.Element]


def exported(session: Session) -> ElementTree.Element:
    return ElementTree.fromstring("".join(tally.write(session, EVER)))


def lines(voucher: ElementTree.Element) -> list[tuple[str, Decimal]]:
    """Ledger and amount of each line; a debit is above zero here."""
    found = voucher.findall("ALLLEDGERENTRIES.LIST")
    return [(one.findtext("LEDGERNAME", ""), -Decimal(one.findtext("AMOUNT", ""))) for one in found]


@pytest.fixture
def shops(session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]) -> list[Retailer]:
    names = (*HOSTILE, "<b>&amp;</b> ]]> \x0b \ufffe \U0001f600")
    made = [make_retailer(session, name=name, address="<&>\n'\"") for name in names]
    for shop in made:
        lived(session, shop.id, issue)
    return made


def test_vouchers_balance_and_add_up_to_what_every_shop_owes(session: Session, shops: list[Retailer]) -> None:
    root = exported(session)
    owed: dict[str, Decimal] = {}
    for voucher in root.iter("VOUCHER"):
        party = voucher.findtext("PARTYLEDGERNAME", "")
        assert sum(amount for _, amount in lines(voucher)) == 0
        owed[party] = owed.get(party, Decimal()) + sum(amount for name, amount in lines(voucher) if name == party)
    expected = {shop.code: Decimal(accounts.get(session, shop.id).outstanding_minor).scaleb(-2) for shop in shops}
    assert {party.rpartition(" (")[2].rstrip(")"): amount for party, amount in owed.items()} == expected


def test_every_ledger_of_a_voucher_is_declared_once(session: Session, shops: list[Retailer]) -> None:
    root = exported(session)
    declared = [ledger.get("NAME", "") for ledger in root.iter("LEDGER")]
    assert len(set(declared)) == len(declared)
    assert {name for voucher in root.iter("VOUCHER") for name, _ in lines(voucher)} <= set(declared)


def test_kinds_of_vouchers_and_their_bills(session: Session, shops: list[Retailer]) -> None:
    vouchers: Vouchers = list(exported(session).iter("VOUCHER"))
    kinds = {voucher.get("VCHTYPE") for voucher in vouchers}
    assert kinds == {"Sales", "Journal", "Receipt", "Payment", "Credit Note"}
    for voucher in vouchers:
        for line in voucher.findall("ALLLEDGERENTRIES.LIST"):
            parts = [Decimal(part.findtext("AMOUNT", "")) for part in line.findall("BILLALLOCATIONS.LIST")]
            if parts:
                assert sum(parts) == Decimal(line.findtext("AMOUNT", ""))
    sale = next(voucher for voucher in vouchers if voucher.get("VCHTYPE") == "Sales")
    assert sale.findtext(".//BILLTYPE") == "New Ref"
    assert sale.findtext(".//BILLALLOCATIONS.LIST/NAME") == sale.findtext("VOUCHERNUMBER")
    receipt = next(voucher for voucher in vouchers if voucher.get("VCHTYPE") == "Receipt")
    assert receipt.findtext(".//BILLALLOCATIONS.LIST/NAME") == "90/A"


def test_a_period_has_only_its_own_vouchers(session: Session, shops: list[Retailer]) -> None:
    today = days.today(session)
    ours = ElementTree.fromstring("".join(tally.write(session, period.between(today, today))))
    assert {voucher.findtext("DATE") for voucher in ours.iter("VOUCHER")} == {f"{today:%Y%m%d}"}
    empty = "".join(tally.write(session, period.month("2020-01")))
    assert list(ElementTree.fromstring(empty).iter("VOUCHER")) == []


def test_two_shops_of_one_name_are_two_ledgers(session: Session, make_retailer: Callable[..., Retailer]) -> None:
    shops = [make_retailer(session, code=code, name="Cash") for code in ("a", "A", "")]
    names = list(tally_ledgers.party_names(shops).values())
    assert len({name.casefold() for name in names}) == 3
    assert "cash" not in {name.casefold() for name in names}


def test_every_account_of_the_ledger_has_a_ledger_in_tally() -> None:
    assert {*tally_ledgers.LEDGERS, tally_ledgers.PARTY} == set(ACCOUNTS)
    assert len({name for name, _ in tally_ledgers.LEDGERS.values()}) == len(tally_ledgers.LEDGERS)

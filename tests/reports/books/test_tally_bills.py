"""What Tally shows bill by bill is what is open here, after whatever happened to bills and to money on account."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from uuid import UUID
from xml.etree import ElementTree

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import db
from core.errors import DomainError
from credit import accounts, adjustments, advances, bills, days, disputes, openings, payments, refunds, unapplying
from credit.tables import Bill
from invoicing import cancelling, credit_notes, debit_notes
from invoicing.credit_notes import Correction, NewCreditNote
from invoicing.debit_notes import NewDebitNote, Raised
from invoicing.tables import Invoice
from parties.tables import Retailer
from reports import period
from reports.books import tally
from tests.invoicing.conftest import goods
from tests.reports.books.test_tally import EVER, exported

Make = Callable[..., Retailer]
Issue = Callable[..., Invoice]
ON_ACCOUNT = ""


def bill_wise(root: ElementTree.Element) -> dict[str, dict[str, int]]:
    """What is left of each reference of each party, and on account; nothing where it came to nothing."""
    found: dict[str, dict[str, int]] = {}
    for part, party in allocations(root):
        left = found.setdefault(party, {})
        name = part.findtext("NAME", ON_ACCOUNT)
        assert (name == ON_ACCOUNT) == (part.findtext("BILLTYPE") == "On Account")
        left[name] = left.get(name, 0) + int(-Decimal(part.findtext("AMOUNT", "")) * 100)
    return {party: {name: minor for name, minor in left.items() if minor} for party, left in found.items()}


def allocations(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, str]]:
    for voucher in root.iter("VOUCHER"):
        for line in voucher.findall("ALLLEDGERENTRIES.LIST"):
            parts = line.findall("BILLALLOCATIONS.LIST")
            if parts:
                assert line.findtext("LEDGERNAME") == voucher.findtext("PARTYLEDGERNAME")
                assert sum(Decimal(one.findtext("AMOUNT", "")) for one in parts) == Decimal(line.findtext("AMOUNT", ""))
            yield from ((part, line.findtext("LEDGERNAME", "")) for part in parts)


def open_here(session: Session, shop_id: UUID) -> dict[str, int]:
    """The same by what the account itself says."""
    held = sum(one.unapplied_minor for one in advances.held(session, shop_id))
    left = {bill.reference: bill.open_minor for bill in bills.open_bills(session, shop_id)}
    assert sum(left.values()) - held == accounts.get(session, shop_id).outstanding_minor
    return {**left, **({ON_ACCOUNT: -held} if held else {})}


def pay(session: Session, shop: Retailer, amount_minor: int, **changes: object) -> payments.Receipt:
    return payments.record(session, payments.NewPayment(shop.id, amount_minor, "cash", **changes))  # type: ignore[arg-type]


def only(session: Session) -> dict[str, int]:
    [left] = bill_wise(exported(session)).values()
    return left


def test_money_on_account_that_was_applied_settles_its_bill_in_tally_too(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    pay(session, shop, 12_345)
    invoice = issue(session, shop.id)
    assert only(session) == {invoice.number: invoice.total_minor, ON_ACCOUNT: -12_345}
    advances.apply(session, shop.id)
    assert only(session) == {invoice.number: invoice.total_minor - 12_345} == open_here(session, shop.id)


def test_what_was_applied_is_open_again_when_its_money_goes_back(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    old = issue(session, shop.id)
    paid = pay(session, shop, old.total_minor + 5_000)
    new = issue(session, shop.id)
    advances.apply(session, shop.id)
    payments.reverse(session, paid.payment_id, "another shop's")
    whole = {old.number: old.total_minor, new.number: new.total_minor}
    assert only(session) == whole == open_here(session, shop.id)


def test_an_application_is_dated_on_its_own_day_and_keeps_its_id(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop, today = make_retailer(session), days.today(session)
    pay(session, shop, 5_000, received_on=today - timedelta(days=1))
    issue(session, shop.id)
    advances.apply(session, shop.id)
    texts = ["".join(tally.write(session, period.between(today, today))) for _ in "ab"]
    assert texts[0] == texts[1]
    [application] = [one for one in ElementTree.fromstring(texts[0]).iter("VOUCHER") if one.get("VCHTYPE") == "Journal"]
    assert application.findtext("DATE") == f"{today:%Y%m%d}"
    assert application.findtext("GUID") == application.get("REMOTEID") != ""


def test_a_shop_whose_only_event_is_an_application_has_its_ledger(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop, today = make_retailer(session), days.today(session)
    before = today - timedelta(days=3)
    pay(session, shop, 5_000, received_on=before)
    openings.owe(session, shop.id, [openings.OpeningBill("90/A", before, 7_000)])
    advances.apply(session, shop.id)
    root = ElementTree.fromstring("".join(tally.write(session, period.between(today, today))))
    party = {voucher.findtext("PARTYLEDGERNAME") for voucher in root.iter("VOUCHER")}
    assert party <= {ledger.get("NAME") for ledger in root.iter("LEDGER")}


def test_an_old_bill_and_an_invoice_of_one_number_stay_two_in_tally(
    session: Session, make_retailer: Make, issue: Issue
) -> None:
    shop = make_retailer(session)
    invoice = issue(session, shop.id)
    old = openings.OpeningBill(invoice.number, days.today(session) - timedelta(days=50), 7_000)
    openings.owe(session, shop.id, [old])
    pay(session, shop, 7_000)
    assert only(session) == {f"{invoice.number} (invoice)": invoice.total_minor}


def bills_of(session: Session, shop_id: UUID) -> list[UUID]:
    """Every bill, settled ones too."""
    found = (
        select(Bill.id).where(Bill.org_id == db.org_of(session), Bill.retailer_id == shop_id).order_by(Bill.reference)
    )
    return list(session.scalars(found))


class Life:
    """Whatever may happen to one shop's bills and money, in an order that a seed decides."""

    def __init__(self, session: Session, shop: Retailer, issue: Issue, seed: int) -> None:
        self.session, self.shop, self.issue, self.random = session, shop, issue, Random(seed)
        self.invoices: list[Invoice] = []
        self.notes: list[Invoice] = []
        self.money: list[UUID] = []
        self.given: list[UUID] = []
        self.paid_back: list[UUID] = []

    def live(self, steps: int) -> None:
        events = (self.sell, self.sell, self.pays, self.pays, self.applies, self.applies, self.goes_back, self.returns,
                  self.raises, self.disputes, self.gives, self.cancels, self.takes_back,
                  self.undoes, self.pays_back, self.pays_back, self.gets_back)  # fmt: skip
        for _ in range(steps):
            try:
                with self.session.begin_nested():
                    self.random.choice(events)()
            except (DomainError, IndexError):
                pass  # refused, or there is nothing yet that it could happen to

    def sell(self) -> None:
        quantity = self.random.randint(1, 90) * 500
        lines = [goods(qty_milli=quantity), goods("SALT", rate_bps=0, treatment="exempt", qty_milli=quantity)]
        self.invoices.append(self.issue(self.session, self.shop.id, lines=lines))

    def pays(self) -> None:
        paid = pay(self.session, self.shop, self.random.randint(1, 400_000), spread=self.random.random() < 0.5)
        self.money.append(paid.payment_id)

    def applies(self) -> None:
        open_bills = bills.open_bills(self.session, self.shop.id)
        one = self.random.choice(open_bills)
        named = ((one.id, self.random.randint(1, one.open_minor)),)
        advances.apply(self.session, self.shop.id, self.random.choice([(), named]))

    def goes_back(self) -> None:
        payments.reverse(self.session, self.random.choice(self.money), "wrong shop", charge_minor=500)

    def returns(self) -> None:
        invoice = self.random.choice(self.invoices)
        lines = (Correction(1, 500),)
        new = NewCreditNote(invoice.id, "return", "not ordered", "owner", lines)
        note = credit_notes.issue(self.session, new).note
        assert note is not None
        self.notes.append(note)

    def raises(self) -> None:
        invoice, lines = self.random.choice(self.invoices), (Raised(1, 777),)
        new = NewDebitNote(invoice.id, "short_billed", "a bag more", "owner", lines)
        self.notes.append(debit_notes.issue(self.session, new))

    def disputes(self) -> None:
        one = self.random.choice(bills.open_bills(self.session, self.shop.id))
        opened = disputes.start(self.session, one.id, self.random.randint(1, one.open_minor), "short")
        if self.random.random() < 0.7:
            accepted = self.random.randint(0, opened.amount_minor)
            disputes.settle(self.session, opened.id, accepted, "seen", "owner")

    def gives(self) -> None:
        new = adjustments.Adjustment(self.shop.id, "goodwill", self.random.randint(1, 50_000), "old friend", "owner")
        self.given.append(adjustments.create(self.session, new).payment_id)

    def takes_back(self) -> None:
        adjustments.reverse(self.session, self.random.choice(self.given), "by mistake", "owner")

    def undoes(self) -> None:
        unapplying.undo(self.session, self.random.choice(bills_of(self.session, self.shop.id)), "for the other bill")

    def pays_back(self) -> None:
        new = refunds.NewRefund(self.shop.id, self.random.randint(1, 20_000), "cash", "asked for it")
        self.paid_back.append(refunds.pay(self.session, new).refund.id)

    def gets_back(self) -> None:
        refunds.reverse(self.session, self.random.choice(self.paid_back), "came back")

    def cancels(self) -> None:
        cancelling.cancel(
            self.session, self.random.choice(self.invoices + self.notes + self.notes).id, "wrong", "owner"
        )


@pytest.mark.parametrize("seed", range(4))
def test_after_any_life_every_bill_is_open_in_tally_as_it_is_here(
    session: Session, make_retailer: Make, issue: Issue, seed: int
) -> None:
    if seed % 2:
        policy.change(session, {"apply_advances": True}, "every other house")
    shops = [make_retailer(session) for _ in range(2)]
    for place, shop in enumerate(shops):
        Life(session, shop, issue, 100 * seed + place).live(70)
    root = "".join(tally.write(session, EVER))
    assert tally.APPLIED in root
    assert 'VCHTYPE="Payment"' in root
    found = bill_wise(ElementTree.fromstring(root))
    by_code = {party.rpartition(" (")[2].rstrip(")"): left for party, left in found.items()}
    for shop in shops:
        assert by_code.get(shop.code, {}) == open_here(session, shop.id)

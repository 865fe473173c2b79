"""Random lives of two shops: each step goes to the real services and to the plain books, and both must agree.

After every step the invariants of the doctor are asked as well, and at the end of a life in full.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import clock, db, ids
from core.errors import DomainError
from credit import (
    accounts,
    advances,
    allocating,
    bills,
    disputes,
    guardrails,
    overrides,
    pauses,
    payments,
    promises,
    reminders,
)
from orders import catalogue, catalogue_import, holding, ordering
from orders.quotes import Wanted
from parties.tables import Retailer
from reports import doctor, invariants
from tests.model import books
from tests.orders.conftest import ITEMS

RICE_MINOR = 4800  # a kilogram, without tax: an order's total is its kilograms times this
AFTER_EVERY_STEP = ("I04", "I05", "I06", "I07", "I08", "I20", "I21")
AT_THE_END = (*AFTER_EVERY_STEP, "I02", "I03", "I09", "I10", "I11", "I15")
KNOWN = {one.id: one for one in invariants.load()}
REFERENCES = ("utr 1", "UTR 1", "utr 2", "utr 3")

shops = st.integers(0, 1)
picks = st.integers(0, 1_000)
kilograms = st.integers(1, 60)
limits = st.sampled_from([None, 0, RICE_MINOR * 10, RICE_MINOR * 50, RICE_MINOR * 100])

EVER = datetime.min.replace(tzinfo=UTC)

counted = {"lives": 0, "steps": 0, "refused": 0}


class Lives(RuleBasedStateMachine):
    """Orders, money, terms, promises, disputes, reminders and days passing, for two shops of one organisation."""

    def __init__(self, new_org: Callable[..., UUID], make_retailer: Callable[..., Retailer]) -> None:
        super().__init__()
        clock.reset()
        catalogue.forget()
        self.org = new_org()
        with db.transaction(self.org) as session:
            catalogue_import.import_catalogue(session, {"items": [dict(one) for one in ITEMS]})
            made = [make_retailer(session, limit_minor=RICE_MINOR * 50, max_order_minor=None) for _ in range(2)]
        self.shops = [books.Shop(one.id, RICE_MINOR * 50, None, 30, 15) for one in made]
        self.references: set[tuple[str, str]] = set()
        self.leave: dict[UUID, datetime] = {}  # until when an order may go past the rules
        self.disputes: dict[UUID, tuple[books.Shop, str, int]] = {}
        counted["lives"] += 1

    def today(self) -> date:
        return clock.today("Asia/Kolkata")

    def do(self, work: Callable[[Any], Any]) -> Any:
        """One committed transaction, as a door makes it."""
        counted["steps"] += 1
        return db.run(work, self.org)

    def refused(self, code: str, work: Callable[[Any], Any]) -> None:
        """The same for something that must be refused with this code and change nothing."""
        counted["refused"] += 1
        with pytest.raises(DomainError) as caught:
            self.do(work)
        assert caught.value.code == code

    def pick(self, status: str, number: int) -> tuple[books.Shop, UUID, books.Order] | None:
        found = [(shop, key, one) for shop in self.shops for key, one in shop.orders.items() if one.status == status]
        return found[number % len(found)] if found else None

    def pick_payment(self, number: int) -> tuple[books.Shop, UUID, books.Payment]:
        found = [(shop, key, one) for shop in self.shops for key, one in shop.payments.items()]
        return found[number % len(found)]

    def refusals(self, shop: books.Shop, order_id: UUID, amount_minor: int) -> list[str]:
        """What stops an order on account; nothing does when somebody gave leave for it, which is then used up."""
        said = shop.refusals(amount_minor, self.today())
        if said and guardrails.NOT_GRANTED not in said and self.leave.get(order_id, EVER) > clock.now():
            del self.leave[order_id]
            return []
        return said

    @initialize()
    def begin(self) -> None:
        """The invariants hold before anything has happened."""

    # Orders

    @rule(which=shops, kg=kilograms, mode=st.sampled_from(["CREDIT", "CREDIT", "CASH"]))
    def place(self, which: int, kg: int, mode: str) -> None:
        """Order at once; a refusal keeps the order as failed, with every reason."""
        shop = self.shops[which]
        expected = shop.refusals(kg * RICE_MINOR, self.today()) if mode == "CREDIT" else []
        placed = self.do(lambda session: ordering.place(session, shop.id, rice(kg), mode))
        self._placed(shop, placed, expected, mode)

    def _placed(self, shop: books.Shop, placed: ordering.Placed, expected: list[str], mode: str) -> None:
        verdict = placed.refusal.verdict if placed.refusal else None
        assert [reason.code for reason in verdict.reasons] == expected if verdict else expected == []
        shop.orders[placed.order.id] = books.Order(
            "failed" if expected else "confirmed", placed.order.total_minor, mode
        )

    @rule(which=shops, kg=kilograms)
    def draft(self, which: int, kg: int) -> None:
        """A quote takes the place of an older one."""
        shop = self.shops[which]
        made = self.do(lambda session: ordering.draft(session, shop.id, rice(kg)))
        assert made.total_minor == kg * RICE_MINOR
        for one in shop.orders.values():
            one.status = "cancelled" if one.status == "pending" else one.status
        shop.orders[made.id] = books.Order("pending", made.total_minor)

    @precondition(lambda self: self.pick("pending", 0))
    @rule(number=picks, mode=st.sampled_from(["CREDIT", "CASH"]))
    def confirm(self, number: int, mode: str) -> None:
        """A yes to a quote; refused, it stays pending."""
        shop, order_id, order = self.pick("pending", number)
        expected = self.refusals(shop, order_id, order.total_minor) if mode == "CREDIT" else []
        if expected:
            self.refused(expected[0], lambda session: ordering.confirm(session, order_id, mode))
            return
        self.do(lambda session: ordering.confirm(session, order_id, mode))
        order.status, order.mode = "confirmed", mode

    @precondition(lambda self: self.pick("failed", 0))
    @rule(number=picks)
    def retry(self, number: int) -> None:
        """A failed order goes through the guardrails again."""
        shop, order_id, order = self.pick("failed", number)
        expected = self.refusals(shop, order_id, order.total_minor)
        again = self.do(lambda session: ordering.retry(session, order_id, "CREDIT"))
        self._placed(shop, again, expected, "CREDIT")

    @precondition(lambda self: self.pick("failed", 0))
    @rule(number=picks)
    def override(self, number: int) -> None:
        """An owner's word for one order, one at a time, for a day."""
        shop, order_id, order = self.pick("failed", number)
        give = lambda session: overrides.grant(session, shop.id, order_id, order.total_minor, "trusted")  # noqa: E731
        if shop.limit_minor is None:
            self.refused(overrides.NotPossible.code, give)
        elif self.leave.get(order_id, EVER) > clock.now():
            self.refused(overrides.Exists.code, give)
        else:
            self.leave[order_id] = self.do(give).expires_at

    @precondition(lambda self: self.pick("failed", 0))
    @rule(number=picks)
    def hold(self, number: int) -> None:
        """An order that only credit stops is kept."""
        shop, order_id, order = self.pick("failed", number)
        if not shop.refusals(order.total_minor, self.today()):
            self.refused(holding.NothingInTheWay.code, lambda session: holding.hold(session, order_id))
            return
        self.do(lambda session: holding.hold(session, order_id))
        order.status, order.mode = "held", "CREDIT"

    @precondition(lambda self: self.pick("held", 0))
    @rule(number=picks)
    def release(self, number: int) -> None:
        """Held orders are placed, the oldest first, until credit stops one."""
        shop, _, _ = self.pick("held", number)
        placed = self.do(lambda session: holding.release(session, shop.id))
        expected = []
        for order_id, order in shop.orders.items():
            if order.status == "held":
                if self.refusals(shop, order_id, order.total_minor):
                    break
                order.status = "confirmed"
                expected.append(order_id)
        assert [one.id for one in placed] == expected

    @precondition(lambda self: self.pick("confirmed", 0))
    @rule(number=picks)
    def cancel(self, number: int) -> None:
        """What was reserved is free again."""
        _, order_id, order = self.pick("confirmed", number)
        self.do(lambda session: ordering.cancel(session, order_id, "not wanted"))
        order.status = "cancelled"

    @precondition(lambda self: self.pick("confirmed", 0))
    @rule(number=picks)
    def dispatch(self, number: int) -> None:
        """The goods leave: what was reserved becomes a bill."""
        shop, order_id, order = self.pick("confirmed", number)
        sent = self.do(lambda session: ordering.dispatch(session, order_id))
        order.status = "dispatched"
        assert sent.total_minor == order.total_minor
        with db.transaction(self.org) as session:
            found = db.execute(
                session,
                "SELECT number FROM invoice WHERE org_id = %s AND id = %s",
                (str(self.org), str(sent.invoice_id)),
            )
            number_given = found.scalar_one()
        shop.bill(number_given, order.total_minor, self.today(), shop.credit_days if order.mode == "CREDIT" else 0)

    @precondition(lambda self: self.pick("dispatched", 0))
    @rule(number=picks)
    def call_off_too_late(self, number: int) -> None:
        """What left the shop is not called off; sending it again changes nothing."""
        _, order_id, _ = self.pick("dispatched", number)
        self.refused("ORDER_ALREADY_DISPATCHED", lambda session: ordering.cancel(session, order_id, "not wanted"))
        self.do(lambda session: ordering.dispatch(session, order_id))

    @rule()
    def expire(self) -> None:
        """Every quote lapses."""
        later = clock.now() + timedelta(seconds=1)
        self.do(lambda session: ordering.expire_pending(session, before=later))
        for shop in self.shops:
            for one in shop.orders.values():
                one.status = "expired" if one.status == "pending" else one.status

    # Money

    @rule(
        which=shops,
        amount=st.integers(1, RICE_MINOR * 80),
        method=st.sampled_from(["cash", "upi", "bank"]),
        reference=st.sampled_from([None, None, None, *REFERENCES]),
    )
    def pay(self, which: int, amount: int, method: str, reference: str | None) -> None:
        """Money settles the oldest bills; a reference that was used is refused."""
        self._pay(self.shops[which], amount, method, reference, {})

    @rule(which=shops, number=picks, share=st.integers(1, 120), more=st.integers(0, RICE_MINOR))
    def pay_a_chosen_bill(self, which: int, number: int, share: int, more: int) -> None:
        """Money for a named bill; more than is open on it is refused."""
        shop = self.shops[which]
        open_bills = shop.open_bills()
        if not open_bills:
            return
        bill = open_bills[number % len(open_bills)]
        part = max(1, bill.open_minor * share // 100)
        chosen = {bill.reference: part}
        if part > bill.open_minor:
            new = payments.NewPayment(shop.id, part + more, "cash", chosen=self._named(shop, chosen))
            self.refused(allocating.OverAllocated.code, lambda session: payments.record(session, new))
            return
        self._pay(shop, part + more, "cash", None, chosen)

    def _named(self, shop: books.Shop, chosen: dict[str, int]) -> tuple[tuple[UUID, int], ...]:
        with db.transaction(self.org) as session:
            open_bills = {bill.reference: bill.id for bill in bills.open_bills(session, shop.id)}
        return tuple((open_bills[reference], part) for reference, part in chosen.items())

    def _pay(self, shop: books.Shop, amount: int, method: str, reference: str | None, chosen: dict[str, int]) -> None:
        new = payments.NewPayment(shop.id, amount, method, reference, chosen=self._named(shop, chosen))
        key = (method, (reference or "").upper())
        if reference and key in self.references:
            self.refused(payments.ReferenceUsed.code, lambda session: payments.record(session, new))
            return
        receipt = self.do(lambda session: payments.record(session, new))
        parts, left = shop.pay(amount, chosen)
        assert {one.reference: one.amount_minor for one in receipt.allocations} == parts
        assert (receipt.unapplied_minor, receipt.outstanding_minor) == (left, shop.outstanding_minor + -left)
        shop.payments[receipt.payment_id] = books.Payment(amount, method, reference, parts, left)
        if reference:
            self.references.add(key)
        shop.keep_promise(shop.payments[receipt.payment_id], self.today())

    @precondition(lambda self: any(shop.payments for shop in self.shops))
    @rule(number=picks, charge=st.sampled_from([None, None, 50_000]))
    def reverse(self, number: int, charge: int | None) -> None:
        """Taking a payment back reopens exactly what it settled, once."""
        shop, payment_id, payment = self.pick_payment(number)
        if not payment.is_posted:
            self.refused(
                payments.AlreadyReversed.code, lambda session: payments.reverse(session, payment_id, "bounced", charge)
            )
            return
        self.do(lambda session: payments.reverse(session, payment_id, "bounced", charge))
        shop.reverse(payment)
        self.references.discard((payment.method, (payment.reference or "").upper()))
        if charge:
            shop.bill(f"CHARGE-{ids.public('pay', payment_id)[-8:]}", charge, self.today(), 0)

    @precondition(lambda self: any(shop.advances() and shop.open_bills() for shop in self.shops))
    @rule()
    def apply_advances(self) -> None:
        """Money on account settles the oldest bills."""
        shop = next(shop for shop in self.shops if shop.advances() and shop.open_bills())
        applied = self.do(lambda session: advances.apply(session, shop.id))
        expected = shop.apply_advances()
        assert {one.reference: one.amount_minor for one in applied} == expected

    @rule(which=shops, amount=st.integers(1, RICE_MINOR * 50), days=st.integers(0, 10))
    def promise(self, which: int, amount: int, days: int) -> None:
        """One promise at a time."""
        shop = self.shops[which]
        on = self.today() + timedelta(days=days)
        make = lambda session: promises.make(session, shop.id, amount, on)  # noqa: E731
        if shop.promise:
            self.refused(promises.PromiseOpen.code, make)
            return
        self.do(make)
        shop.promise = books.Promise(amount, on)

    @rule()
    def settle_promises(self) -> None:
        """What was promised for a day that is over is broken."""
        today = self.today()
        broken = [shop for shop in self.shops if shop.promise and shop.promise.on < today]
        found = self.do(lambda session: promises.settle_due(session, today))
        assert sorted(found) == sorted(shop.id for shop in broken)
        for shop in broken:
            shop.promise = None

    @precondition(lambda self: any(shop.open_bills() for shop in self.shops))
    @rule(number=picks, share=st.integers(1, 120))
    def dispute(self, number: int, share: int) -> None:
        """A disputed amount is frozen; more than is open cannot be."""
        found = [(shop, bill) for shop in self.shops for bill in shop.open_bills()]
        shop, bill = found[number % len(found)]
        part = max(1, bill.open_minor * share // 100)
        ((bill_id, _),) = self._named(shop, {bill.reference: part})
        start = lambda session: disputes.start(session, bill_id, part, "short")  # noqa: E731
        if part > bill.open_minor:
            self.refused(allocating.OverAllocated.code, start)
            return
        self.disputes[self.do(start).id] = (shop, bill.reference, part)
        bill.open_minor -= part

    @precondition(lambda self: self.disputes)
    @rule(number=picks, share=st.sampled_from([0, 50, 100]))
    def settle_dispute(self, number: int, share: int) -> None:
        """What is accepted stays off the bill; the rest is owed again."""
        dispute_id = sorted(self.disputes)[number % len(self.disputes)]
        shop, reference, part = self.disputes.pop(dispute_id)
        accepted = part * share // 100
        self.do(lambda session: disputes.settle(session, dispute_id, accepted, "counted again", "owner"))
        shop.bills[reference].open_minor += part - accepted

    # Terms, pauses, days

    @rule(which=shops, limit=limits, most=limits, days=st.sampled_from([None, 0, 15, 30]))
    def set_terms(self, which: int, limit: int | None, most: int | None, days: int | None) -> None:
        """Limits may be cut below what is owed; that only stops what comes."""
        shop = self.shops[which]
        terms = accounts.Terms(limit, shop.credit_days, most, days)
        self.do(lambda session: accounts.set_terms(session, shop.id, terms, "agreed"))
        shop.limit_minor, shop.max_order_minor, shop.max_days = limit, most, days

    @rule(which=shops)
    def pause(self, which: int) -> None:
        """Pausing twice is pausing once."""
        shop = self.shops[which]
        assert self.do(lambda session: pauses.pause(session, shop.id, "late")) is not shop.is_paused
        shop.is_paused = True

    @rule(which=shops)
    def unpause(self, which: int) -> None:
        """Restoring what is not paused is nothing."""
        shop = self.shops[which]
        assert self.do(lambda session: pauses.unpause(session, shop.id, "paid")) is shop.is_paused
        shop.is_paused = False

    @rule(days=st.sampled_from([1, 1, 1, 3, 14, 31]))
    def pass_days(self, days: int) -> None:
        """Days go by."""
        counted["steps"] += 1
        clock.advance(timedelta(days=days))

    @rule()
    def remind(self) -> None:
        """Every stage of today is claimed, and a second run claims nothing."""
        today = self.today()
        claimed = self.do(lambda session: reminders.claim(session, today))
        waiting = {shop.id for shop in self.shops if shop.promise and today < shop.promise.on}
        assert not waiting & {digest.retailer_id for digest in claimed}
        assert self.do(lambda session: reminders.claim(session, today)) == []

    @rule(which=shops, kg=kilograms)
    def ask(self, which: int, kg: int) -> None:
        """What the guardrails say is what the books say."""
        shop = self.shops[which]
        verdict = self.do(lambda session: guardrails.judge(session, shop.id, kg * RICE_MINOR))
        assert [reason.code for reason in verdict.reasons] == shop.refusals(kg * RICE_MINOR, self.today())

    @invariant()
    def the_books_agree(self) -> None:
        """The database says what the plain books say, and the doctor finds nothing."""
        with db.transaction(self.org) as session:
            for shop in self.shops:
                assert told(session, shop.id) == shop.told()
            healthy(session, self.org, AFTER_EVERY_STEP, doctor.FAST)

    def teardown(self) -> None:
        with db.transaction(self.org) as session:
            healthy(session, self.org, AT_THE_END, doctor.FULL)
        clock.reset()


def rice(kg: int) -> list[Wanted]:
    return [Wanted("RICE-L", kg, "kg")]


def healthy(session: Any, org_id: UUID, which: tuple[str, ...], mode: str) -> None:
    """Nothing is found against these invariants."""
    findings = [doctor.examine(session, KNOWN[one], org_id, mode) for one in which]
    assert [one for one in findings if one.status != doctor.HOLDS] == []


def told(session: Any, retailer_id: UUID) -> dict[str, Any]:
    """What the database says, in the shape of `books.Shop.told`."""
    account = accounts.get(session, retailer_id)
    orders = db.execute(
        session,
        "SELECT id, status, total_minor FROM sales_order WHERE org_id = %s AND retailer_id = %s",
        (str(db.org_of(session)), str(retailer_id)),
    )
    return {
        "outstanding_minor": account.outstanding_minor,
        "reserved_minor": account.reserved_minor,
        "allowance_minor": account.allowance_minor,
        "is_paused": account.paused_at is not None,
        "has_promise": promises.open_promise(session, retailer_id) is not None,
        "open": {bill.reference: bill.open_minor for bill in bills.open_bills(session, retailer_id)},
        "orders": {row.id: (row.status, row.total_minor) for row in orders},
    }

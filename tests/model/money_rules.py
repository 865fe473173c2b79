"""Money and other credits coming in and being taken back, and what is owed beside invoices."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st

from core import ids
from credit import adjustments, advances, debit_notes, late_fees, openings, payments
from invoicing import cancelling, credit_notes
from invoicing.credit_notes import Given
from tests.model import books, rulebook
from tests.model.machine import RICE_MINOR, Life, one_of, picks, rule, shops

roles = st.sampled_from(["owner", "owner", "admin", "accountant", "salesman"])
amounts = st.integers(1, RICE_MINOR * 80)
references = st.sampled_from([None, None, None, "utr 1", "UTR  1", "Ref. No. 1", "utr 2", "UTR-3", "3"])
EARNED_AS = {"rate_difference": "sales", "short_billed": "sales", "freight": "charges", "other": "charges"}


class MoneyRules(Life):
    """Payments, adjustments, discounts, advances; opening balances, debit notes, late fees."""

    @rule(which=shops, amount=amounts, method=st.sampled_from(["cash", "upi", "bank"]), reference=references,
          days_ago=st.sampled_from([0, 0, 0, 1, 9, -1]), aim=st.sampled_from([None, None, 0, 1]))  # fmt: skip
    def pay(self, which: int, amount: int, method: str, reference: str | None, days_ago: int, aim: int | None) -> None:
        """Money settles the oldest bills, perhaps exactly what was promised or owed, or a paisa less.

        A reference that was used is refused, and so is money of tomorrow.
        """
        shop, received_on = self.shops[which], self.today() - timedelta(days=days_ago)
        due = shop.promise.amount_minor if shop.promise else shop.outstanding_minor
        self.receive_money(shop, amount if aim is None else max(1, due - aim), {}, method, reference, received_on)

    @rule(when=lambda self: self.open_bills(), number=picks, share=st.integers(1, 130), more=st.integers(0, RICE_MINOR))
    def pay_a_bill(self, number: int, share: int, more: int) -> None:
        """Money for a named bill; more than is open on it is refused."""
        shop, bill = one_of(self.open_bills(), number)
        part = max(1, bill.open_minor * share // 100)
        self.receive_money(shop, part + more, {bill.id: part}, "other", None, self.today())

    def receive_money(
        self, shop: books.Shop, amount: int, chosen: dict[UUID, int], method: str, reference: str | None, on: date
    ) -> None:
        """Record a payment, unless it is to be refused."""
        new = payments.NewPayment(shop.id, amount, method, reference, on, tuple(chosen.items()), is_meant=True)
        normal = " ".join((reference or "").upper().split()) or None
        rules = {
            "INVALID": on > self.today(),
            "OVER_ALLOCATED": any(part > shop.bills[bill_id].open_minor for bill_id, part in chosen.items()),
            "PAYMENT_REFERENCE_USED": reference and books.compared(method, reference) in self.house.references(),
        }
        receipt = self.attempt(rules, lambda session: payments.record(session, new))
        if receipt:
            paid = self.credit(receipt.payment_id, "payment", amount, method, normal, on)
            rulebook.receive(shop, paid, chosen, self.today())
            assert receipt.outstanding_minor == shop.outstanding_minor
            assert {one.bill_id: one.amount_minor for one in receipt.allocations} == paid.parts

    def credit(
        self, credit_id: UUID, kind: str, amount: int, method: str = "credit", name: str | None = None,
        on: date | None = None,
    ) -> books.Credit:  # fmt: skip
        """A record for the books, dated today unless said otherwise."""
        return books.Credit(credit_id, kind, method, name, amount, on or self.today(), self.house.next(), self.now())

    @rule(when=lambda self: self.paid(), number=picks, charge=st.sampled_from([None, None, 50_000, 0]))
    def reverse(self, number: int, charge: int | None) -> None:
        """Taking money back reopens exactly what it settled, once; cheques and disputes have ways of their own."""
        shop, credit = one_of((number % 8 and self.paid()) or self.unnoted(), number)
        rules = {
            "INVALID": charge == 0 or credit.kind in ("dispute", "refund_returned") or credit.id in shop.cheques,
            "PAYMENT_REVERSED": not credit.is_posted,
        }
        if self.attempt(rules, lambda session: payments.reverse(session, credit.id, "bounced", charge)):
            shop.take_back(credit, self.today())
            if charge:
                self.charge(shop, charge)
            if credit.kind == "payment":
                shop.tell("payment_reversed", credit.amount_minor, shop.outstanding_minor)
                self.house.happen(rulebook.FAILED, [shop])

    def paid(self) -> list[tuple[books.Shop, books.Credit]]:
        """Payments that were not taken back."""
        return [(shop, one) for shop, one in self.each("credits") if one.is_posted and one.kind == "payment"]

    def unnoted(self) -> list[tuple[books.Shop, books.Credit]]:
        """Credits that no document says, or that undo none."""
        noted = {one.credit_id for _, one in self.each("documents")}
        return [(shop, one) for shop, one in self.each("credits") if one.id not in noted]

    def charge(self, shop: books.Shop, amount: int) -> None:
        """The bill for what the bank took; its id and number are not told, so the database is asked."""
        today, known = self.today(), {str(one.id) for _, one in self.each("bills")}
        new = [(UUID(key), row[2]) for key, row in self.reader.told()["bills"].items() if key not in known]
        ((bill_id, name),) = [one for one in new if one[1].startswith("CH/")]
        shop.owe(books.Bill(bill_id, "charge", name, today, today, amount, amount), "charges", today)

    @rule(when=lambda self: any(shop.advances() for shop in self.shops))
    def apply_advances(self) -> None:
        """Money on account settles the oldest bills."""
        some = [one for one in self.shops if one.advances()]
        shop = next((one for one in some if one.open_bills()), some[0])
        no = None if shop.open_bills() else "NOTHING_ON_ACCOUNT"
        applied = self.attempt(no, lambda session: advances.apply(session, shop.id))
        if applied:
            expected = shop.apply_advances(self.today())
            assert {one.reference: one.amount_minor for one in applied} == expected
            self.house.happen(rulebook.LOOSER, [shop])

    @rule(which=shops, kind=st.sampled_from(sorted(rulebook.MAY_GIVE)), role=roles, amount=amounts,
          number=st.none() | picks)  # fmt: skip
    def adjust(self, which: int, kind: str, role: str, amount: int, number: int | None) -> None:
        """A credit that is no money, on a bill or on the oldest ones, by whoever may give it, with its paper.

        What is written off has none.
        """
        shop = self.shops[which]
        bill = one_of(shop.open_bills(), number) if number is not None and shop.open_bills() else None
        most = bill.open_minor if bill else sum(one.open_minor for one in shop.open_bills())
        rules = {
            "FORBIDDEN": role not in rulebook.MAY_GIVE[kind],
            "OVER_ALLOCATED": kind == "write_off" and amount > most,
        }
        new = adjustments.Adjustment(shop.id, kind, amount, "as agreed", role, bill.id if bill else None)
        given = self.attempt(rules, lambda session: credit_notes.commercial(session, new))
        if given:
            chosen = {bill.id: min(amount, bill.open_minor)} if bill else {}
            self.note(shop, given, kind, chosen, bill, spread=bill is None)

    def note(
        self, shop: books.Shop, given: Given, kind: str, chosen: dict[UUID, int], bill: books.Bill | None, kg: int = 0,
        *, spread: bool = False,
    ) -> None:  # fmt: skip
        """A credit with the paper that says it; the shop is sent it."""
        paper, amount = given.note, given.receipt.amount_minor
        credit = self.credit(given.receipt.payment_id, kind, amount, name=paper.number if paper else None)
        rulebook.receive(shop, credit, chosen, self.today(), spread=spread)
        if paper:
            on_bill = [one.id for one in shop.documents.values() if bill and one.bill_id == bill.id]
            shop.documents[paper.id] = books.Document(
                paper.id, paper.number, amount, self.today(), kg, credit_id=credit.id, of=(*on_bill, None)[0]
            )
            shop.tell("credit_note_shared", amount, shop.outstanding_minor, brings=paper.id)

    @rule(when=lambda self: self.each("credits"), number=picks, role=roles)
    def take_back(self, number: int, role: str) -> None:
        """A credit goes back by a role that may give it, with its note; what undid a cancelled document stays."""
        given = [(shop, one) for shop, one in self.each("credits") if one.is_posted and one.kind != "payment"]
        shop, credit = one_of((number % 8 and given) or self.each("credits"), number)
        note = shop.note_of(credit)
        rules = {
            "INVALID": credit.kind in ("payment", "dispute", "refund_returned"),
            "FORBIDDEN": role not in rulebook.MAY_GIVE.get(credit.kind, (role,)) or (note and role == "salesman"),
            "DOCUMENT_NOT_CANCELLABLE": note and shop.is_corrected(note),
            "CANCELLATION_TOO_LATE": note and self.today() > note.cancellable_until(),
            "GOODS_GONE_AGAIN": note and self.is_gone(note),
            "PAYMENT_REVERSED": not credit.is_posted,
        }
        is_undoing = any(one.bill_id and one.credit_id == credit.id for one in shop.documents.values())
        no = "DOCUMENT_NOT_CANCELLABLE" if is_undoing else rules
        if self.attempt(no, lambda session: cancelling.take_back(session, credit.id, "a mistake", role)):
            if note:
                shop.take_away(note)
            shop.take_back(credit, self.today(), note and note.undone_on(self.today()))

    def is_gone(self, note: books.Document) -> bool:
        """What it brought back has left the shelf again."""
        return self.house.shelf is not None and self.house.shelf < note.brought

    @rule(when=lambda self: self.open_bills(), number=picks, role=roles)
    def pay_soon_and_discount(self, number: int, role: str) -> None:
        """All but the discount is paid, and the discount is given when that was in time."""
        shop, bill = one_of(self.open_bills(), number)
        worth = rulebook.discount_of(shop, bill)
        if bill.open_minor > worth:
            part = bill.open_minor - worth
            self.receive_money(shop, part, {bill.id: part}, "other", None, self.today())
            self.follow()
        rules = {
            "FORBIDDEN": role == "salesman",
            "DISCOUNT_NOT_EARNED": not rulebook.earns_discount(shop, bill),
        }
        left = bill.open_minor
        given = self.attempt(rules, lambda session: credit_notes.cash_discount(session, bill.id, "paid soon", role))
        if given:
            self.note(shop, given, "cash_discount", {bill.id: left}, bill)

    # What is owed beside invoices

    @rule(
        which=shops, amount=amounts, name=st.integers(1, 9), days_ago=st.sampled_from([0, 3, 14, 15, 18, 40, 200, -1])
    )
    def open_with_a_bill(self, which: int, amount: int, name: int, days_ago: int) -> None:
        """What was owed before, under a name that is used once."""
        shop, bill_on = self.shops[which], self.today() - timedelta(days=days_ago)
        rules = {
            "INVALID": bill_on > self.today(),
            "BILL_EXISTS": any(one.reference == f"OLD-{name}" for one in shop.bills.values()),
        }
        old = openings.OpeningBill(f"OLD-{name}", bill_on, amount)
        posted = self.attempt(rules, lambda session: openings.owe(session, shop.id, [old]))
        if posted:
            due_on = bill_on + timedelta(days=shop.terms.credit_days)
            bill = books.Bill(posted[0].id, "opening", f"OLD-{name}", bill_on, due_on, amount, amount)
            shop.owe(bill, "opening_balance", self.today())

    @rule(which=shops, amount=amounts)
    def open_with_an_advance(self, which: int, amount: int) -> None:
        """What was paid before, once; it stays on account."""
        shop = self.shops[which]
        name = f"OPENING {ids.public('ret', shop.id)[4:]}"
        no = "OPENING_ON_ACCOUNT_EXISTS" if ("credit", name) in self.house.references() else None
        held = self.attempt(no, lambda session: openings.hold(session, shop.id, amount))
        if held:
            credit = self.credit(held.payment_id, "opening", amount, name=name)
            rulebook.receive(shop, credit, {}, self.today(), spread=False)

    @rule(which=shops, amount=amounts, kind=st.sampled_from([*EARNED_AS, "whim"]), role=roles)
    def debit(self, which: int, amount: int, kind: str, role: str) -> None:
        """More is owed than was billed."""
        shop, today = self.shops[which], self.today()
        rules = {
            "INVALID": kind not in EARNED_AS,
            "TAX_BASIS_NEEDED": kind != "other",
            "FORBIDDEN": role == "salesman",
        }
        note = debit_notes.DebitNote(shop.id, kind, amount, "billed too little", role)
        bill = self.attempt(rules, lambda session: debit_notes.issue(session, note))
        if bill:
            due_on = today + timedelta(days=shop.terms.credit_days)
            made = books.Bill(bill.id, "debit_note", bill.reference, today, due_on, amount, amount)
            shop.owe(made, EARNED_AS[kind], today)

    @rule(when=lambda self: self.each("bills"), number=picks, role=roles)
    def charge_late_fee(self, number: int, role: str) -> None:
        """Interest that has accrued on a late bill and was not charged yet."""
        late = [(shop, bill) for shop, bill in self.each("bills") if bill.due_on < self.today()]
        shop, bill = one_of((number % 8 and late) or self.each("bills"), number)
        fee, today = rulebook.late_fee(shop, bill, self.today()), self.today()
        rules = {"FORBIDDEN": role not in ("owner", "admin"), "NO_LATE_FEE": not fee}
        posted = self.attempt(rules, lambda session: late_fees.charge(session, bill.id, "as agreed", role))
        if posted:
            bill.fees_minor += fee
            made = books.Bill(posted.id, "charge", posted.reference, today, today, fee, fee)
            shop.owe(made, "charges", today)

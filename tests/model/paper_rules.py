"""What stands around bills and money: cheques, claims, disputes, promises, reminders."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st

from credit import cheques, claims, disputes, payments, promises
from jobs import send_reminders, settle_promises
from tests.model import books, rulebook
from tests.model.machine import RICE_MINOR, one_of, picks, rule, shops
from tests.model.money_rules import MoneyRules, amounts, roles

COUNTS_FROM = {"receipt": "received", "deposit": "deposited", "clearing": "cleared"}
WAY = ("received", "deposited", "cleared")


class PaperRules(MoneyRules):
    """Cheques, claims, disputes, promises."""

    @rule(which=shops, amount=amounts, number=st.integers(1, 4), bill=st.none() | picks, share=st.integers(1, 120),
          dated=st.sampled_from([0, 0, 2, -30, -100]))  # fmt: skip
    def receive_cheque(self, which: int, amount: int, number: int, bill: int | None, share: int, dated: int) -> None:
        """A cheque is taken once while it lives; it counts from where the setting says."""
        shop, name, dated_on = self.shops[which], f"SBI {number}", self.today() + timedelta(days=dated)
        meant = one_of(shop.open_bills(), bill) if bill is not None and shop.open_bills() else None
        chosen = {meant.id: max(1, meant.open_minor * share // 100)} if meant else {}
        amount = max(amount, *chosen.values(), 1)
        rules = {
            "PAYMENT_REFERENCE_USED": self._is_taken(name),
            "OVER_ALLOCATED": meant is not None and chosen[meant.id] > meant.open_minor,
        }
        new = cheques.NewCheque(shop.id, amount, str(number), "sbi", dated_on, chosen=tuple(chosen.items()))
        taken = self.attempt(rules, lambda session: cheques.receive(session, new))
        if taken:
            shop.cheques[taken.id] = books.Cheque(taken.id, name, amount, dated_on, chosen)
            self._count(shop, shop.cheques[taken.id])

    def _is_taken(self, number: str) -> bool:
        """Whether a cheque that lives has this number."""
        number_is = books.compared("cheque", number)
        return any(books.compared("cheque", one.number) == number_is for _, one in self.each("cheques", *WAY))

    def _count(self, shop: books.Shop, cheque: books.Cheque) -> None:
        """The payment that a cheque becomes has its id; others may have paid its bills in the meantime."""
        needed = COUNTS_FROM[self.house.settings["cheque_counts_on"]]
        if WAY.index(cheque.state) >= WAY.index(needed) and cheque.id not in shop.credits:
            left = {key: min(part, shop.bills[key].open_minor) for key, part in cheque.chosen.items()}
            paid = self.credit(cheque.id, "payment", cheque.amount_minor, "cheque", cheque.number)
            rulebook.receive(shop, paid, left, self.today())

    @rule(when=lambda self: self.each("cheques", "received"), number=picks)
    def deposit(self, number: int) -> None:
        """To the bank, from its date on and for three months."""
        self._bring_to_bank(*self.mostly(number, "cheques", "received"))

    def _bring_to_bank(self, shop: books.Shop, cheque: books.Cheque) -> None:
        age = (self.today() - cheque.dated_on).days
        rules = {"CHEQUE_STATE": cheque.state != "received", "CHEQUE_DATE": not 0 <= age <= 92}
        if self.attempt(rules, lambda session: cheques.deposit(session, cheque.id)):
            cheque.state = "deposited"
            self._count(shop, cheque)

    @rule(when=lambda self: self.each("cheques", "received", "deposited"), number=picks)
    def clear(self, number: int) -> None:
        """The bank has paid."""
        shop, cheque = self.mostly(number, "cheques", "received", "deposited")
        if cheque.state == "received":
            self._bring_to_bank(shop, cheque)
            self.follow()
        no = None if cheque.state == "deposited" else "CHEQUE_STATE"
        if self.attempt(no, lambda session: cheques.clear(session, cheque.id)):
            cheque.state = "cleared"
            if cheque.id in shop.credits:
                rulebook.look_again(shop, self.today())
                self.house.happen(rulebook.ROOM, [shop])
            self._count(shop, cheque)

    @rule(when=lambda self: self.each("cheques", *WAY), number=picks, charge=st.sampled_from([None, 35_000, 35_000, 0]))
    def bounce(self, number: int, charge: int | None) -> None:
        """The bank has not paid: exactly what the cheque settled is open again, and the bank's charge is owed."""
        shop, cheque = self.mostly(number, "cheques", *WAY)
        if cheque.state == "received":
            self._bring_to_bank(shop, cheque)
            self.follow()
        rules = {"INVALID": charge == 0, "CHEQUE_STATE": cheque.state not in ("deposited", "cleared")}
        if self.attempt(rules, lambda session: cheques.bounce(session, cheque.id, "funds insufficient", charge)):
            self._end(shop, cheque, "bounced")
            if charge:
                self.charge(shop, charge)

    @rule(when=lambda self: self.each("cheques", "received"), number=picks)
    def give_cheque_back(self, number: int) -> None:
        """Handed back before the bank saw it."""
        shop, cheque = self.mostly(number, "cheques", "received")
        no = None if cheque.state == "received" else "CHEQUE_STATE"
        if self.attempt(no, lambda session: cheques.give_back(session, cheque.id, "paid in cash")):
            self._end(shop, cheque, "returned")

    def _end(self, shop: books.Shop, cheque: books.Cheque, state: str) -> None:
        cheque.state, cheque.ended_on = state, self.today()
        if cheque.id in shop.credits:
            shop.take_back(shop.credits[cheque.id], self.today())
        self.house.happen(rulebook.FAILED, [shop])

    # Claims

    @rule(which=shops, amount=amounts, reference=st.sampled_from([None, "UTR 1", "UTR 4", "UTR 5"]))
    def claim(self, which: int, amount: int, reference: str | None) -> None:
        """Somebody says that they paid; the same reference waits once."""
        shop = self.shops[which]
        waits = any(reference and one.reference == reference for _, one in [
            (shop, one) for one in shop.claims.values() if one.status == "claimed"])  # fmt: skip
        made = self.do(lambda session: claims.record(session, claims.NewClaim(shop.id, amount, reference, "upi")))
        assert (made is None) is waits
        if made:
            shop.claims[made.id] = books.Claim(made.id, reference, amount, self.now())

    @rule(when=lambda self: self.each("claims", "claimed"), number=picks)
    def verify_claim(self, number: int) -> None:
        """The bank shows it: it becomes a payment, once."""
        shop, claim = self.mostly(number, "claims", "claimed")
        rules = {
            "CLAIM_RESOLVED": claim.status != "claimed",
            "PAYMENT_REFERENCE_USED": claim.reference
            and books.compared("upi", claim.reference) in self.house.references(),
        }
        paid = payments.NewPayment(shop.id, claim.amount_minor, "upi")
        receipt = self.attempt(rules, lambda session: claims.verify(session, claim.id, paid))
        if receipt:
            claim.status = "verified"
            credit = self.credit(receipt.payment_id, "payment", claim.amount_minor, "upi", claim.reference)
            rulebook.receive(shop, credit, {}, self.today())

    @rule(when=lambda self: self.each("claims", "claimed"), number=picks)
    def verify_claimed_cheque(self, number: int) -> None:
        """It was a cheque: it becomes one in hand, like any other, and the claim is over."""
        shop, claim = self.mostly(number, "claims", "claimed")
        name = claim.reference or f"NO {number}"
        rules = {
            "CLAIM_RESOLVED": claim.status != "claimed",
            "PAYMENT_REFERENCE_USED": self._is_taken(name),
        }
        new = cheques.NewCheque(shop.id, claim.amount_minor, "" if claim.reference else name)
        taken = self.attempt(rules, lambda session: claims.verify_cheque(session, claim.id, new))
        if taken:
            claim.status = "verified"
            shop.cheques[taken.id] = books.Cheque(taken.id, name, claim.amount_minor, self.today(), {})
            self._count(shop, shop.cheques[taken.id])

    @rule(when=lambda self: self.each("claims", "claimed"), number=picks)
    def reject_claim(self, number: int) -> None:
        """No such money came; nothing moves."""
        shop, claim = self.mostly(number, "claims", "claimed")
        no = None if claim.status == "claimed" else "CLAIM_RESOLVED"
        if self.attempt(no, lambda session: claims.reject(session, claim.id, "not in the bank")):
            claim.status = "rejected"
            shop.tell("payment_claim_declined")

    # Disputes

    @rule(when=lambda self: self.open_bills(), number=picks, share=st.integers(1, 120))
    def dispute(self, number: int, share: int) -> None:
        """A disputed amount is frozen; more than is open cannot be."""
        shop, bill = one_of(self.open_bills(), number)
        part = max(1, bill.open_minor * share // 100)
        no = "OVER_ALLOCATED" if part > bill.open_minor else None
        made = self.attempt(no, lambda session: disputes.start(session, bill.id, part, "short"))
        if made:
            freeze = self.credit(made.freeze_id, "dispute", part)
            rulebook.receive(shop, freeze, {bill.id: part}, self.today(), spread=False)
            shop.disputes[made.id] = books.Dispute(made.id, bill.id, freeze, part)

    @rule(
        when=lambda self: self.each("disputes", "open"),
        number=picks,
        share=st.sampled_from([0, 50, 100, 101]),
        role=roles,
    )
    def settle_dispute(self, number: int, share: int, role: str) -> None:
        """What is accepted stays off the bill; the rest is owed again."""
        shop, found = self.mostly(number, "disputes", "open")
        accepted = found.amount_minor * share // 100 + (share > 100)
        rules = {
            "DISPUTE_SETTLED": found.status != "open",
            "INVALID": accepted > found.amount_minor,
            "FORBIDDEN": accepted and role == "salesman",
        }
        before = set(self.reader.told()["credits"])
        if self.attempt(rules, lambda session: disputes.settle(session, found.id, accepted, "counted", role)):
            found.status, found.accepted_minor = "settled", accepted
            shop.take_back(found.freeze, self.today())
            if accepted:
                (given,) = set(self.reader.told()["credits"]) - before
                credit = self.credit(UUID(given), "rate_difference", accepted)
                rulebook.receive(shop, credit, {found.bill_id: accepted}, self.today(), spread=False)
            how = "declined" if not accepted else "partly_accepted" if accepted < found.amount_minor else "accepted"
            shop.tell(f"dispute_{how}", accepted, shop.outstanding_minor)

    # Promises

    @rule(which=shops, amount=st.integers(1, RICE_MINOR * 50), days=st.sampled_from([0, 1, 3, 10, 61]))
    def promise(self, which: int, amount: int, days: int) -> None:
        """One promise at a time, for the next two months."""
        shop, on = self.shops[which], self.today() + timedelta(days=days)
        rules = {"INVALID": days > 60, "PROMISE_OPEN": shop.promise}
        made = self.attempt(rules, lambda session: promises.make(session, shop.id, amount, on))
        if made:
            shop.promises[made.id] = books.Promise(made.id, amount, on, self.house.next())

    @rule(when=lambda self: self.each("promises", "open"), number=picks)
    def withdraw_promise(self, number: int) -> None:
        """Made by mistake."""
        _, found = self.mostly(number, "promises", "open")
        no = None if found.status == "open" else "PROMISE_OVER"
        if self.attempt(no, lambda session: promises.withdraw(session, found.id, "a mistake")):
            found.status = "withdrawn"

    @rule(when=lambda self: self.each("promises", "open"), days=st.sampled_from([0, 1, 4, 11]))
    def settle_promises(self, days: int) -> None:
        """What was promised for a day that is over is broken."""
        self.wait(days)
        broken = [one for _, one in self.each("promises", "open") if one.on < self.today()]
        assert self.do(settle_promises.run) == {"broken": len(broken)}
        for one in broken:
            one.status = "broken"

    @rule(when=lambda self: self.open_bills(), days=st.sampled_from([0, 1, 3]))
    def remind(self, days: int) -> None:
        """Every stage of today is said once, for what is open beyond money on account."""
        self.wait(days)
        done = self.do(send_reminders.run)
        written = [rulebook.remind(shop, self.today(), self.now()) for shop in self.shops]
        assert done == {"reminded": sum(written), "failed": 0}
        assert self.do(send_reminders.run) == {"reminded": 0, "failed": 0}

"""Money on account that goes another way: paid back, or taken off a bill that it was put to."""

from uuid import UUID

from hypothesis import strategies as st

from credit import refunds, unapplying
from tests.model import books, rulebook
from tests.model.machine import one_of, picks, rule, shops
from tests.model.money_rules import MoneyRules, amounts, references


class RefundRules(MoneyRules):
    """Refunds, advances undone."""

    @rule(which=shops, amount=amounts, beyond=st.sampled_from([None, 0, 0, 1]), reference=references,
          method=st.sampled_from(["cash", "upi", "bank"]))  # fmt: skip
    def refund(self, which: int, amount: int, beyond: int | None, reference: str | None, method: str) -> None:
        """Money on account is paid back, never more than there is."""
        some = [shop for shop in self.shops if shop.refundable()]
        shop = some[0] if some and not self.shops[which].refundable() else self.shops[which]
        there = sum(one.unapplied_minor for one in shop.refundable())
        amount = amount if beyond is None else max(1, there + beyond)
        rules = {
            "PAYMENT_REFERENCE_USED": reference and books.compared(method, reference) in self.house.references(),
            "NOT_ON_ACCOUNT": amount > there,
        }
        new = refunds.NewRefund(shop.id, amount, method, "asked for it", reference)
        paid = self.attempt(rules, lambda session: refunds.pay(session, new))
        if paid:
            refund_id, today = paid.refund.id, self.today()
            name = self.reader.told()["bills"][str(refund_id)][2]
            bill = books.Bill(refund_id, "refund", name, today, today, amount, amount)
            shop.pay_back(books.Refund(refund_id, amount, method, reference), bill, today)
            assert (paid.on_account_minor, paid.outstanding_minor) == (on_account(shop), shop.outstanding_minor)
            shop.tell("refund_paid", amount, shop.outstanding_minor)

    @rule(when=lambda self: self.each("refunds"), number=picks)
    def reverse_refund(self, number: int) -> None:
        """It came back: on account again, or to what was asked back of it meanwhile."""
        shop, found = one_of(self.each("refunds"), number)
        no = None if found.is_posted else "REFUND_REVERSED"
        if self.attempt(no, lambda session: refunds.reverse(session, found.id, "it came back")):
            found.is_posted = False
            bill = shop.bills[found.id]
            shop.take_off(bill, self.today())
            (key,) = set(self.reader.told()["credits"]) - {str(one.id) for _, one in self.each("credits")}
            name = bill.reference
            credit = self.credit(UUID(key), "refund_returned", found.amount_minor, name=name)
            credit.against = books.KEPT_IN[found.method]
            chosen = {bill.id: bill.open_minor} if bill.open_minor else {}
            rulebook.receive(shop, credit, chosen, self.today(), spread=False)
            shop.tell("refund_reversed", found.amount_minor, shop.outstanding_minor)

    @rule(when=lambda self: self.each("bills"), number=picks)
    def undo_advance(self, number: int) -> None:
        """Money that was on account before is so again, and the bill is open."""
        applied = [(shop, bill) for shop, bill in self.each("bills") if _is_applied(shop, bill)]
        shop, bill = one_of((number % 8 and applied) or self.each("bills"), number)
        no = None if _is_applied(shop, bill) else "NOTHING_APPLIED"
        if self.attempt(no, lambda session: unapplying.undo(session, bill.id, "put to the wrong one")):
            shop.take_off(bill, self.today())


def _is_applied(shop: books.Shop, bill: books.Bill) -> bool:
    return bill.kind != "refund" and bool(shop.applied_to(bill))


def on_account(shop: books.Shop) -> int:
    """Money that no bill has taken."""
    return sum(one.unapplied_minor for one in shop.credits.values())

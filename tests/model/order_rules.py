"""What happens to orders, and the leave that owners give for one of them."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from core import db
from credit import guardrails, overrides, pauses
from credit.guardrails import Refused
from jobs import evaluate_guardrails, expire_pending
from orders import dispatching, holding, ordering
from tests.model import books, following, rulebook
from tests.model.machine import RICE_MINOR, kilograms, one_of, picks, rice, rule, shops
from tests.model.money_rules import MoneyRules

modes = st.sampled_from(["CREDIT", "CREDIT", "CASH"])
people = st.sampled_from(["usr_one", "usr_two"])
OPEN = ("requested", "approved")


class OrderRules(MoneyRules):
    """Quotes, orders, overrides."""

    @rule(which=shops, kg=kilograms, mode=modes, beyond=st.sampled_from([None, None, 0, 1]))
    def place(self, which: int, kg: int, mode: str, beyond: int | None) -> None:
        """Order at once, perhaps what just fits or a kilogram more; a refusal keeps the order as failed."""
        shop = self.shops[which]
        self._place(shop, kg if beyond is None else max(1, self._fits(shop) + beyond), mode)

    def _place(self, shop: books.Shop, kg: int, mode: str) -> books.Order:
        """What is there of it; nothing: refused."""
        placed = self.do(lambda session: ordering.place(session, shop.id, rice(kg), mode))
        made = books.Order(placed.order.id, "failed", kg * RICE_MINOR, mode, self.now(), kg)
        there, expected = self.house.there(kg), ["OUT_OF_STOCK"]
        if there:
            if there < kg:
                made.cut(there)
            expected = rulebook.refusals(shop, made.total_minor, self.today()) if mode == "CREDIT" else []
        self._compare(placed, expected)
        shop.orders[made.id] = made
        if not expected:
            shop.confirm(made, mode, "placed", self.now())
        return made

    def _compare(self, placed: ordering.Placed, expected: list[str]) -> None:
        no = placed.refusal
        assert expected == ([reason.code for reason in no.verdict.reasons] if isinstance(no, Refused) else
                            [no.code] if no else [])  # fmt: skip

    @rule(which=shops, kg=kilograms)
    def quote(self, which: int, kg: int) -> None:
        """A quote of what is there takes the place of an older one."""
        shop, there = self.shops[which], self.house.there(kg)
        no = None if there else "OUT_OF_STOCK"
        made = self.attempt(no, lambda session: ordering.draft(session, shop.id, rice(kg)))
        if made:
            for one in shop.orders.values():
                one.status = "cancelled" if one.status == "pending" else one.status
            quoted = books.Order(made.id, "pending", there * RICE_MINOR, None, self.now(), there)
            quoted.is_short = there < kg
            shop.orders[made.id] = quoted

    @rule(when=lambda self: self.each("orders", "pending", "failed"), number=picks, mode=modes)
    def confirm(self, number: int, mode: str) -> None:
        """A yes to a quote; refused, it stays pending. What was refused before is tried again, not confirmed."""
        shop, order = one_of(self.each("orders", "pending", "failed"), number)
        there = self.house.there(order.kg)
        rules = {
            "ORDER_NOT_PENDING": order.status == "failed",
            "OUT_OF_STOCK": not there,
            "STOCK_SHORT": there < order.kg,
        }
        said = [code for code, says_no in rules.items() if says_no] or self._said(shop, order, mode)
        if self.attempt(said[0] if said else None, lambda session: ordering.confirm(session, order.id, mode)):
            shop.confirm(order, mode, "placed", self.now())

    def _said(self, shop: books.Shop, order: books.Order, mode: str) -> list[str]:
        return rulebook.try_order(shop, order, self.today(), self.now()) if mode == "CREDIT" else []

    @rule(when=lambda self: self.each("orders", "failed", "held"), number=picks, helps=st.booleans())
    def retry(self, number: int, helps: bool) -> None:
        """A refused order goes through the guardrails again; a held one stays held when they say no."""
        shop, order = one_of(self.each("orders", "failed", "held"), number)
        if helps:
            self._make_room(shop)
        if order.status in ("failed", "held"):
            self._retry(shop, order)

    def _make_room(self, shop: books.Shop) -> None:
        """All is paid, and staff restore credit."""
        if shop.outstanding_minor > 0:
            self.receive_money(shop, shop.outstanding_minor, {}, "cash", None, self.today())
            self.follow()
        self.do(lambda session: (pauses.unpause(session, shop.id, "paid"), pauses.unblock(session, shop.id, "paid")))
        for level, holds in (("pause", shop.paused), ("block", shop.blocked)):
            if holds:
                rulebook.lift(shop, level, self.today())
        self.follow()

    @rule(which=shops, number=picks, who=people)
    def use_leave(self, which: int, number: int, who: str) -> None:
        """An order that somebody let past the rules goes, unless a rule stops it that none goes past."""
        if not self.let_through():
            self._let_past(self.shops[which], number, who)
            self.follow()
        if self.let_through():
            self._retry(*one_of(self.let_through(), number))

    def let_through(self) -> list[tuple[books.Shop, books.Order]]:
        """Refused and held orders with an approved override, in time or not."""
        leave = {one.order_id for _, one in self.each("overrides", "approved")}
        return [(shop, one) for shop, one in self.each("orders", "failed", "held") if one.id in leave]

    def _retry(self, shop: books.Shop, order: books.Order) -> None:
        placed = self.do(lambda session: ordering.retry(session, order.id, "CREDIT"))
        self._compare(placed, following.retry(shop, order, self.today(), self.now()))

    @rule(which=shops, number=picks)
    def hold(self, which: int, number: int) -> None:
        """An order that only credit stops is kept; one that nothing stops is not."""
        if not self.each("orders", "pending", "failed"):
            self._place_too_much(self.shops[which])
        if not self.each("orders", "pending", "failed"):
            return  # of what was there it was not too much
        shop, order = one_of(self.each("orders", "pending", "failed"), number)
        stopped = rulebook.refusals(shop, order.total_minor, self.today())
        no = None if stopped else "NOTHING_TO_HOLD"
        if self.attempt(no, lambda session: holding.hold(session, order.id)):
            order.status, order.mode = "held", "CREDIT"

    def _place_too_much(self, shop: books.Shop) -> None:
        """A kilogram more than the limit leaves."""
        self._place(shop, max(1, self._fits(shop) + 1), "CREDIT")

    def _fits(self, shop: books.Shop) -> int:
        return ((shop.terms.limit_on(self.today()) or 0) - shop.used_minor) // RICE_MINOR

    @rule(when=lambda self: self.each("orders", "held"), helps=st.booleans(), number=picks)
    def release(self, helps: bool, number: int) -> None:
        """The job that places held orders, the oldest first, until credit stops one; room was used when it came."""
        shop, _ = one_of(self.each("orders", "held"), number)
        if helps:
            self._make_room(shop)
        placed = self.do(evaluate_guardrails.release)
        assert placed == {"placed": following.release(self.house, self.shops, self.today(), self.now())}

    @rule(when=lambda self: self.each("orders", "confirmed"), number=picks)
    def cancel(self, number: int) -> None:
        """What was reserved is free again; what has left, or lapsed, is not called off. Twice is once."""
        shop, order = self.mostly(number, "orders", "pending", "failed", "held", "confirmed")
        no = {"dispatched": "ORDER_ALREADY_DISPATCHED", "expired": "ORDER_NOT_PENDING"}.get(order.status)
        no = None if order.is_unbilled else no
        if self.attempt(no, lambda session: ordering.cancel(session, order.id, "not wanted")):
            if order.status in ("confirmed", "held"):
                shop.tell("order_called_off_because", order.total_minor)
            if (order.status, order.mode) == ("confirmed", "CREDIT"):
                self.house.happen(rulebook.LOOSER, [shop])
            if order.status == "held":
                self.house.happen(rulebook.ROOM, [shop])
            order.status, order.holds = "cancelled", 0

    @rule(which=shops, kg=kilograms)
    def sell(self, which: int, kg: int) -> None:
        """What most orders on account come to: goods that leave at once."""
        shop = self.shops[which]
        made = self._place(shop, min(kg, 20), "CREDIT")
        if made.status == "confirmed":
            self._send(shop, made)

    @rule(when=lambda self: self.each("orders", "confirmed"), number=picks)
    def dispatch(self, number: int) -> None:
        """The goods leave: what was reserved becomes a bill, once. Only what was promised leaves."""
        self._send(*self.mostly(number, "orders", "confirmed"))

    def _send(self, shop: books.Shop, order: books.Order) -> None:
        """What was billed, and the bill cancelled, is billed again if credit allows it; goods that are out stay out."""
        is_leaving = order.status == "confirmed" or order.is_unbilled
        is_there = not is_leaving or self.house.there_for(order) >= order.kg - order.out
        said = self._said(shop, order, order.mode or "CASH") if order.is_unbilled and is_there else []
        rules = {
            "ORDER_NOT_CONFIRMED": order.status not in ("confirmed", "dispatched"),
            "STOCK_SHORT": not is_there,
            **dict.fromkeys(said[:1], True),
        }
        sent = self.attempt(rules, lambda session: dispatching.dispatch(session, order.id))
        if sent and is_leaving:
            if self.house.shelf is not None:
                self.house.shelf -= order.kg - order.out
            order.out = order.kg
            order.status, order.holds, today = "dispatched", 0, self.today()
            due_on = today + timedelta(days=shop.terms.credit_days if order.mode == "CREDIT" else 0)
            bill_id, name = self._invoiced(sent.invoice_id)
            bill = books.Bill(bill_id, "invoice", name, today, due_on, order.total_minor, order.total_minor)
            shop.owe(bill, "sales", today)
            assert sent.invoice_id
            order.invoice = books.Document(sent.invoice_id, name, order.total_minor, today, order.kg, bill_id)
            shop.documents[sent.invoice_id] = order.invoice
            shop.tell("invoice_shared", order.total_minor, brings=sent.invoice_id)

    def _invoiced(self, invoice_id: Any) -> Any:
        with db.transaction(self.org) as session:
            asked = (str(self.org), str(invoice_id))
            return db.execute(session, "SELECT bill_id, number FROM invoice WHERE org_id = %s AND id = %s", asked).one()

    @rule(when=lambda self: self.each("orders", "pending", "held"), days=st.sampled_from([0, 1, 2, 8]))
    def expire(self, days: int) -> None:
        """Quotes lapse after a day, held orders after the days of the setting."""
        self.wait(days)
        quoted, held = self.now() - timedelta(hours=24), self.now() - timedelta(days=7)
        gone = [one for _, one in self.each("orders", "pending") if one.created_at < quoted]
        stale = [(shop, one) for shop, one in self.each("orders", "held") if one.created_at < held]
        assert self.do(expire_pending.run) == {"expired": len(gone), "held_expired": len(stale)}
        for one in gone:
            one.status = "expired"
        for shop, one in stale:
            one.status = "expired"
            shop.tell("order_not_kept", one.total_minor)
            self.house.happen(rulebook.ROOM, [shop])

    @rule(asks=True, which=shops, kg=kilograms)
    def ask(self, which: int, kg: int) -> None:
        """What the guardrails say is what the books say."""
        shop, total = self.shops[which], kg * RICE_MINOR
        verdict = self.do(lambda session: guardrails.judge(session, shop.id, total))
        assert [reason.code for reason in verdict.reasons] == rulebook.refusals(shop, total, self.today())
        if verdict.helps.trim_to_minor:
            assert not rulebook.refusals(shop, verdict.helps.trim_to_minor, self.today())

    # Past the rules

    @rule(which=shops, number=picks, who=people)
    def override(self, which: int, number: int, who: str) -> None:
        """An owner's word for one order, one at a time, up to a cap, for a day; above a threshold it waits."""
        self._let_past(self.shops[which], number, who)

    def _let_past(self, shop: books.Shop, number: int, who: str) -> None:
        if not self.each("orders", "failed", "held"):
            self._place_too_much(shop)
        if not self.each("orders", "failed", "held"):
            return
        shop, order = self.mostly(number, "orders", "failed", "held")
        open_now = [one for one in shop.overrides.values() if one.order_id == order.id and one.status in OPEN]
        rules = {
            "OVERRIDE_ABOVE_CAP": order.total_minor > self.house.settings["override_max_minor"],
            "OVERRIDE_NOT_POSSIBLE": shop.blocked or shop.terms.limit_on(self.today()) is None,
            "OVERRIDE_EXISTS": any(one.expires_at > self.now() for one in open_now),
        }
        made = self.attempt(
            rules, lambda session: overrides.grant(session, shop.id, order.id, order.total_minor, "trusted"), who
        )
        if made:
            for one in open_now:
                one.status = "expired"
            lately = sum(
                one.amount_minor for one in shop.overrides.values()
                if one.is_alone and one.asked_by == who and one.status in ("approved", "used")
                and one.expires_at > self.now()
            )  # fmt: skip
            alone = lately + order.total_minor <= self.house.settings["override_second_minor"]
            shop.overrides[made.id] = books.Override(
                made.id, order.id, order.total_minor, "approved" if alone else "requested", who, made.expires_at, alone
            )
            if alone:
                self.house.happen(rulebook.APPROVED, [shop], shop.overrides[made.id])
            assert timedelta(hours=23) < made.expires_at - self.now() <= timedelta(hours=24)

    @rule(when=lambda self: self.each("overrides", "requested"), number=picks, who=people)
    def approve(self, number: int, who: str) -> None:
        """A second person's yes, in time."""
        shop, found = self.mostly(number, "overrides", "requested")
        rules = {
            None: found.status == "approved",
            "OVERRIDE_OVER": found.status != "requested" or found.expires_at <= self.now(),
            "SECOND_PERSON_NEEDED": found.asked_by == who,
            "OVERRIDE_NOT_POSSIBLE": shop.blocked,
        }
        if self.attempt(rules, lambda session: overrides.approve(session, found.id), who):
            if found.status == "requested":
                self.house.happen(rulebook.APPROVED, [shop], found)
            found.status = "approved"

    @rule(when=lambda self: self.each("overrides", *OPEN), number=picks)
    def revoke(self, number: int) -> None:
        """Taken back before it is used."""
        _, found = self.mostly(number, "overrides", *OPEN)
        no = None if found.status in OPEN else "OVERRIDE_OVER"
        if self.attempt(no, lambda session: overrides.revoke(session, found.id, "changed my mind")):
            found.status = "revoked"

"""Terms, pauses and blocks, the ladder, the common cap, and days going by."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

import policy
from credit import accounts, groups, ladder, ledger, pauses, standing
from jobs import evaluate_guardrails
from tests.model import books, following, rulebook
from tests.model.machine import RICE_MINOR, Life, granted, picks, rule, settings, shops

limits = st.sampled_from([None, 0, *(RICE_MINOR * kg for kg in (10, 50, 50, 100, 100, 200))])
OF_CREDIT = {"exposure", "cheque_counts_on", "ladder"}
sizes = st.sampled_from([None, None, None, RICE_MINOR * 10, RICE_MINOR * 40])


class StandingRules(Life):
    """What is granted, and who stops it."""

    def _grant(self, shop: books.Shop, terms: books.Terms, seen: int | None = None) -> None:
        """`seen` is how many changes ago the terms were read, by somebody who must not write over another's change."""
        version = None
        if seen is not None:
            version = self.do(lambda session: accounts.get(session, shop.id).version) - seen
        until = terms.temporary_until
        rules = {
            "VERSION_CONFLICT": seen,
            "INVALID": until != shop.terms.temporary_until and until is not None and until < self.today(),
        }
        change = lambda session: accounts.set_terms(session, shop.id, granted(terms), "agreed", version)  # noqa: E731
        if self.attempt(rules, change):
            if terms.let_more_through_than(shop.terms, self.today()):
                self.house.happen(rulebook.LOOSER, [shop])
            shop.terms = terms

    @rule(which=shops, limit=limits, most=sizes, late=st.sampled_from([None, 0, 15, 30]),
          days=st.sampled_from([0, 3, 15]), tolerance=st.sampled_from([0, 0, RICE_MINOR * 5]),
          way=st.sampled_from(["days", "days", "bill_to_bill"]), seen=st.sampled_from([None, None, 0, 1]))  # fmt: skip
    def set_terms(
        self,
        which: int,
        limit: int | None,
        most: int | None,
        late: int | None,
        days: int,
        tolerance: int,
        way: str,
        seen: int | None,
    ) -> None:
        """Limits may be cut below what is owed; that only stops what comes."""
        shop = self.shops[which]
        self._grant(shop, replace(
            shop.terms, limit_minor=limit, max_order_minor=most, max_outstanding_days=late, credit_days=days,
            tolerance_minor=tolerance, terms=way), seen)  # fmt: skip

    @rule(which=shops, limit=st.sampled_from([RICE_MINOR * 80, RICE_MINOR * 160]), days=st.sampled_from([0, 2, 10, -1]))
    def raise_for_a_while(self, which: int, limit: int, days: int) -> None:
        """A temporary limit holds until the end of its last day, while it is the higher one."""
        shop = self.shops[which]
        until = self.today() + timedelta(days=days)
        self._grant(shop, replace(shop.terms, temporary_limit_minor=limit, temporary_until=until))

    @rule(which=shops, on=st.sampled_from([True, False, False]))
    def pause(self, which: int, on: bool) -> None:
        """Pausing twice is pausing once, and restoring what is not paused is nothing; staff take over from a rule."""
        shop = self.shops[which]
        change, was = pauses.pause if on else pauses.unpause, shop.paused is not None
        assert self.do(lambda session: change(session, shop.id, "staff said so")) is (was is not on)
        if on:
            rulebook.stop(shop, "pause", books.STAFF)
        elif was:
            rulebook.lift(shop, "pause", self.today())

    @rule(which=shops, on=st.sampled_from([True, False, False, False]))
    def block(self, which: int, on: bool) -> None:
        """No order on account at all, not even past the rules; only staff lift it, and a pause below it goes on."""
        shop = self.shops[which]
        change, was = pauses.block if on else pauses.unblock, shop.blocked is not None
        assert self.do(lambda session: change(session, shop.id, "staff said so")) is (was is not on)
        if on:
            rulebook.stop(shop, "block", books.STAFF)
        elif was:
            rulebook.lift(shop, "block", self.today())

    @rule(which=shops, on=st.booleans())
    def share_the_cap(self, which: int, on: bool) -> None:
        """Shops of one owner under one cap, or not any more."""
        shop, cap_id = self.shops[which], self.house.cap_id if on else None
        changed = self.do(lambda session: groups.join(session, shop.id, cap_id, "as the owner says"))
        assert changed is (shop.is_capped is not on)
        shop.is_capped = on
        if changed and not on:
            self.house.happen(rulebook.LOOSER, [shop, *self.house.capped()])

    @rule(limit=st.sampled_from([0, RICE_MINOR * 40, RICE_MINOR * 70, RICE_MINOR * 150]))
    def move_the_cap(self, limit: int) -> None:
        """A cap below what is used only stops orders."""
        cap_id = self.house.cap_id
        assert cap_id is not None
        version = self.do(lambda session: groups.get(session, cap_id).version)
        self.do(lambda session: groups.set_limit(session, cap_id, limit, "agreed", version))
        if limit > self.house.cap_minor:
            self.house.happen(rulebook.LOOSER, self.house.capped())
        self.house.cap_minor = limit
        self.follow()
        assert self.do(lambda session: groups.standing_of(session, cap_id)).used_minor == self.house.cap_used()

    @rule(asks=True, chosen=settings)
    def change_settings(self, chosen: dict[str, Any]) -> None:
        """From now on; nobody is stopped by it at once, and room that it leaves is used at once."""
        before = self.house.settings
        self.do(lambda session: policy.change(session, chosen, "agreed"))
        changed = {name for name in chosen if chosen[name] != before[name]}
        self.house.settings = chosen
        if changed:
            self.house.happen(rulebook.SETTINGS if changed & OF_CREDIT else rulebook.ROOM, self.shops)

    # What the clock does

    @rule(days=st.sampled_from([0, 1, 3, 11]))
    def night(self, days: int) -> None:
        """Temporary limits and overrides end, and it is seen who is to be watched; nobody is stopped."""
        self.wait(days)
        over = [shop for shop in self.shops if _is_over(shop, self)]
        stale = [one for _, one in self.each("overrides", "requested", "approved") if one.expires_at <= self.now()]
        done = self.do(evaluate_guardrails.look)
        assert (done["limits_ended"], done["overrides_expired"]) == (len(over), len(stale))
        for shop in over:
            shop.terms = replace(shop.terms, temporary_limit_minor=None, temporary_until=None)
        for one in stale:
            one.status = "expired"
        for shop in self.shops:
            rulebook.evaluate(shop, self.today(), may_stop=False, may_lift=False)

    @rule(days=st.sampled_from([0, 1, 7, 31]))
    def late_morning(self, days: int) -> None:
        """The rules pause, block and restore; then held orders are placed."""
        self.wait(days)
        done = self.do(evaluate_guardrails.apply)
        for shop in self.shops:
            rulebook.evaluate(shop, self.today())
        assert done["placed"] == following.release(self.house, self.shops, self.today(), self.now())

    @rule(asks=True, hours=st.sampled_from([1, 5, 25, 72, 400]))
    def pass_time(self, hours: int) -> None:
        """Hours and days go by."""
        self.wait(hours=hours)

    @rule(asks=True, which=shops)
    def look(self, which: int) -> None:
        """What the ladder sees, and what browsing shows."""
        shop, today = self.shops[which], self.today()
        seen = self.do(lambda session: ladder.look(session, shop.id))
        found = rulebook.facts(shop, today)
        assert {name: getattr(seen.facts, name) for name in found} == found
        assert seen.wanted == rulebook.wanted(shop, today)
        shown, bills = self.do(lambda session: standing.with_bills(session, shop.id, limit=100))
        assert [(one.reference, one.open_minor) for one in bills] == [
            (one.reference, one.open_minor) for one in shop.open_bills()
        ]
        owed = [(one.reference, one.owed_minor) for one in bills if one.owed_minor]
        assert owed == [(bill.reference, left) for bill, left in shop.netted()]
        assert (shown.limit_minor, shown.used_minor) == (shop.terms.limit_on(today), shop.used_minor)
        assert shown.is_stopped is (shop.paused is not None or shop.blocked is not None)

    @rule(asks=True, which=shops, days_ago=st.integers(0, 60), number=picks)
    def look_back(self, which: int, days_ago: int, number: int) -> None:
        """What was owed, and contested, when any past day ended."""
        shop, day = self.shops[which], self.today() - timedelta(days=days_ago)
        assert self.do(lambda session: ledger.receivable(session, shop.id, day)) == shop.balance("receivable", day)
        assert self.do(lambda session: ledger.disputed(session, shop.id, day)) == shop.balance("disputed", day)


def _is_over(shop: books.Shop, life: Life) -> bool:
    until = shop.terms.temporary_until
    return until is not None and until < life.today()

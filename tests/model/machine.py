"""One life: what every rule needs to act on the real services and on the plain books, and the comparison after it."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition
from hypothesis.stateful import rule as hypothesis_rule

import policy
from core import audit, clock, db
from core.errors import DomainError
from credit import accounts, groups
from orders import catalogue, catalogue_import, rules, stock
from orders.quotes import Wanted
from parties.tables import Retailer
from tests.model import books, following, reading, rulebook
from tests.model.reading import Reader
from tests.model.tally import Tally
from tests.orders.conftest import ITEMS

Result = TypeVar("Result")
Found = TypeVar("Found")
No = str | None | dict[str, Any] | dict[str | None, Any]

RICE_MINOR = 4800  # a kilogram, without tax: an order's total is its kilograms times this
HOURS = 48  # for which goods are held
FIRST = books.Terms(limit_minor=RICE_MINOR * 50, credit_days=15, max_outstanding_days=30)
FIRST_MORNING = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)  # ten o'clock there: no step meets midnight by accident
SOON = {
    "watch": {"overdue_days": 2, "limit_used_percent": 80, "broken_promises": 1, "bounced_cheques": 1},
    "pause": {"overdue_days": 6, "overdue_minor": RICE_MINOR * 60, "broken_promises": 2, "bounced_cheques": 2},
    "block": {"overdue_days": 45, "bounced_cheques": 3},
}

shops = st.integers(0, 1)
picks = st.integers(0, 1_000)
kilograms = st.integers(1, 60)
settings = st.fixed_dictionaries(
    {
        "apply_advances": st.booleans(),
        "cheque_counts_on": st.sampled_from(["clearing", "deposit", "receipt"]),
        "exposure": st.sampled_from(["confirmed", "confirmed", "dispatched", "invoiced"]),
        "cash_discount": st.sampled_from([{"percent_bps": bps, "within_days": 7} for bps in (1_000, 250, 0)]),
        "late_fees": st.sampled_from([{"rate_bps": 1_800, "grace_days": 3}, {"rate_bps": 2_400, "grace_days": 0}]),
        "ladder": st.sampled_from([policy.of_a_new_organisation()["ladder"], SOON, SOON]),
        "override_max_minor": st.just(RICE_MINOR * 120),
        "override_second_minor": st.just(RICE_MINOR * 40),
        "hold_days": st.just(7),
    }
)


def rule(
    *, when: Callable[[Any], Any] | None = None, asks: bool = False, **drawn: st.SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Any]:
    """A rule that is counted. `when` says when it can do something; `asks` that it changes nothing."""

    def make(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def counted(self: "Life", **values: Any) -> None:
            self.name = function.__name__
            self.tally.steps += 1
            self.tally.fired[self.name] += 1
            self.tally.took_effect[self.name] += asks
            function(self, **values)

        made = hypothesis_rule(**drawn)(counted)
        return precondition(when)(made) if when else made

    return make


class Life(RuleBasedStateMachine):
    """Two shops of one organisation, from its first day on."""

    def __init__(
        self, reader: Reader, tally: Tally, new_org: Callable[..., UUID], make_retailer: Callable[..., Retailer]
    ) -> None:
        super().__init__()
        clock.reset()
        catalogue.forget()
        self.reader, self.tally = reader, tally
        self.org, self.make_retailer = new_org(), make_retailer
        self.house = books.House({})
        self.told: dict[str, Any] = {}
        self.name = ""
        tally.lives += 1

    @initialize(chosen=settings, day=st.integers(0, 1_000), shelf=st.sampled_from([None, None, 60, 300]))
    def begin(self, chosen: dict[str, Any], day: int, shelf: int | None) -> None:
        """The organisation with its settings, a cap for shops of one owner, and the shops; on some morning."""
        clock.move_to(FIRST_MORNING + timedelta(days=day))
        self.house.settings, self.house.shelf = chosen, shelf
        self.do(self._set_up)
        self.reader.enter(self.org)
        self.tally.steps += 1

    def _set_up(self, session: Any) -> None:
        policy.change(session, self.house.settings, "how this life goes")
        rules.change(session, rules.Rules(stock_hold_hours=HOURS), "how this life goes")
        catalogue_import.import_catalogue(session, {"items": [dict(one) for one in ITEMS if one["sku"] == "RICE-L"]})
        if self.house.shelf is not None:
            stock.count(session, "RICE-L", self.house.shelf * 1_000, "counted")
        group = groups.create(session, "One owner", RICE_MINOR * 70)
        self.house.cap_id, self.house.cap_minor = group.id, group.limit_minor
        for _ in range(2):
            made = self.make_retailer(session, max_order_minor=None, limit_minor=FIRST.limit_minor)
            self.house.shops.append(books.Shop(self.house, made.id, FIRST))

    # What rules do

    @property
    def shops(self) -> list[books.Shop]:
        """Both."""
        return self.house.shops

    def today(self) -> date:
        """The organisation's day."""
        return clock.today("Asia/Kolkata")

    def now(self) -> datetime:
        """The moment."""
        return clock.now()

    def wait(self, days: int = 0, hours: int = 0) -> None:
        """Time goes by."""
        if days or hours:
            clock.advance(timedelta(days=days, hours=hours))

    def do(self, work: Callable[[Any], Result], who: str = "system") -> Result:
        """One committed transaction, as a door makes it, with all that follows from it."""
        assert not self.house.happened, "the plain books have not followed what a unit of work did before this one"
        audit.act_as(audit.Actor(who))
        return db.run(work, self.org)

    def follow(self) -> None:
        """What follows in the plain books from the unit of work before; a step of one unit need not say so."""
        following.follow(self.house, self.today(), self.now())

    def attempt(self, no: No, work: Callable[[Any], Result], who: str = "system") -> Result | None:
        """The same for what may be refused: with the code `no`, or the first of `no` that is true; None = allowed.

        What is refused changes nothing.
        """
        if isinstance(no, dict):
            no = next((code for code, says_no in no.items() if says_no), None)
        if no is None:
            return self.do(work, who)
        self.tally.refused[self.name] += 1
        self.tally.codes[no] += 1
        with pytest.raises(DomainError) as caught:
            self.do(work, who)
        assert caught.value.code == no
        return None

    def each(self, part: str, *states: str) -> list[tuple[books.Shop, Any]]:
        """Every order, cheque, ... with its shop; with `states` those in one of them."""
        return [
            (shop, one)
            for shop in self.shops
            for one in getattr(shop, part).values()
            if not states or getattr(one, "state", None) in states or getattr(one, "status", None) in states
        ]

    def mostly(self, number: int, part: str, *states: str) -> tuple[books.Shop, Any]:
        """One in these states; now and then any, which is to be refused."""
        return one_of((number % 8 and self.each(part, *states)) or self.each(part), number)

    def open_bills(self) -> list[tuple[books.Shop, books.Bill]]:
        """Every open bill with its shop."""
        return [(shop, bill) for shop in self.shops for bill in shop.open_bills()]

    # What holds after each

    @invariant()
    def the_books_agree(self) -> None:
        """The database says what the plain books say, and no invariant is broken."""
        self.follow()
        told = self.reader.told()
        for part, rows in reading.told(self.house).items():
            assert told[part] == rows, f"{part} after {self.name}"
        assert self.reader.wrong() == []
        for shop in self.shops:
            for order in following.waiting(shop):
                said = rulebook.refusals(shop, order.total_minor, self.today())
                assert said or self.house.shelf is not None, "it waits for nothing"
                if said and "MAX_ORDER_VALUE_EXCEEDED" not in said:
                    break
        self.tally.checks += len(reading.KNOWN) + 1
        self.tally.took_effect[self.name] += told != self.told
        self.told = told

    def teardown(self) -> None:
        """At the end the whole histories are read, every hash of the audit chains too."""
        assert reading.findings(self.org) == []
        audit.act_as(audit.SYSTEM)
        clock.reset()


def one_of(found: list[Found], number: int) -> Found:
    """One of these."""
    return found[number % len(found)]


def rice(kg: int) -> list[Wanted]:
    """So much rice."""
    return [Wanted("RICE-L", kg, "kg")]


def granted(terms: books.Terms) -> accounts.Terms:
    """The terms as the product has them."""
    return accounts.Terms(**asdict(terms))


def rules_of(machine: type[Life]) -> Iterator[str]:
    """The names of a machine's rules."""
    for one in machine.setup_state().rules:
        yield one.function.__name__

"""Pairs that meet at the same account, bill, order or message: every order of their statements ends well.

After each the sums are right and no transaction was lost to a deadlock; after all of them the doctor finds nothing.
Statements that commute are taken in one order; `make pairs` (BAHI_PAIRS=complete) takes them in both.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from bot import flow, ingress, webhook
from core import clock, db, events, ids, outbox, sending
from core.errors import DomainError
from credit import accounts, bills, cheques, days, groups, guardrails, overrides, pauses, payments, reminders
from orders import dispatching, ordering
from orders.quotes import Wanted
from parties import channels, sessions, users
from reports import doctor, invariants
from tests.conftest import ACCOUNT_SID
from tests.interleaving import actors, stepping
from tests.interleaving.actors import Work

KILOGRAM_MINOR = 4800
LIMIT_MINOR = 100 * KILOGRAM_MINOR
CHECKED = ("I04", "I05", "I06", "I08", "I09", "I10", "I11", "I12", "I15", "I17", "I20", "I21")
KNOWN = {one.id: one for one in invariants.load()}

Open = Callable[..., UUID]
Go = Callable[..., None]


def sound(results: tuple[Any, ...]) -> None:
    """Nothing unexpected was raised: no deadlock, no broken constraint."""
    assert [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)] == []


def healthy(org: UUID) -> None:
    """Every invariant holds for all that the orders of a pair left behind: each had a shop or a message of its own."""
    with db.transaction(org) as session:
        findings = [doctor.examine(session, KNOWN[one], org, doctor.FULL) for one in CHECKED]
    assert [one for one in findings if one.status != doctor.HOLDS] == []


def both(org: UUID, *works: Callable[[Any], Any]) -> list[Work]:
    """Each in a transaction as the doors make it."""
    return [lambda work=work: db.run(work, org) for work in works]


def place(shop: UUID, kg: int) -> Callable[[Any], ordering.Placed]:
    return lambda session: ordering.place(session, shop, [Wanted("RICE-L", kg, "kg")], "CREDIT")


def account(org: UUID, shop: UUID) -> tuple[int, int, int]:
    with db.transaction(org) as session:
        found = accounts.get(session, shop)
        return found.outstanding_minor, found.reserved_minor, found.allowance_minor


def confirmed(org: UUID, shop: UUID, kg: int) -> UUID:
    placed = db.run(place(shop, kg), org)
    assert placed.refusal is None
    return placed.order.id


def drain(org: UUID) -> None:
    """Leave nothing behind that the next run would meet: a run that ends early rolls back what it did."""

    def all_of_it(session: Any) -> int:
        ordering.expire_pending(session, before=clock.now() + timedelta(seconds=1))
        reminders.claim(session, clock.today("Asia/Kolkata"))
        return _sweep_and_send(session)

    while db.run(all_of_it, org):
        pass


def billed(org: UUID, shop: UUID, amount_minor: int, due_in: int = 0) -> UUID:
    with db.transaction(org) as session:
        today = days.today(session)
        due_on = today + timedelta(days=due_in)
        posting = bills.Posting(
            shop, bills.INVOICE, uuid.uuid4().hex[:8], min(today, due_on), due_on, amount_minor, {"sales": amount_minor}
        )
        return bills.post(session, posting).id


def test_of_two_orders_that_do_not_fit_together_one_is_refused(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shops.append(open_shop(limit_minor=LIMIT_MINOR))
        return both(org, place(shops[-1], 60), place(shops[-1], 60))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(one.order.status for one in results) == ["confirmed", "failed"]
        assert account(org, shops[-1]) == (0, 60 * KILOGRAM_MINOR, 0)

    go("order and order", prepare, check)
    healthy(org)


def test_an_order_and_a_pause_are_one_after_the_other(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shops.append(open_shop(limit_minor=LIMIT_MINOR))
        return both(org, place(shops[-1], 60), lambda session: pauses.pause(session, shops[-1], "late"))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        refusal = results[0].refusal
        assert refusal is None or refusal.code == guardrails.PAUSED
        assert account(org, shops[-1])[1] == (0 if refusal else 60 * KILOGRAM_MINOR)

    go("order and pause", prepare, check)
    healthy(org)


def test_an_order_and_a_cut_of_the_limit_are_one_after_the_other(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []
    cut = accounts.Terms(limit_minor=10 * KILOGRAM_MINOR)

    def prepare() -> list[Work]:
        shops.append(open_shop(limit_minor=LIMIT_MINOR))
        return both(org, place(shops[-1], 60), lambda session: accounts.set_terms(session, shops[-1], cut, "cut"))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        refusal = results[0].refusal
        assert refusal is None or refusal.code == guardrails.LIMIT
        assert account(org, shops[-1]) == ((0, 0, 0) if refusal else (0, 60 * KILOGRAM_MINOR, 50 * KILOGRAM_MINOR))

    go("order and limit cut", prepare, check)
    healthy(org)


def test_two_payments_of_one_bill_settle_it_once(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop()
        shops.append(shop)
        billed(org, shop, 1_000)
        pay = payments.NewPayment(shop, 700, "cash", is_meant=True)
        return both(org, lambda session: payments.record(session, pay), lambda session: payments.record(session, pay))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(one.unapplied_minor for one in results) == [0, 400]
        assert sorted(one.outstanding_minor for one in results) == [-400, 300]

    go("payment and payment", prepare, check)
    healthy(org)


def test_equal_cash_of_two_people_at_once_is_booked_once_and_asked_about_once(
    org: UUID, open_shop: Open, go: Go
) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop()
        shops.append(shop)
        pay = payments.NewPayment(shop, 700, "cash")
        return both(org, lambda session: payments.record(session, pay), lambda session: payments.record(session, pay))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(type(one).__name__ for one in results) == ["LooksDouble", "Receipt"]
        assert account(org, shops[-1])[0] == -700

    go("equal cash and equal cash", prepare, check)
    healthy(org)


def test_one_reference_pays_once_for_two_shops(org: UUID, open_shop: Open, go: Go) -> None:
    def prepare() -> list[Work]:
        reference = uuid.uuid4().hex
        works = []
        for _ in range(2):
            new = payments.NewPayment(open_shop(), 700, "upi", reference)
            works.append(lambda session, new=new: payments.record(session, new))
        return both(org, *works)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(type(one).__name__ for one in results) == ["Receipt", "ReferenceUsed"]

    go("one reference, two shops", prepare, check)
    healthy(org)


def test_one_cheque_is_taken_once_from_two_shops(org: UUID, open_shop: Open, go: Go) -> None:
    def prepare() -> list[Work]:
        number = uuid.uuid4().hex
        works = []
        for _ in range(2):
            new = cheques.NewCheque(open_shop(), 700, number)
            works.append(lambda session, new=new: cheques.receive(session, new))
        return both(org, *works)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(type(one).__name__ for one in results) == ["Cheque", "ChequeKnown"]

    go("one cheque, two shops", prepare, check)
    healthy(org)


def test_two_groups_of_shops_have_two_names(org: UUID, go: Go) -> None:
    def prepare() -> list[Work]:
        name = uuid.uuid4().hex
        create = lambda session: groups.create(session, name, 1_000)  # noqa: E731
        return both(org, create, create)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(type(one).__name__ for one in results) == ["CreditGroup", "NameTaken"]

    go("group and group", prepare, check)
    healthy(org)


def test_a_payment_is_taken_back_once(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop()
        shops.append(shop)
        billed(org, shop, 1_000)
        paid = db.run(lambda session: payments.record(session, payments.NewPayment(shop, 700, "cash")), org)
        back = lambda session: payments.reverse(session, paid.payment_id, "bounced")  # noqa: E731
        return both(org, back, back)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(type(one).__name__ for one in results) == ["AlreadyReversed", "Receipt"]
        assert account(org, shops[-1])[0] == 1_000

    go("reversal and reversal", prepare, check)
    healthy(org)


def test_a_reminder_names_what_is_open_when_it_is_claimed(org: UUID, open_shop: Open, go: Go) -> None:
    def prepare() -> list[Work]:
        drain(org)
        shop = open_shop()
        billed(org, shop, 1_000)
        today = clock.today("Asia/Kolkata")
        pay = payments.NewPayment(shop, 1_000, "cash")
        return both(
            org,
            lambda session: [d.total_minor for d in reminders.claim(session, today) if d.retailer_id == shop],
            lambda session: payments.record(session, pay),
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results[0] in ([], [1_000])

    go("reminder and payment", prepare, check)
    healthy(org)


def test_two_runs_of_the_reminders_claim_each_stage_once(org: UUID, open_shop: Open, go: Go) -> None:
    def prepare() -> list[Work]:
        drain(org)
        shop = open_shop()
        billed(org, shop, 1_000)
        today = clock.today("Asia/Kolkata")
        claim = lambda session: len(reminders.claim(session, today))  # noqa: E731
        return both(org, claim, claim)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(results) == [0, 1]

    go("reminders and reminders", prepare, check)
    healthy(org)


def test_a_quote_is_confirmed_or_expires(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        drain(org)
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        draft = db.run(lambda session: ordering.draft(session, shop, [Wanted("RICE-L", 60, "kg")]), org)
        later = clock.now() + timedelta(seconds=1)
        return both(
            org,
            lambda session: ordering.confirm(session, draft.id, "CREDIT").status,
            lambda session: ordering.expire_pending(session, before=later),
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        was_confirmed = results[0] == "confirmed"
        assert was_confirmed or isinstance(results[0], ordering.NotPending)
        assert results[1] == (0 if was_confirmed else 1)
        assert account(org, shops[-1])[1] == (60 * KILOGRAM_MINOR if was_confirmed else 0)

    go("confirm and expire", prepare, check)
    healthy(org)


def test_a_double_yes_promises_once(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        draft = db.run(lambda session: ordering.draft(session, shop, [Wanted("RICE-L", 40, "kg")]), org)
        yes = lambda session: ordering.confirm(session, draft.id, "CREDIT").status  # noqa: E731
        return both(org, yes, yes)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results == ("confirmed", "confirmed")
        assert account(org, shops[-1])[1] == 40 * KILOGRAM_MINOR

    go("confirm and confirm", prepare, check)
    healthy(org)


def test_an_order_is_sent_or_called_off(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        order_id = confirmed(org, shop, 60)
        return both(
            org,
            lambda session: dispatching.dispatch(session, order_id).status,
            lambda session: ordering.cancel(session, order_id, "not wanted").status,
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        sent = results[0] == "dispatched"
        assert isinstance(results[int(sent)], DomainError)
        assert account(org, shops[-1]) == (60 * KILOGRAM_MINOR if sent else 0, 0, 0)

    go("dispatch and cancel", prepare, check)
    healthy(org)


def test_two_invoices_get_two_numbers_without_a_gap(org: UUID, open_shop: Open, go: Go) -> None:
    def prepare() -> list[Work]:
        orders = [confirmed(org, open_shop(limit_minor=LIMIT_MINOR), 10) for _ in range(2)]
        return both(
            org, *[lambda session, order=order: dispatching.dispatch(session, order).status for order in orders]
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results == ("dispatched", "dispatched")

    go("invoice number and invoice number", prepare, check)
    healthy(org)


def test_an_order_and_a_payment_that_makes_room(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        billed(org, shop, 60 * KILOGRAM_MINOR)
        pay = payments.NewPayment(shop, 60 * KILOGRAM_MINOR, "cash")
        return both(org, place(shop, 60), lambda session: payments.record(session, pay))

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        refusal = results[0].refusal
        assert refusal is None or refusal.code == guardrails.LIMIT
        assert account(org, shops[-1]) == (0, 0 if refusal else 60 * KILOGRAM_MINOR, 0)

    go("order and payment", prepare, check)
    healthy(org)


def refused(org: UUID, shop: UUID, kg: int) -> UUID:
    """An order that failed because credit is paused."""
    db.run(lambda session: pauses.pause(session, shop, "late"), org)
    placed = db.run(place(shop, kg), org)
    assert placed.refusal is not None
    return placed.order.id


def overridden(org: UUID, override_id: UUID) -> str:
    with db.transaction(org) as session:
        return overrides.get(session, override_id).status


def test_an_order_meets_the_override_for_it_or_fails(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        order = refused(org, shop, 60)
        return both(
            org,
            lambda session: ordering.retry(session, order).order.status,
            lambda session: overrides.grant(session, shop, order, LIMIT_MINOR, "my word").id,
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results[0] in ("confirmed", "failed")  # and what failed first is let through by the override at once
        assert overridden(org, results[1]) == "used"
        assert account(org, shops[-1])[1] == 60 * KILOGRAM_MINOR

    go("override and order", prepare, check)
    healthy(org)


def unused(session: Session, shop: UUID, order: UUID) -> UUID:
    """An override that the order has not been let through by yet."""
    granted = overrides.grant(session, shop, order, LIMIT_MINOR, "my word").id
    events.forget(session)
    return granted


def test_an_override_is_used_or_taken_back(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        order = refused(org, shop, 60)
        granted = db.run(lambda session: unused(session, shop, order), org)
        return both(
            org,
            lambda session: ordering.retry(session, order).order.status,
            lambda session: overrides.revoke(session, granted, "not so").status,
        )

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        was_let_through = results[0] == "confirmed"
        assert isinstance(results[1], overrides.Over) if was_let_through else results[1] == "revoked"
        assert account(org, shops[-1])[1] == (60 * KILOGRAM_MINOR if was_let_through else 0)

    go("override taken back and order", prepare, check)
    healthy(org)


def test_an_override_lets_one_order_through_once(org: UUID, open_shop: Open, go: Go) -> None:
    shops: list[UUID] = []

    def prepare() -> list[Work]:
        shop = open_shop(limit_minor=LIMIT_MINOR)
        shops.append(shop)
        order = refused(org, shop, 60)
        db.run(lambda session: unused(session, shop, order), org)
        again = lambda session: ordering.retry(session, order).order.status  # noqa: E731
        return both(org, again, again)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results == ("confirmed", "confirmed")
        assert account(org, shops[-1])[1] == 60 * KILOGRAM_MINOR

    go("override, order and order", prepare, check)
    healthy(org)


def test_a_refresh_token_has_one_successor(org: UUID, go: Go) -> None:
    with db.transaction(org) as session:
        user = users.create(session, email=f"{org}@example.com", role="owner", password="correct horse battery").id

    def prepare() -> list[Work]:
        with db.transaction(org) as session:
            token = sessions.start(session, user)
        return [lambda: sessions.rotate(token).refresh_token] * 2

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results[0] == results[1]

    go("refresh and refresh", prepare, check)
    healthy(org)


def test_a_message_delivered_twice_has_one_effect(org: UUID, open_shop: Open, go: Go) -> None:
    with db.transaction(org) as session:
        line = channels.line(session, channels.main(session).id)
    flow.installed()

    def prepare() -> list[Work]:
        fields = {
            "AccountSid": ACCOUNT_SID,
            "MessageSid": "SM" + uuid.uuid4().hex,
            "From": f"whatsapp:+9197{uuid.uuid4().int % 10**8:08d}",
            "To": f"whatsapp:{line.number}",
            "Body": "menu",
        }
        incoming = ingress.read([(name.encode(), value.encode()) for name, value in fields.items()])
        return [lambda: webhook.take(line, incoming)] * 2

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(results) == ["new", "seen"]

    go("webhook and webhook", prepare, check)
    healthy(org)


def test_a_message_is_sent_by_one_of_two_workers(org: UUID, go: Go) -> None:
    with db.transaction(org) as session:
        line = channels.main(session).id

    def prepare() -> list[Work]:
        drain(org)
        with db.transaction(org) as session:
            message_id = outbox.put(
                session, channel_id=line, to_address=f"whatsapp:+91{uuid.uuid4().int % 10**10:010d}", language="en",
                body="hello",
            )  # fmt: skip
        work = lambda session: _send(session, message_id)  # noqa: E731
        return both(org, work, work)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert sorted(results) == [False, True]

    go("worker and worker", prepare, check)
    healthy(org)


def _send(session: Any, message_id: UUID | None) -> bool:
    mine = [one for one in sending.claim(session, 10) if one.id == message_id]
    sent = [sending.finish(session, one, sending.Outcome("sent", sid=f"SM{ids.new().hex}")) for one in mine]
    return sent == [True]


def test_a_sweeper_and_a_late_worker_do_not_both_decide(org: UUID, go: Go) -> None:
    with db.transaction(org) as session:
        line = channels.main(session).id

    def prepare() -> list[Work]:
        drain(org)
        with db.transaction(org) as session:
            outbox.put(
                session, channel_id=line, to_address=f"whatsapp:+91{uuid.uuid4().int % 10**10:010d}", language="en",
                body="hello",
            )  # fmt: skip
            (message,) = sending.claim(session, 10)
            db.execute(
                session,
                "UPDATE outbox_message SET lease_until = clock_timestamp() - interval '1 second' WHERE id = %s",
                (str(message.id),),
            )
        sent = sending.Outcome("sent", sid=f"SM{ids.new().hex}")
        return both(org, lambda session: sending.finish(session, message, sent), _sweep_and_send)

    def check(results: tuple[Any, ...]) -> None:
        sound(results)
        assert results in {(True, 0), (False, 1)}

    go("sweeper and worker", prepare, check)
    healthy(org)


def _sweep_and_send(session: Any) -> int:
    sending.repair(session)
    again = sending.claim(session, 10)
    for message in again:
        sending.finish(session, message, sending.Outcome("sent", sid=f"SM{ids.new().hex}"))
    return len(again)


def test_an_explorer_meets_every_order_and_finds_what_is_wrong(org: UUID, open_shop: Open) -> None:
    shops: list[UUID] = []

    def careless(session: Any) -> None:
        found = accounts.get(session, shops[-1])
        db.execute(
            session,
            "UPDATE credit_account SET credit_days = %s WHERE org_id = %s AND retailer_id = %s",
            (found.credit_days + 1, str(org), str(shops[-1])),
        )

    def prepare() -> list[Work]:
        shops.append(open_shop(credit_days=0))
        return both(org, careless, careless)

    def lost(_results: tuple[Any, ...]) -> None:
        with db.transaction(org) as session:
            seen[-1].add(accounts.get(session, shops[-1]).credit_days)

    seen: list[set[int]] = []
    found = []
    for method in (stepping.COMMUTING, stepping.MERGED, stepping.ONE_BY_ONE):
        seen.append(set())
        found.append(stepping.explore(prepare, lost, method))
    assert seen == [{1, 2}] * 3
    assert len({one.orders for one in found}) == 1
    assert found[2].orders == found[2].runs == found[2].ends == len(found[2].seen)
    assert found[0].runs < found[1].runs < found[2].runs


def test_works_that_never_meet_are_taken_in_all_orders_of_their_statements(org: UUID) -> None:
    def prepare() -> list[Work]:
        read = lambda session: [db.execute(session, "SELECT 1").scalar() for _ in range(2)]  # noqa: E731
        return both(org, read, read)

    for method in (stepping.COMMUTING, stepping.MERGED, stepping.ONE_BY_ONE):
        found = stepping.explore(prepare, lambda results: None, method)
        assert found.orders == 20  # (3 + 3)! / 3! / 3!: two statements and a commit each
    assert found.runs == 20


@pytest.fixture(autouse=True)
def _quiet_threads() -> None:
    """Whoever is left behind by a failure must not step into the next test."""
    assert getattr(actors._here, "actor", None) is None

"""Reservations: promised once, ended once, never too much, whoever comes at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import db, events, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, bills, groups, guardrails, pauses, payments, reservations
from credit.events import RoomMade
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def test_a_reservation_takes_from_what_is_available_and_is_audited(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=1_000_000)
    reference = ids.new()
    reservation_id = reservations.reserve(session, shop.id, reference, 300_000)
    assert accounts.position(session, shop.id).available_minor == 700_000
    found = reservations.live(session, reference)
    assert found is not None
    assert (found.id, found.amount_minor) == (reservation_id, 300_000)
    entries = session.scalars(select(AuditEntry.action).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq))
    assert list(entries) == ["account.opened", "credit.reserved"]


def test_voiding_gives_back_once(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    reference = ids.new()
    reservations.reserve(session, shop.id, reference, 300_000)
    assert reservations.void(session, reference, reservations.EXPIRED)
    assert not reservations.void(session, reference)
    assert accounts.get(session, shop.id).reserved_minor == 0


def test_nothing_is_voided_where_nothing_was_reserved(session: Session) -> None:
    assert not reservations.void(session, ids.new())


def test_a_reservation_is_billed_once(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    reservation_id = reservations.reserve(session, shop.id, ids.new(), 300_000)
    bill(session, shop.id, 300_000, reservation_id=reservation_id)
    stands = accounts.position(session, shop.id)
    assert (stands.limit_minor, stands.outstanding_minor, stands.reserved_minor) == (5_000_000, 300_000, 0)
    with pytest.raises(reservations.ReservationOver):
        bill(session, shop.id, 300_000, reservation_id=reservation_id)


def test_a_bill_of_less_than_was_promised_makes_room_and_no_other_does(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session)
    for amount_minor in (300_000, 299_999):
        reservation_id = reservations.reserve(session, shop.id, ids.new(), 300_000)
        events.forget(session)
        bill(session, shop.id, amount_minor, reservation_id=reservation_id)
        assert events.so_far(session) == ((RoomMade(shop.id),) if amount_minor < 300_000 else ())


def test_a_reservation_of_another_shop_is_not_billed(session: Session, make_retailer: Make, bill: Post) -> None:
    mine, other = make_retailer(session), make_retailer(session)
    reservation_id = reservations.reserve(session, other.id, ids.new(), 300_000)
    with pytest.raises(reservations.ReservationOver):
        bill(session, mine.id, 300_000, reservation_id=reservation_id)


def test_an_unknown_shop_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        reservations.reserve(session, ids.new(), ids.new(), 100)


def test_amounts_and_endings_that_do_not_exist_are_refused(session: Session, make_retailer: Make) -> None:
    with pytest.raises(Invalid):
        reservations.reserve(session, make_retailer(session).id, ids.new(), 0)
    with pytest.raises(ValueError, match="voided or expired"):
        reservations.void(session, ids.new(), "forgotten")


def test_credit_that_is_freed_while_a_refusal_is_explained_is_taken(
    session: Session, make_retailer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_retailer(session)
    real, tries = reservations._take, []

    def refused_once(*arguments: Any) -> UUID | None:
        tries.append(arguments)
        return real(*arguments) if len(tries) > 1 else None

    monkeypatch.setattr(reservations, "_take", refused_once)
    reservations.reserve(session, shop.id, ids.new(), 100)
    assert accounts.position(session, shop.id).reserved_minor == 100


def test_a_no_that_cannot_be_explained_is_a_refusal(
    session: Session, make_retailer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_retailer(session)
    monkeypatch.setattr(reservations, "_take", lambda *_: None)
    with pytest.raises(guardrails.Refused) as refused:
        reservations.reserve(session, shop.id, ids.new(), 100)
    assert (refused.value.code, refused.value.facts["available_minor"]) == (guardrails.LIMIT, 0)
    assert accounts.position(session, shop.id).reserved_minor == 0


def test_an_order_is_decided_again_when_what_uses_up_the_limit_is_changed_meanwhile(
    org: UUID, make_retailer: Make
) -> None:
    with db.transaction(org) as session:
        policy.change(session, {"exposure": "invoiced"}, "as agreed")
        shop = make_retailer(session, limit_minor=1_000).id
        reservations.reserve(session, shop, ids.new(), 600)
    with db.transaction(org) as ordering:
        assert accounts.position(ordering, shop).promised_minor == 0  # read before it is changed
        db.run(lambda there: policy.change(there, {"exposure": "confirmed"}, "more careful"), org)
        with pytest.raises(guardrails.Refused) as refused:
            reservations.reserve(ordering, shop, ids.new(), 600)
    assert (refused.value.code, refused.value.facts["available_minor"]) == (guardrails.LIMIT, 400)


def test_the_owners_other_shops_wait_while_a_no_by_their_cap_is_explained(
    org: UUID, make_retailer: Make, bill: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paid before we look or after we answered, never between: what is explained is what was decided."""
    with db.transaction(org) as session:
        group = groups.create(session, "Sharma brothers", 1_000)
        shop, other = make_retailer(session, limit_minor=1_000).id, make_retailer(session, limit_minor=1_000).id
        for one in (shop, other):
            groups.join(session, one, group.id, "one owner")
        bill(session, other, 500)
    judge = guardrails.judge
    with ThreadPoolExecutor(1) as pool:
        waiting = []

        def judge_while_the_other_pays(session: Session, *about: Any) -> guardrails.Verdict:
            new = payments.NewPayment(other, 500, "upi")
            waiting.append(pool.submit(db.run, lambda there: payments.record(there, new), org))
            until_somebody_waits(session)
            return judge(session, *about)

        monkeypatch.setattr(guardrails, "judge", judge_while_the_other_pays)
        with pytest.raises(guardrails.Refused) as refused:
            db.run(lambda session: reservations.reserve(session, shop, ids.new(), 600), org)
        assert refused.value.facts["available_minor"] == 500
        assert [one.result(timeout=10).outstanding_minor for one in waiting] == [0]


def test_a_reservation_that_ended_while_it_waited_for_the_lock_is_left_alone(
    session: Session, make_retailer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, reference = make_retailer(session), ids.new()
    reservations.reserve(session, shop.id, reference, 100)
    seen = reservations.live(session, reference)
    assert reservations.void(session, reference)
    monkeypatch.setattr(reservations, "live", lambda *_: seen)
    assert not reservations.void(session, reference)
    assert accounts.position(session, shop.id).reserved_minor == 0


def committed_shop(org: UUID, make_retailer: Make, limit_minor: int) -> UUID:
    with db.transaction(org) as session:
        return make_retailer(session, limit_minor=limit_minor, max_order_minor=None).id


def test_a_hundred_orders_at_once_take_exactly_what_fits(org: UUID, make_retailer: Make) -> None:
    amount_minor, fits = 12_345, 37
    shop = committed_shop(org, make_retailer, limit_minor=amount_minor * fits + amount_minor - 1)
    start = Barrier(10)

    def order(first: bool) -> bool:
        if first:
            start.wait()
        try:
            db.run(lambda session: reservations.reserve(session, shop, ids.new(), amount_minor), org)
        except guardrails.Refused:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        taken = sum(pool.map(order, [number < 10 for number in range(100)]))
    assert taken == fits
    with db.transaction(org) as session:
        assert accounts.get(session, shop).reserved_minor == fits * amount_minor
        live = db.execute(
            session, "SELECT count(*), sum(amount_minor) FROM reservation WHERE retailer_id = %s", (str(shop),)
        ).one()
        assert tuple(live) == (fits, fits * amount_minor)


def test_an_order_that_waited_for_a_pause_is_refused(org: UUID, make_retailer: Make) -> None:
    shop = committed_shop(org, make_retailer, limit_minor=1_000_000)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction(org) as pausing:
            pauses.pause(pausing, shop, "late")
            waiting = pool.submit(db.run, lambda session: reservations.reserve(session, shop, ids.new(), 100), org)
            until_somebody_waits(pausing)
        with pytest.raises(guardrails.Refused) as refused:
            waiting.result(timeout=10)
    assert refused.value.code == guardrails.PAUSED


def test_a_pause_that_waited_for_an_order_comes_after_it(org: UUID, make_retailer: Make) -> None:
    shop = committed_shop(org, make_retailer, limit_minor=1_000_000)
    with ThreadPoolExecutor(1) as pool:
        with db.transaction(org) as ordering:
            reservations.reserve(ordering, shop, ids.new(), 100)
            waiting = pool.submit(db.run, lambda session: pauses.pause(session, shop, "late"), org)
            until_somebody_waits(ordering)
        assert waiting.result(timeout=10)
    with db.transaction(org) as session:
        account = accounts.get(session, shop)
        assert account.reserved_minor == 100
        assert account.paused_at is not None


def test_cancelling_and_billing_at_once_ends_a_reservation_once(org: UUID, make_retailer: Make, bill: Post) -> None:
    shop = committed_shop(org, make_retailer, limit_minor=1_000_000)
    for _ in range(5):
        reference = ids.new()
        reservation_id = db.run(
            lambda session, reference=reference: reservations.reserve(session, shop, reference, 1_000), org
        )

        def dispatch(reservation_id: UUID = reservation_id) -> bool:
            try:
                db.run(lambda session: bill(session, shop, 1_000, reservation_id=reservation_id), org)
            except reservations.ReservationOver:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            billed = pool.submit(dispatch)
            voided = pool.submit(db.run, lambda session, of=reference: reservations.void(session, of), org)
            assert billed.result() != voided.result()
    with db.transaction(org) as session:
        account = accounts.get(session, shop)
        assert account.reserved_minor == 0
        assert account.outstanding_minor == sum(one.open_minor for one in bills.open_bills(session, shop))


def until_somebody_waits(session: Session) -> None:
    """Return once another connection waits for a lock that this one holds."""
    for _ in range(500):
        waiting = db.execute(
            session, "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        ).scalar()
        if waiting:
            return
        db.execute(session, "SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")

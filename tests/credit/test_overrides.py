"""Overrides: one order past the rules, capped, for a while, by two people above a threshold, every step audited."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core import audit, clock, db, ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, guardrails, overrides, pauses, reservations
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


@pytest.fixture(autouse=True)
def _owner() -> None:
    audit.act_as(audit.Actor("usr_owner"))


def actions(session: Session, retailer_id: UUID) -> list[str]:
    found = select(AuditEntry.action).where(AuditEntry.chain_id == retailer_id).order_by(AuditEntry.seq)
    return list(session.scalars(found))


def test_an_override_lets_one_order_past_every_rule_but_a_block(
    session: Session, make_retailer: Make, bill: Post
) -> None:
    shop = make_retailer(session, limit_minor=1_000, max_order_minor=500, max_outstanding_days=7).id
    bill(session, shop, 900, due_in=-20)
    pauses.pause(session, shop, "late")
    order = ids.new()
    override = overrides.grant(session, shop, order, 2_000, "the owner's word")
    assert (override.status, override.approved_by) == ("approved", "usr_owner")
    reservations.reserve(session, shop, order, 1_800)
    account = accounts.get(session, shop)
    assert (account.reserved_minor, account.allowance_minor) == (1_800, 1_700)
    assert overrides.get(session, override.id).status == "used"
    assert actions(session, shop)[-3:] == ["override.approved", "override.used", "credit.reserved_by_override"]
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, ids.new(), 1)


def test_what_an_override_let_through_is_given_back_like_any_other(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=0).id
    order = ids.new()
    overrides.grant(session, shop, order, 500, "the owner's word")
    reservations.reserve(session, shop, order, 500)
    assert reservations.void(session, order)
    account = accounts.get(session, shop)
    assert (account.reserved_minor, account.allowance_minor) == (0, 0)


def test_an_override_covers_its_amount_and_its_order_only(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=0).id
    order = ids.new()
    overrides.grant(session, shop, order, 500, "the owner's word")
    for reference, amount_minor in ((order, 501), (ids.new(), 100)):
        with pytest.raises(guardrails.Refused):
            reservations.reserve(session, shop, reference, amount_minor)
    assert overrides.page(session, shop, "approved")


def test_an_override_runs_out(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=0).id
    order = ids.new()
    override = overrides.grant(session, shop, order, 500, "the owner's word")
    clock.advance(timedelta(hours=24))
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, order, 500)
    overrides.grant(session, shop, order, 500, "again")
    with pytest.raises(overrides.Over):
        overrides.approve(session, override.id)
    assert overrides.get(session, override.id).status == "expired"


def test_expiring_ends_what_ran_out_and_nothing_else(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=0).id
    old = overrides.grant(session, shop, ids.new(), 500, "the owner's word")
    clock.advance(timedelta(hours=12))
    young = overrides.grant(session, shop, ids.new(), 500, "the owner's word")
    clock.advance(timedelta(hours=12))
    assert overrides.expire(session) == 1
    assert [overrides.get(session, one.id).status for one in (old, young)] == ["expired", "approved"]


def test_above_the_threshold_a_second_person_approves(session: Session, make_retailer: Make) -> None:
    policy.change(session, {"override_second_minor": 1_000}, "four eyes")
    shop = make_retailer(session, limit_minor=0).id
    order = ids.new()
    override = overrides.grant(session, shop, order, 1_001, "the owner's word")
    assert (override.status, override.approved_by) == ("requested", None)
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, order, 1_001)
    with pytest.raises(overrides.SecondPerson):
        overrides.approve(session, override.id)
    audit.act_as(audit.Actor("usr_partner"))
    assert overrides.approve(session, override.id).approved_by == "usr_partner"
    assert overrides.approve(session, override.id).status == "approved"
    reservations.reserve(session, shop, order, 1_001)


def test_what_is_capped_blocked_or_never_granted_is_refused(session: Session, make_retailer: Make) -> None:
    policy.change(session, {"override_max_minor": 1_000}, "no more")
    shop, none = make_retailer(session).id, make_retailer(session, limit_minor=None).id
    with pytest.raises(overrides.AboveCap):
        overrides.grant(session, shop, ids.new(), 1_001, "too much")
    with pytest.raises(overrides.NotPossible):
        overrides.grant(session, none, ids.new(), 100, "no terms")
    order = ids.new()
    overrides.grant(session, shop, order, 1_000, "fine")
    with pytest.raises(overrides.Exists):
        overrides.grant(session, shop, order, 1_000, "twice")
    pauses.block(session, shop, "closed")
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, order, 1_000)
    with pytest.raises(overrides.NotPossible):
        overrides.grant(session, shop, ids.new(), 100, "blocked")


def test_a_revoked_override_lets_nothing_through(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session, limit_minor=0).id
    order = ids.new()
    override = overrides.grant(session, shop, order, 500, "the owner's word")
    overrides.revoke(session, override.id, "changed my mind")
    with pytest.raises(guardrails.Refused):
        reservations.reserve(session, shop, order, 500)
    with pytest.raises(overrides.Over):
        overrides.revoke(session, override.id, "again")


@pytest.mark.parametrize(("amount_minor", "reason"), [(0, "why"), (-5, "why"), (100, "  ")])
def test_an_override_of_nothing_or_without_reason_is_refused(
    session: Session, make_retailer: Make, amount_minor: int, reason: str
) -> None:
    with pytest.raises(Invalid):
        overrides.grant(session, make_retailer(session).id, ids.new(), amount_minor, reason)


def test_an_override_of_nobody_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        overrides.approve(session, ids.new())


def test_an_override_is_used_once_when_its_order_is_confirmed_twice_at_once(org: UUID, make_retailer: Make) -> None:
    order = ids.new()
    with db.transaction(org) as session:
        shop = make_retailer(session, limit_minor=0).id
        overrides.grant(session, shop, order, 500, "the owner's word")
    done: list[str] = []

    def confirm() -> None:
        try:
            db.run(lambda session: reservations.reserve(session, shop, order, 500), org)
            done.append("reserved")
        except guardrails.Refused:
            done.append("refused")

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["refused"] * 3 + ["reserved"]
    with db.transaction(org) as session:
        assert accounts.get(session, shop).reserved_minor == 500


def test_orders_cut_small_need_a_second_person_as_one_large_order_does(session: Session, make_retailer: Make) -> None:
    policy.change(session, {"override_second_minor": 1_000}, "four eyes")
    shop, other = make_retailer(session).id, make_retailer(session).id
    first, second = (overrides.grant(session, shop, ids.new(), 600, "the owner's word") for _ in range(2))
    assert (first.status, second.status) == ("approved", "requested")
    assert overrides.grant(session, other, ids.new(), 600, "another shop").status == "approved"
    overrides.revoke(session, first.id, "not needed")
    assert overrides.grant(session, shop, ids.new(), 600, "the owner's word").status == "approved"
    clock.advance(timedelta(hours=24))
    assert overrides.grant(session, shop, ids.new(), 600, "the owner's word").status == "approved"

"""Groups: shops of one owner share a cap, also when two of them order at the same moment."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import db, ids
from core.errors import Invalid
from credit import accounts, groups, guardrails, reservations, standing
from parties.tables import Retailer

Make = Callable[..., Retailer]


def test_the_shops_of_a_group_share_its_cap(session: Session, make_retailer: Make) -> None:
    group = groups.create(session, "Sharma brothers", 1_500)
    one, two = make_retailer(session, limit_minor=1_000).id, make_retailer(session, limit_minor=1_000).id
    for shop in (one, two):
        assert groups.join(session, shop, group.id, "one owner")
    reservations.reserve(session, one, ids.new(), 900)
    with pytest.raises(guardrails.Refused) as refused:
        reservations.reserve(session, two, ids.new(), 601)
    (reason,) = refused.value.verdict.reasons
    assert (reason.code, reason.facts["shared"], reason.facts["available_minor"]) == (guardrails.LIMIT, True, 600)
    assert refused.value.verdict.helps.trim_to_minor == 600
    assert accounts.get(session, two).reserved_minor == 0
    assert accounts.position(session, two).available_minor == 600
    assert standing.of(session, two).available_minor == accounts.position(session, two).available_minor
    reservations.reserve(session, two, ids.new(), 600)
    assert groups.standing_of(session, group.id) == groups.SharedLimit(1_500, 1_500)


def test_a_shop_that_left_counts_no_more(session: Session, make_retailer: Make) -> None:
    group = groups.create(session, "Sharma brothers", 100)
    shop = make_retailer(session).id
    groups.join(session, shop, group.id, "one owner")
    assert not groups.join(session, shop, group.id, "again")
    groups.join(session, shop, None, "sold to somebody else")
    reservations.reserve(session, shop, ids.new(), 5_000)
    assert groups.standing_of(session, group.id).used_minor == 0


def test_a_cap_below_what_is_used_only_stops_orders(session: Session, make_retailer: Make) -> None:
    group = groups.create(session, "Sharma brothers", 1_000)
    shop = make_retailer(session).id
    groups.join(session, shop, group.id, "one owner")
    reservations.reserve(session, shop, ids.new(), 800)
    groups.set_limit(session, group.id, 500, "careful", version=1)
    assert guardrails.judge(session, shop, 1).reason == guardrails.LIMIT
    with pytest.raises(accounts.Stale):
        groups.set_limit(session, group.id, 700, "late", version=1)


def test_two_groups_need_two_names_and_a_cap(session: Session) -> None:
    groups.create(session, "Sharma brothers", 1_000)
    with pytest.raises(groups.NameTaken):
        groups.create(session, " Sharma brothers ", 1_000)
    with pytest.raises(Invalid):
        groups.create(session, "Gupta", -1)
    assert [group.name for group in groups.every(session)] == ["Sharma brothers"]


def test_shops_of_a_group_that_order_at_once_stay_under_the_cap(org: UUID, make_retailer: Make) -> None:
    with db.transaction(org) as session:
        group = groups.create(session, "Sharma brothers", 1_000)
        shops = [make_retailer(session).id for _ in range(4)]
        for shop in shops:
            groups.join(session, shop, group.id, "one owner")
    taken: list[UUID] = []

    def order(shop: UUID) -> None:
        for _ in range(5):
            try:
                db.run(lambda session: reservations.reserve(session, shop, ids.new(), 150), org)
                taken.append(shop)
            except guardrails.Refused:
                return

    threads = [threading.Thread(target=order, args=(shop,)) for shop in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 6
    with db.transaction(org) as session:
        assert groups.standing_of(session, group.id).used_minor == 900

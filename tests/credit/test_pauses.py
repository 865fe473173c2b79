"""Pausing and restoring credit."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from credit import accounts, decisions, guardrails, pauses, reservations
from parties.tables import Retailer

Make = Callable[..., Retailer]


def test_a_paused_shop_orders_again_once_it_is_restored(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    assert pauses.pause(session, shop.id, "two bounced cheques")
    with pytest.raises(guardrails.Refused, match="two bounced cheques"):
        reservations.reserve(session, shop.id, ids.new(), 100)
    assert pauses.unpause(session, shop.id, "paid")
    reservations.reserve(session, shop.id, ids.new(), 100)


def test_pausing_twice_changes_nothing_the_second_time(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    assert not pauses.unpause(session, shop.id, "not paused at all")
    assert pauses.pause(session, shop.id, "first")
    assert not pauses.pause(session, shop.id, "second", source=decisions.AUTOMATIC)
    account = accounts.get(session, shop.id)
    assert (account.pause_reason, account.pause_source) == ("first", decisions.STAFF)
    told = session.scalars(select(AuditEntry.action).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq))
    assert list(told) == ["account.opened", "credit.paused"]


def test_a_pause_needs_a_reason_and_a_shop(session: Session, make_retailer: Make) -> None:
    with pytest.raises(Invalid):
        pauses.pause(session, make_retailer(session).id, "")
    with pytest.raises(NotFound):
        pauses.pause(session, ids.new(), "who?")

"""Keys of requests: the second of two at once is told so, instead of an outage."""

from uuid import UUID

import pytest

from core import db, idempotency, ids

ROUTE = "POST /payments"


def test_a_key_that_another_transaction_holds_is_in_flight(org: UUID) -> None:
    user_id = ids.new()
    with db.transaction(org) as first:
        assert idempotency.claim(first, user_id, ROUTE, "k", b"{}") is None
        with pytest.raises(idempotency.InFlight), db.transaction(org) as second:
            idempotency.claim(second, user_id, ROUTE, "k", b"{}")
        idempotency.complete(first, user_id, ROUTE, "k", 201, {"id": "pay_1"})
    with db.transaction(org) as third:
        assert idempotency.claim(third, user_id, ROUTE, "k", b"{}") == idempotency.StoredAnswer(201, {"id": "pay_1"})


def test_only_the_key_is_waited_for_that_shortly(org: UUID) -> None:
    with db.transaction(org) as session:
        before = db.execute(session, "SHOW lock_timeout").scalar()
        idempotency.claim(session, ids.new(), ROUTE, "k", b"{}")
        assert db.execute(session, "SHOW lock_timeout").scalar() == before == "5s"

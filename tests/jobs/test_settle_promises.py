"""The hourly look at promises to pay."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from core import clock, db
from credit import days, promises
from jobs import settle_promises
from parties.tables import Retailer


def test_a_promise_breaks_once_its_day_is_over(org: UUID, home: Path, make_retailer: Callable[..., Retailer]) -> None:
    with db.transaction(org) as session:
        promises.make(session, make_retailer(session).id, 500, days.today(session))
        assert settle_promises.run(session) == {"broken": 0}
    clock.advance(timedelta(days=1))
    with db.transaction(org) as session:
        assert settle_promises.run(session) == {"broken": 1}
        assert settle_promises.run(session) == {"broken": 0}

"""The doctor finds nothing wrong after every kind of movement that staff can make."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import policy
from core import clock, db
from credit import (
    adjustments,
    advances,
    cheques,
    days,
    debit_notes,
    discounts,
    disputes,
    late_fees,
    openings,
    payments,
    promises,
)
from parties.tables import Retailer
from reports import doctor


def test_a_shop_with_every_kind_of_movement_is_healthy(
    org: UUID, home: Path, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        policy.change(session, {"late_fees": {"rate_bps": 1800, "grace_days": 0}}, "as printed")
        policy.change(session, {"cash_discount": {"percent_bps": 200, "within_days": 9}}, "as printed")
        shop, today = make_retailer(session, limit_minor=100_000).id, days.today(session)
        old, fresh = openings.owe(
            session,
            shop,
            [
                openings.OpeningBill("90/A", today - timedelta(days=90), 900_000),
                openings.OpeningBill("91/A", today - timedelta(days=3), 10_000),
            ],
        )
        openings.hold(session, shop, 7_000, today - timedelta(days=90))
        advances.apply(session, shop, ((old.id, 3_000),))
        debit_notes.issue(session, debit_notes.DebitNote(shop, "other", 1_500, "crates", "owner"))
        late_fees.charge(session, old.id, "as printed", "owner")
        promises.make(session, shop, 9_000, today)
        paid = payments.record(
            session, payments.NewPayment(shop, 9_800, "upi", "412345678901", chosen=((fresh.id, 9_800),))
        )
        discounts.grant(session, fresh.id, "soon", "owner")
        dispute = disputes.start(session, old.id, 40_000, "short")
        for kind in adjustments.MAY_GIVE:
            adjustments.create(session, adjustments.Adjustment(shop, kind, 1_000, "agreed", "owner", old.id))
        bounced, cleared = (
            cheques.receive(session, cheques.NewCheque(shop, 5_000, number)) for number in ("000123", "000124")
        )
        for cheque in (bounced, cleared):
            cheques.deposit(session, cheque.id)
            cheques.clear(session, cheque.id)
    clock.advance(timedelta(days=2))
    with db.transaction(org) as session:
        cheques.bounce(session, bounced.id, "funds insufficient", 250)
        payments.reverse(session, paid.payment_id, "another shop's")
        disputes.settle(session, dispute.id, 15_000, "one crate", "owner", "short_supply")
        promises.settle_due(session, days.today(session))
    wrong = [finding for finding in doctor.check(org, doctor.FULL) if finding.status != doctor.HOLDS]
    about_money = [finding for finding in wrong if finding.id not in {"I34", "I37"}]  # no scheduler runs in a test
    assert about_money == []

"""What an account is: the figures that one function of the database computes."""

from collections.abc import Callable
from dataclasses import fields

from sqlalchemy.orm import Session

from core import db
from credit import guardrails, payments, standing
from credit.standing import Standing
from credit.tables import Bill
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]


def test_the_figures_have_the_names_that_the_database_gives_them(session: Session, make_retailer: Make) -> None:
    asked = standing.asked(session, [make_retailer(session).id])
    row = db.execute(session, f"SELECT * FROM {standing.FIGURES}", asked).one()
    assert row._fields == tuple(each.name for each in fields(Standing))


def test_money_on_account_settles_the_oldest_bills(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session, limit_minor=100_000, max_outstanding_days=2).id
    payments.record(session, payments.NewPayment(shop, 40_000, "cash"))
    bill(session, shop, 100_000, due_in=-3, reference="A-1")
    bill(session, shop, 100_000, due_in=1, reference="A-2")
    stands, bills = standing.with_bills(session, shop, limit=5)
    assert (stands.open_minor, stands.on_account_minor, stands.outstanding_minor) == (200_000, 40_000, 160_000)
    assert (stands.overdue_minor, stands.too_old_minor, stands.overdue_days) == (60_000, 60_000, 3)
    assert (stands.oldest_reference, stands.oldest_minor) == ("A-1", 60_000)
    assert [(one.reference, one.open_minor, one.owed_minor) for one in bills] == [
        ("A-1", 100_000, 60_000),
        ("A-2", 100_000, 100_000),
    ]
    assert (stands.available_minor, stands.available_reason) == (0, guardrails.OVERDUE)

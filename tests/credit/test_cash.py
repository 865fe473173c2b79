"""Cash over the statutory limit: taken, and never without a warning."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import policy
from core.audit import AuditEntry
from credit import cash, days, payments
from credit.tables import Bill
from parties import organisations, tasks
from parties.tables import Retailer

Make = Callable[..., Retailer]
Post = Callable[..., Bill]
LAKH = 10_000_000


def pay(
    session: Session, shop: Retailer, amount_minor: int, method: str = "cash", days_ago: int = 0
) -> tuple[str, ...]:
    on = days.today(session) - timedelta(days=days_ago)
    new = payments.NewPayment(shop.id, amount_minor, method, received_on=on)
    return payments.record(session, new).warnings


def test_a_days_cash_of_one_shop_is_added_up(session: Session, make_retailer: Make) -> None:
    shop, other = make_retailer(session), make_retailer(session)
    assert pay(session, shop, LAKH) == ()
    assert pay(session, other, LAKH) == ()
    assert pay(session, shop, LAKH, "upi") == ()
    assert pay(session, shop, LAKH, days_ago=1) == ()
    assert pay(session, shop, LAKH - 1) == ()
    assert pay(session, shop, 1) == (cash.WARNING,)
    [task] = tasks.open_tasks(session)
    assert (task.kind, task.facts["cash_minor"]) == ("cash_over_limit", 2 * LAKH)
    last = session.scalars(select(AuditEntry).where(AuditEntry.chain_id == shop.id).order_by(AuditEntry.seq.desc()))
    assert last.first().after["warnings"] == [cash.WARNING]


def test_cash_for_one_bill_is_added_up_over_days(session: Session, make_retailer: Make, bill: Post) -> None:
    shop = make_retailer(session)
    bill(session, shop.id, 3 * LAKH)
    assert pay(session, shop, LAKH, days_ago=1) == ()
    assert pay(session, shop, LAKH) == (cash.WARNING,)


def test_cash_that_went_back_does_not_count(session: Session, make_retailer: Make) -> None:
    shop = make_retailer(session)
    wrong = payments.record(session, payments.NewPayment(shop.id, 2 * LAKH, "cash"))
    payments.reverse(session, wrong.payment_id, "typed twice")
    assert pay(session, shop, LAKH) == ()


def test_an_organisation_may_be_stricter_and_other_countries_have_their_own_law(
    session: Session, make_retailer: Make
) -> None:
    organisation = organisations.get(session)
    policy.change(session, {"cash_limit_minor": 1_000}, "house rule")
    assert pay(session, make_retailer(session), 1_000) == (cash.WARNING,)
    policy.change(session, {"cash_limit_minor": None}, "as the law has it")
    organisation.country = "PK"
    assert pay(session, make_retailer(session), 9 * LAKH) == ()

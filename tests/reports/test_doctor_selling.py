"""The doctor on goods and orders: nothing wrong with a shop that sells, and each planted corruption is found."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import policy
from core import db, events, ids
from credit import accounts
from invoicing import credit_notes
from orders import catalogue_import, dispatching, ordering, stock
from orders.quotes import Wanted
from parties import channels, organisations, retailers
from reports.invariant import Invariant
from reports.invariants import (
    i29_stock_movements,
    i50_stock,
    i51_promised_orders,
    i56_promised_goods,
    i57_goods_back,
)

ITEM = {
    "sku": "SUGAR", "name": "Sugar", "hsn": "17019990", "base_unit": "kg", "gst_rate_bps": 500, "price_paise": 4200,
    "stock": 100,
}  # fmt: skip


@pytest.fixture(scope="module")
def history(database: str) -> Iterator[Session]:
    """A confirmed and a dispatched order of counted goods, written as the owner of the tables; not committed."""
    engine = create_engine(db.driver_url(database), connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            db.enter(session, ids.new())
            _sell(session)
            yield session
        outer.rollback()
    engine.dispose()


def _sell(session: Session) -> None:
    organisations.create(
        session,
        organisations.NewOrganisation(name="Doctor's", country="IN", state_code="27", gstin="27AAPFU0939F1ZV"),
        policy.of_a_new_organisation(),
    )
    channels.register(session, account_sid="AC1", number="+918000000009", tokens=["t"])
    shop = retailers.create(session, retailers.Details(code="R1", name="Sharma Kirana", phone="+919800000009"))
    accounts.open_account(session, shop.id, accounts.Terms(limit_minor=5_000_000))
    catalogue_import.import_catalogue(session, {"items": [ITEM]})
    stock.move(session, "SUGAR", 20_000, "receipt", "from the mill")
    for left in (True, False):
        placed = ordering.place(session, shop.id, [Wanted("SUGAR", 10, "kg")], "CREDIT").order
        if left:
            sent = dispatching.dispatch(session, placed.id)
            assert sent.invoice_id is not None
            new = credit_notes.NewCreditNote(
                sent.invoice_id, "return", "too much", "owner", [credit_notes.Correction(1, 2_000)]
            )
            credit_notes.issue(session, new)
            events.follow(session)


@pytest.fixture
def owner(history: Session) -> Iterator[Session]:
    """The owner's session; what a test does to the history is undone after it."""
    org_id = db.org_of(history)
    undone = history.begin_nested()
    yield history
    undone.rollback()
    db.enter(history, org_id)


def found(session: Session, invariant: Invariant) -> list[str]:
    rows = db.execute(session, f"SELECT org_id, what FROM ({invariant.sql}) AS violation").all()
    mine: set[UUID | None] = {None, db.org_of(session)}
    return [row.what for row in rows if row.org_id in mine]


def test_a_healthy_shop_has_no_violation(owner: Session) -> None:
    for one in (i29_stock_movements, i50_stock, i51_promised_orders, i56_promised_goods, i57_goods_back):
        assert found(owner, one.INVARIANT) == []


def sabotage(statement: str) -> Callable[[Session], None]:
    def spoil(session: Session) -> None:
        db.execute(session, statement.replace(":org", f"'{db.org_of(session)}'"))

    return spoil


@pytest.mark.parametrize(
    ("invariant", "statement", "says"),
    [
        (i50_stock, "UPDATE stock SET reserved_milli = 0 WHERE org_id = :org", "0 reserved, 10000 live"),
        (i29_stock_movements, "UPDATE stock SET on_hand_milli = 1000 WHERE org_id = :org", "1000 on hand, 112000 by"),
        (i29_stock_movements, "ALTER TABLE stock DROP CONSTRAINT ck_stock_never_negative", "never_negative is missing"),
        (i29_stock_movements,
         "ALTER TABLE stock DROP CONSTRAINT ck_stock_never_negative;"
         " UPDATE stock SET on_hand_milli = -5 WHERE org_id = :org", ": -5 on hand"),
        (i29_stock_movements, "ALTER TABLE stock_movement DISABLE TRIGGER append_only", "append_only of stock_mov"),
        (i50_stock, "DELETE FROM stock WHERE org_id = :org", "which has no stock"),
        (i51_promised_orders,
         "UPDATE sales_order SET total_minor = total_minor + 100 WHERE org_id = :org AND status = 'confirmed'",
         "44200, 44100 is reserved"),
        (i51_promised_orders,
         "UPDATE reservation SET status = 'voided', resolved_at = created_at WHERE org_id = :org AND status = 'live'",
         "nothing is reserved"),
        (i51_promised_orders,
         "UPDATE sales_order SET status = 'cancelled' WHERE org_id = :org AND status = 'confirmed'", "holds goods"),
        (i56_promised_goods,
         "UPDATE stock_reservation SET qty_milli = 9000 WHERE org_id = :org AND status = 'live'",
         "and holds 9000"),
        (i56_promised_goods,
         "UPDATE stock_reservation SET status = 'released', ended_at = created_at"
         " WHERE org_id = :org AND status = 'live'", "and holds nothing"),
        (i57_goods_back, "UPDATE invoice SET goods = 'damaged' WHERE org_id = :org AND goods = 'shelf'",
         "2000 of product"),
        (i57_goods_back, "UPDATE invoice SET goods = 'kept' WHERE org_id = :org AND goods = 'shelf'",
         "should have come back, 2000 did"),
        (i57_goods_back, "UPDATE invoice SET status = 'cancelled' WHERE org_id = :org AND goods = 'shelf'",
         ": 0 of product"),
        (i57_goods_back,
         "ALTER TABLE stock_movement DISABLE TRIGGER append_only;"
         " DELETE FROM stock_movement WHERE org_id = :org AND kind = 'return'", "should have come back, 0 did"),
        (i57_goods_back,
         "ALTER TABLE stock_movement DISABLE TRIGGER append_only;"
         " UPDATE stock_movement SET change_milli = -4000 WHERE org_id = :org AND kind = 'dispatch'",
         "brought 10000 of product"),
        (i56_promised_goods, "DELETE FROM stock_reservation WHERE org_id = :org AND status = 'live'",
         "needs 10000 of product"),
        (i56_promised_goods,
         "UPDATE stock_reservation SET expires_at = created_at WHERE org_id = :org AND status = 'live';"
         " UPDATE sales_order SET deliver_on = current_date + 3 WHERE org_id = :org AND status = 'confirmed'",
         "and its goods are held until"),
        (i56_promised_goods,
         "UPDATE stock_reservation SET status = 'expired', ended_at = created_at"
         " WHERE org_id = :org AND status = 'live';"
         " UPDATE sales_order SET deliver_on = current_date + 1 WHERE org_id = :org AND status = 'confirmed'",
         "and its goods are held until"),
    ],
)  # fmt: skip
def test_each_corruption_is_found(owner: Session, invariant: object, statement: str, says: str) -> None:
    sabotage(statement)(owner)
    assert says in "; ".join(found(owner, invariant.INVARIANT))  # type: ignore[attr-defined]

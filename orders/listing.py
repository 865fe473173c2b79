"""Reading orders: one, or a page of them, each with its lines in the same statement."""

from uuid import UUID

from sqlalchemy.orm import Session

from core import db
from core.errors import NotFound
from invoicing.tables import CANCELLED as VOID
from orders.order import CANCELLED, COLUMNS, DISPATCHED, REPLACED, Order, from_row

MAX_PAGE = 200
_SELECT = f"SELECT {COLUMNS} FROM sales_order o WHERE o.org_id = %(org)s"


def get(session: Session, order_id: UUID, *, lock: bool = False) -> Order:
    """The order as it is in the database now; `lock` takes its row FOR UPDATE. Raises NotFound."""
    if lock:  # first, on its own: lines read by a statement that had to wait would be those of before the wait
        key = (str(db.org_of(session)), str(order_id))
        db.execute(session, "SELECT 1 FROM sales_order WHERE org_id = %s AND id = %s FOR UPDATE", key)
    row = db.execute(
        session, _SELECT + " AND o.id = %(id)s", {"org": str(db.org_of(session)), "id": str(order_id)}
    ).first()
    if row is None:
        raise NotFound(kind="Order")
    return from_row(row)


def is_unbilled(session: Session, found: Order) -> bool:
    """Whether it left on a bill that was cancelled since: it can be billed again, or called off."""
    if found.status != DISPATCHED or found.invoice_id is None:
        return False
    key = (str(db.org_of(session)), str(found.invoice_id))
    status = db.execute(session, "SELECT status FROM invoice WHERE org_id = %s AND id = %s", key).scalar()
    return bool(status == VOID)


def page(
    session: Session,
    *,
    retailer_id: UUID | None = None,
    status: str | None = None,
    limit: int = 50,
    after: UUID | None = None,
) -> list[Order]:
    """Orders, newest first, behind the order `after`. Quotes that were replaced show only among the cancelled."""
    conditions = {
        " AND o.retailer_id = %(retailer)s": retailer_id,
        " AND o.status = %(status)s": status,
        " AND (o.created_at, o.id) < (SELECT created_at, id FROM sales_order"
        " WHERE org_id = %(org)s AND id = %(after)s)": after,
        f" AND o.failure->>'code' IS DISTINCT FROM '{REPLACED}'": None if status == CANCELLED else True,
    }
    given = "".join(condition for condition, value in conditions.items() if value is not None)
    parameters = {
        "org": str(db.org_of(session)),
        "retailer": str(retailer_id),
        "status": status,
        "after": str(after),
        "limit": max(1, min(limit, MAX_PAGE + 1)),
    }
    found = db.execute(session, f"{_SELECT}{given} ORDER BY o.created_at DESC, o.id DESC LIMIT %(limit)s", parameters)
    return [from_row(row) for row in found]

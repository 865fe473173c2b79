"""Goods that come back with a document: the shelf is made to say what the document says.

A credit note by quantity, and a cancelled document of sale, bring their goods back. They go on the shelf, or come in
broken and are written off in the same moment; goods that stay with the shop move nothing. A cancelled note takes back
what it brought. Doing it twice is doing it once: what the document's movements say already is not said again.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db, ids
from core.errors import DomainError
from invoicing.tables import CANCELLED, CREDIT_NOTE, DAMAGED, ISSUED, SALES, SHELF, Invoice

_GOODS = """
SELECT p.id AS product_id, sum(l.qty_milli)::bigint AS milli
FROM invoice_line l JOIN product p ON p.org_id = l.org_id AND p.sku = l.sku
WHERE l.org_id = %(org)s AND l.invoice_id = %(invoice)s AND l.qty_milli > 0
GROUP BY p.id
"""
_SHELF = """
SELECT product_id, on_hand_milli FROM stock WHERE org_id = %s AND product_id = ANY(%s::uuid[])
ORDER BY product_id FOR UPDATE
"""
_BOOKED = """
SELECT product_id, kind, sum(change_milli)::bigint AS milli FROM stock_movement
WHERE org_id = %s AND invoice_id = %s GROUP BY product_id, kind
"""
_ORDER = """
SELECT o.id FROM invoice i JOIN sales_order o ON o.org_id = i.org_id AND o.id = i.source_id
WHERE i.org_id = %s AND i.id = %s
"""
_MOVE = """
WITH moved AS (
    INSERT INTO stock_movement (org_id, id, product_id, change_milli, kind, order_id, invoice_id, reason, created_at)
    SELECT %(org)s, m.id, m.product_id, m.change_milli, m.kind, m.order_id, %(invoice)s, %(reason)s, %(now)s
    FROM jsonb_to_recordset(%(moves)s)
        AS m(id uuid, product_id uuid, change_milli bigint, kind text, order_id uuid)
    RETURNING product_id, change_milli
)
UPDATE stock s SET on_hand_milli = s.on_hand_milli + whole.milli, version = s.version + 1
FROM (SELECT product_id, sum(change_milli) AS milli FROM moved GROUP BY product_id) whole
WHERE s.org_id = %(org)s AND s.product_id = whole.product_id
"""


class GoneAgain(DomainError):
    """Goods that came back have left again meanwhile, so the document that brought them cannot be undone as it is."""

    code = "GOODS_GONE_AGAIN"
    detail = "The goods that this brought back have left the shelf again. Count the shelf first."


def follow(session: Session, document_id: UUID) -> None:
    """Bring the shelf in line with a document that was issued or cancelled. Goods that nobody counts move nothing.

    Locks the products' rows. Raises GoneAgain, NotFound.
    """
    document = db.fetch(session, Invoice, document_id)
    if document.goods is None:
        return
    org, came_back = str(db.org_of(session)), _comes_back(document)
    listed = db.execute(session, _GOODS, {"org": org, "invoice": str(document_id)})
    wanted = {row.product_id: row.milli for row in listed}
    shelf = dict(db.execute(session, _SHELF, (org, [str(one) for one in wanted])).all())
    booked = {(row.product_id, row.kind): row.milli for row in db.execute(session, _BOOKED, (org, str(document_id)))}
    order_id = db.execute(session, _ORDER, (org, str(document.refers_to_id or document_id))).scalar()
    moves = []
    for product_id in shelf:
        back_milli = wanted[product_id] if came_back else 0
        broken_milli = -back_milli if document.goods == DAMAGED else 0
        for kind, milli in (("return", back_milli), ("damage", broken_milli)):
            change_milli = milli - booked.get((product_id, kind), 0)
            if change_milli:
                moves.append(_move(product_id, change_milli, kind, order_id))
    _check(shelf, moves)
    if moves:
        told = {"org": org, "invoice": str(document_id), "reason": document.number, "now": clock.now()}
        db.execute(session, _MOVE, {**told, "moves": db.json(moves)})


def came_back(session: Session, document_id: UUID | None) -> bool:
    """Whether a document brought goods back, on the shelf or broken, counted or not."""
    return document_id is not None and _comes_back(db.fetch(session, Invoice, document_id))


def _comes_back(document: Invoice) -> bool:
    """Whether goods came in with the document as it stands now."""
    live_note = document.document_type == CREDIT_NOTE and document.status == ISSUED
    undone_sale = document.document_type in SALES and document.status == CANCELLED
    return (live_note or undone_sale) and document.goods in (SHELF, DAMAGED)


def _move(product_id: UUID, change_milli: int, kind: str, order_id: Any) -> dict[str, Any]:
    """What came back is the order's again; what was broken then is nobody's."""
    of_order = str(order_id) if order_id and kind == "return" else None
    known = {"id": str(ids.new()), "product_id": str(product_id), "change_milli": change_milli}
    return {**known, "kind": kind, "order_id": of_order}


def _check(shelf: Mapping[UUID, int], moves: list[dict[str, Any]]) -> None:
    for product_id, on_hand_milli in shelf.items():
        if on_hand_milli + sum(one["change_milli"] for one in moves if one["product_id"] == str(product_id)) < 0:
            raise GoneAgain

"""The audit trail: who changed what, from what to what, and why."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from admin_api.access import BOOKKEEPERS, operation
from admin_api.shapes import PageQuery, decode, page
from admin_api.spec import Blueprint
from core import db, ids
from core.audit import AuditEntry
from parties import retailers

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1/admin/audit", description="Who changed what")


@blueprint.route("/credit/all", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200)
def everything(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """The whole organisation's trail, newest first."""
    return _page(session, query, None)


@blueprint.route("/<retailer_id>", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200)
def of_retailer(session: Session, query: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """One shop's trail, newest first."""
    return _page(session, query, retailers.find(session, retailer_id).id)


def _page(session: Session, query: dict[str, Any], chain_id: UUID | None) -> dict[str, Any]:
    wanted = select(AuditEntry).where(AuditEntry.org_id == db.org_of(session))
    if chain_id is not None:
        wanted = wanted.where(AuditEntry.chain_id == chain_id)
    if after := decode(query["cursor"]):
        last = db.fetch(session, AuditEntry, ids.parse("aud", after))
        wanted = wanted.where(tuple_(AuditEntry.at, AuditEntry.id) < (last.at, last.id))
    newest = wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(query["limit"] + 1)
    rows = list(session.scalars(newest))
    return page(rows, query["limit"], lambda row: ids.public("aud", row.id), show)


def show(entry: AuditEntry) -> dict[str, Any]:
    """One entry; `hash` is the link of its chain."""
    return {
        "id": ids.public("aud", entry.id),
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "request_id": entry.request_id,
        "seq": entry.seq,
        "hash": bytes(entry.hash).hex(),
    }

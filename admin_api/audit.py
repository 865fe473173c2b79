"""The audit trail: who changed what, from what to what, and why."""

import json
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import sheets
from admin_api.access import operation
from admin_api.answers.audit import AuditEntryOut, VerifiedOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Day, Listed, PageQuery, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from core.audit import AuditEntry
from core.errors import Invalid
from parties import retailers
from parties.roles import BOOKKEEPERS
from reports import doctor, trail

blueprint = Blueprint("audit", __name__, url_prefix="/api/v1/admin/audit", description="Who changed what")

JSON, CSV = "json", "csv"
COLUMNS = ("at", "actor", "action", "subject", "reason", "before", "after", "request_id", "seq", "hash", "id")


class TrailQuery(PageQuery):
    """Which entries, and in which form. `action` may end in `*`; days are local dates, both included."""

    actor = Text(longest=64, load_default=None)
    action = Text(longest=64, load_default=None)
    subject = Text(longest=64, load_default=None)
    request_id = Text(longest=100, load_default=None)
    from_on = Day(load_default=None, data_key="from")
    to_on = Day(load_default=None, data_key="to")
    form = fields.String(load_default=JSON, data_key="format", validate=validate.OneOf([JSON, CSV]))


@blueprint.route("/credit/all", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(TrailQuery, location="query")
@blueprint.response(200, page_of(AuditEntryOut), files=["text/csv"])
def everything(session: Session, query: dict[str, Any]) -> Listed | Response:
    """The whole organisation's trail, newest first; `format=csv` downloads all of what the filters leave."""
    return _list(session, query, None)


@blueprint.route("/verify", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.response(200, VerifiedOut)
def verify(session: Session) -> Beside:
    """Recompute every chain, and compare it with its head and with the anchors outside the database."""
    found = trail.verify(session)
    return Beside(found, intact=found.status == doctor.HOLDS, problem_count=found.count)


@blueprint.route("/<retailer_id>", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.arguments(TrailQuery, location="query")
@blueprint.response(200, page_of(AuditEntryOut), files=["text/csv"])
def of_retailer(session: Session, query: dict[str, Any], retailer_id: str) -> Listed | Response:
    """One shop's trail, newest first, with the same filters and forms."""
    return _list(session, query, retailers.find(session, retailer_id).id)


def _list(session: Session, query: dict[str, Any], chain_id: UUID | None) -> Listed | Response:
    named = {name: query[name] for name in ("actor", "action", "subject", "request_id", "from_on", "to_on")}
    wanted = trail.Filter(chain_id=chain_id, **named)
    if query["form"] == CSV:
        return _sheet(session, wanted)
    after = decode(query["cursor"])
    last = ids.parse("aud", after) if after else None
    rows = trail.entries(session, wanted, after=last, limit=query["limit"] + 1)
    return page(rows, query["limit"], lambda row: ids.public("aud", row.id), _of_shop)


def _of_shop(row: AuditEntry) -> Beside:
    """The entry with the shop whose chain it is in; the organisation's own chain is about none."""
    return Beside(row, retailer_id=row.chain_id if row.chain_id != row.org_id else None)


def _sheet(session: Session, wanted: trail.Filter) -> Response:
    rows = trail.entries(session, wanted, after=None, limit=sheets.MAX_ROWS + 1)
    if len(rows) > sheets.MAX_ROWS:
        raise Invalid(f"More than {sheets.MAX_ROWS} entries: name a shorter period.", field="from")
    told = AuditEntryOut(only=COLUMNS).dump(rows, many=True)
    return sheets.answer("audit.csv", COLUMNS, ([_cell(one[name]) for name in COLUMNS] for one in told))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else value

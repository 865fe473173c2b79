"""Insights: what is worth knowing of one shop, as numbers and as the message that the shop can get; and of all."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.insights import InsightMessageOut, InsightOut, OverviewOut, RegeneratedOut
from admin_api.shapes import Nothing
from admin_api.spec import Blueprint
from core.i18n import speaking
from notices.insights import text as rendered
from parties import retailers
from parties.roles import EVERYBODY, FOUNDERS
from reports import insights
from reports.insights import Insight, Overview

blueprint = Blueprint("insights", __name__, url_prefix="/api/v1/admin/insights", description="Figures of shops")


@blueprint.route("/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, InsightOut)
def of_one(session: Session, retailer_id: str) -> Insight:
    """Orders, average, usual items, punctuality and what is due next, as counted last night."""
    return insights.of(session, retailers.find(session, retailer_id).id)


@blueprint.route("/<retailer_id>/message", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, InsightMessageOut)
def message(session: Session, retailer_id: str) -> dict[str, Any]:
    """The same as the WhatsApp text, in the shop's language; counted now, since it may be sent."""
    shop = retailers.find(session, retailer_id)
    insights.regenerate(session, shop.id)
    with speaking(shop.language):
        text = rendered(insights.of(session, shop.id))
    return {"retailer_id": shop.id, "language": shop.language, "text": text}


@blueprint.route("/system/overview", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, OverviewOut)
def overview(session: Session) -> Overview:
    """All shops together."""
    return insights.overview(session)


@blueprint.route("/regenerate-all", methods=["POST"])
@operation(FOUNDERS)
@blueprint.arguments(Nothing)
@blueprint.response(200, RegeneratedOut)
def regenerate_all(session: Session, _given: dict[str, Any]) -> dict[str, Any]:
    """Count again for every shop now; returns for how many."""
    return {"regenerated": insights.regenerate(session)}

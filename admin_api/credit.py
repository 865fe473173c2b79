"""Credit as founders see it: the risk dashboard, one shop's profile, pausing and unpausing."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.credit import DashboardOut, EvaluationOut, ProfileOut, StatementOut
from admin_api.shapes import Day, Strict, Text
from admin_api.spec import Blueprint
from core import events
from credit import pauses
from parties import retailers
from parties.roles import BOOKKEEPERS, EVERYBODY, FOUNDERS, SELLERS
from reports import profile, risk, statement

blueprint = Blueprint(
    "credit", __name__, url_prefix="/api/v1/admin/credit", description="Who owes what, and may owe more"
)


class AsOf(Strict):
    """The day whose state is asked for; today when left out."""

    as_of = Day(load_default=None, allow_none=True)


class Period(Strict):
    """From one day to another, both included."""

    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)


class Why(Strict):
    """The reason that goes into the audit trail."""

    reason = Text(longest=500, needed=True)


@blueprint.route("/risk-dashboard", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(AsOf, location="query")
@blueprint.response(200, DashboardOut)
def risk_dashboard(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """What is owed by age, and who needs attention: the rule that fired and the next automatic step."""
    return risk.dashboard(session, query["as_of"])


@blueprint.route("/retailer/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(AsOf, location="query")
@blueprint.response(200, ProfileOut)
def credit_profile(session: Session, query: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """One shop: limit, used, available, open bills with days overdue, last payments, guardrails; on a past day too."""
    return _profile(session, retailers.find(session, retailer_id).id, query["as_of"])


@blueprint.route("/retailer/<retailer_id>/statement", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(Period, location="query")
@blueprint.response(200, StatementOut)
def credit_statement(session: Session, query: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Every movement of a period with its running balance; the last 30 days when left out."""
    return statement.of(session, retailers.find(session, retailer_id).id, query["from_on"], query["to_on"])


@blueprint.route("/<retailer_id>/evaluate", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, EvaluationOut)
def evaluate(session: Session, retailer_id: str) -> dict[str, Any]:
    """Would the smallest credit order be allowed now, and if not, why; which rules gave the shop its status."""
    return profile.evaluate(session, retailers.find(session, retailer_id).id)


@blueprint.route("/<retailer_id>/pause", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def pause(session: Session, why: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Stop new credit orders of a shop; cash orders go on. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.pause(session, retailer.id, why["reason"])
    return _profile(session, retailer.id)


@blueprint.route("/<retailer_id>/unpause", methods=["POST"])
@operation(BOOKKEEPERS - {"accountant"}, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def unpause(session: Session, why: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Allow credit orders again. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.unpause(session, retailer.id, why["reason"])
    events.follow(session)  # what is available is told as held orders leave it
    return _profile(session, retailer.id)


@blueprint.route("/<retailer_id>/block", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def block(session: Session, why: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Stop all credit of a shop until somebody unblocks it; no override goes past a block. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.block(session, retailer.id, why["reason"])
    return _profile(session, retailer.id)


@blueprint.route("/<retailer_id>/unblock", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def unblock(session: Session, why: dict[str, Any], retailer_id: str) -> dict[str, Any]:
    """Lift a block. A pause below it goes on; without one the shop is told that credit is open again."""
    retailer = retailers.find(session, retailer_id)
    pauses.unblock(session, retailer.id, why["reason"])
    events.follow(session)  # what is available is told as held orders leave it
    return _profile(session, retailer.id)


def _profile(session: Session, retailer_id: UUID, as_of: date | None = None) -> dict[str, Any]:
    """The profile, and who paused the shop if it is paused on that day."""
    told = profile.of(session, retailer_id, as_of)
    since = told["paused_at"]
    by = pauses.paused_by(session, retailer_id, since, told["pause_reason"]) if since else None
    return {**told, "paused_by": by}

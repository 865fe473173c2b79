"""Credit as founders see it: the risk dashboard, one shop's profile, pausing and unpausing."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.credit import DashboardOut, EvaluationOut, ProfileOut, StatementOut
from admin_api.shapes import Day, Strict, Text
from admin_api.spec import Blueprint
from core import events
from credit import pauses
from parties import retailers
from parties.roles import BOOKKEEPERS, EVERYBODY, FOUNDERS, SELLERS
from reports import profile, risk, statement, watchlist
from reports.profile import Profile
from reports.risk import Dashboard
from reports.statement import Statement
from reports.watchlist import Evaluated

blueprint = Blueprint(
    "credit", __name__, url_prefix="/api/v1/admin/credit", description="Who owes what, and may owe more"
)


class StateOn(Strict):
    """The day whose state is asked for; today when left out."""

    as_of = Day(load_default=None, allow_none=True)


class PeriodAsked(Strict):
    """From one day to another, both included."""

    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)


class Why(Strict):
    """The reason that goes into the audit trail."""

    reason = Text(longest=500, needed=True)


@blueprint.route("/risk-dashboard", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(StateOn, location="query")
@blueprint.response(200, DashboardOut)
def risk_dashboard(session: Session, query: dict[str, Any]) -> Dashboard:
    """What is owed by age, and who needs attention: the rule that fired and the next automatic step."""
    return risk.dashboard(session, query["as_of"])


@blueprint.route("/retailer/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(StateOn, location="query")
@blueprint.response(200, ProfileOut)
def credit_profile(session: Session, query: dict[str, Any], retailer_id: str) -> Profile:
    """One shop: limit, used, available, open bills with days overdue, last payments, guardrails; on a past day too."""
    return profile.of(session, retailers.find(session, retailer_id).id, query["as_of"])


@blueprint.route("/retailer/<retailer_id>/statement", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PeriodAsked, location="query")
@blueprint.response(200, StatementOut)
def credit_statement(session: Session, query: dict[str, Any], retailer_id: str) -> Statement:
    """Every movement of a period with its running balance; the last 30 days when left out."""
    return statement.of(session, retailers.find(session, retailer_id).id, query["from_on"], query["to_on"])


@blueprint.route("/<retailer_id>/evaluate", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, EvaluationOut)
def evaluate(session: Session, retailer_id: str) -> Evaluated:
    """Would the smallest credit order be allowed now, and if not, why; which rules gave the shop its status."""
    return watchlist.evaluate(session, retailers.find(session, retailer_id).id)


@blueprint.route("/<retailer_id>/pause", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def pause(session: Session, why: dict[str, Any], retailer_id: str) -> Profile:
    """Stop new credit orders of a shop; cash orders go on. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.pause(session, retailer.id, why["reason"])
    return profile.of(session, retailer.id)


@blueprint.route("/<retailer_id>/unpause", methods=["POST"])
@operation(BOOKKEEPERS - {"accountant"}, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def unpause(session: Session, why: dict[str, Any], retailer_id: str) -> Profile:
    """Allow credit orders again. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.unpause(session, retailer.id, why["reason"])
    events.follow(session)  # what is available is told as held orders leave it
    return profile.of(session, retailer.id)


@blueprint.route("/<retailer_id>/block", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def block(session: Session, why: dict[str, Any], retailer_id: str) -> Profile:
    """Stop all credit of a shop until somebody unblocks it; no override goes past a block. The shop is told once."""
    retailer = retailers.find(session, retailer_id)
    pauses.block(session, retailer.id, why["reason"])
    return profile.of(session, retailer.id)


@blueprint.route("/<retailer_id>/unblock", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Why)
@blueprint.response(200, ProfileOut)
def unblock(session: Session, why: dict[str, Any], retailer_id: str) -> Profile:
    """Lift a block. A pause below it goes on; without one the shop is told that credit is open again."""
    retailer = retailers.find(session, retailer_id)
    pauses.unblock(session, retailer.id, why["reason"])
    events.follow(session)  # what is available is told as held orders leave it
    return profile.of(session, retailer.id)

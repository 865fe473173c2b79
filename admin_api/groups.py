"""Groups: shops of one owner under one cap."""

from typing import Any

from marshmallow import validate
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.shapes import PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import ids
from core.money import MAX_MINOR
from credit import groups
from credit.tables import CreditGroup
from parties.roles import EVERYBODY, FOUNDERS

blueprint = Blueprint(
    "groups", __name__, url_prefix="/api/v1/admin/groups", description="Shops of one owner under one cap"
)


class GroupIn(Strict):
    """A group's name and what its shops may take together."""

    name = Text(longest=200, needed=True)
    limit_minor = PositiveMinor(required=True, validate=validate.Range(min=0, max=MAX_MINOR))


class CapIn(Strict):
    """A new cap, and why."""

    limit_minor = PositiveMinor(required=True, validate=validate.Range(min=0, max=MAX_MINOR))
    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def list_groups(session: Session) -> dict[str, Any]:
    """All groups by name, with what their shops use."""
    return {"data": [show(session, group) for group in groups.every(session)]}


@blueprint.route("", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(GroupIn)
@blueprint.response(201)
def add(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Add a group; shops join it through their guardrails."""
    return show(session, groups.create(session, given["name"], given["limit_minor"]))


@blueprint.route("/<group_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200)
def read(session: Session, group_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """One group, with the ETag that a change must name."""
    return _answer(session, groups.get(session, ids.parse("grp", group_id)))


@blueprint.route("/<group_id>", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(parameters=[preconditions.HEADER])
@blueprint.arguments(CapIn)
@blueprint.response(200)
def change(session: Session, given: dict[str, Any], group_id: str) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Change a group's cap; below what is used is allowed and only stops new orders."""
    seen, key = preconditions.version(), ids.parse("grp", group_id)
    return _answer(session, groups.set_limit(session, key, given["limit_minor"], given["reason"], seen))


def show(session: Session, group: CreditGroup) -> dict[str, Any]:
    """A group and what its shops use of the cap."""
    return {
        "id": ids.public("grp", group.id),
        "name": group.name,
        "limit_minor": group.limit_minor,
        "used_minor": groups.standing_of(session, group.id).used_minor,
        "version": group.version,
    }


def _answer(session: Session, group: CreditGroup) -> tuple[dict[str, Any], int, dict[str, str]]:
    return show(session, group), 200, preconditions.tag(group.version)

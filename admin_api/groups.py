"""Groups: shops of one owner under one cap."""

from typing import Any

from marshmallow import validate
from sqlalchemy.orm import Session

from admin_api import preconditions
from admin_api.access import operation
from admin_api.answers.groups import GroupOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Listed, PositiveMinor, Strict, Text
from admin_api.spec import Blueprint
from core import ids
from core.money import MAX_MINOR
from credit import groups
from credit.tables import CreditGroup
from parties.roles import EVERYBODY, FOUNDERS

blueprint = Blueprint(
    "groups", __name__, url_prefix="/api/v1/admin/groups", description="Shops of one owner under one cap"
)

Answer = tuple[Beside, int, dict[str, str]]


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
@blueprint.response(200, page_of(GroupOut))
def list_groups(session: Session) -> Listed:
    """All groups by name, with what their shops use."""
    return Listed([_shown(session, group) for group in groups.every(session)])


@blueprint.route("", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(GroupIn)
@blueprint.response(201, GroupOut)
def add(session: Session, given: dict[str, Any]) -> Beside:
    """Add a group; shops join it through their guardrails."""
    return _shown(session, groups.create(session, given["name"], given["limit_minor"]))


@blueprint.route("/<group_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, GroupOut)
def read(session: Session, group_id: str) -> Answer:
    """One group, with the ETag that a change must name."""
    return _answer(session, groups.get(session, ids.parse("grp", group_id)))


@blueprint.route("/<group_id>", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(CapIn)
@blueprint.response(200, GroupOut)
def change(session: Session, given: dict[str, Any], group_id: str) -> Answer:
    """Change a group's cap; below what is used is allowed and only stops new orders."""
    seen, key = preconditions.version(), ids.parse("grp", group_id)
    return _answer(session, groups.set_limit(session, key, given["limit_minor"], given["reason"], seen))


def _shown(session: Session, group: CreditGroup) -> Beside:
    return Beside(group, used_minor=groups.standing_of(session, group.id).used_minor)


def _answer(session: Session, group: CreditGroup) -> Answer:
    return _shown(session, group), 200, preconditions.tag(group.version)

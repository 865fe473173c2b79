"""What waits for a person: leads, claims, calls asked for, messages that could not be sent."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.shapes import Nothing, PageQuery, decode, page
from admin_api.spec import Blueprint
from core import clock, ids
from parties import retailers, tasks
from parties.roles import EVERYBODY, SELLERS
from parties.tables import StaffTask

blueprint = Blueprint("tasks", __name__, url_prefix="/api/v1/admin/tasks", description="What waits for a person")


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200)
def list_open(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Open tasks, oldest first."""
    limit, cursor = query["limit"], decode(query["cursor"])
    rows = tasks.open_tasks(session, limit + 1, after=ids.parse("tsk", cursor) if cursor else None)
    return page(rows, limit, lambda task: ids.public("tsk", task.id), show)


@blueprint.route("/<task_id>/finish", methods=["POST"])
@operation(SELLERS)
@blueprint.arguments(Nothing)
@blueprint.response(200)
def finish(session: Session, _given: dict[str, Any], task_id: str) -> dict[str, Any]:
    """Mark a task done."""
    return show(tasks.finish(session, ids.parse("tsk", task_id)))


def show(task: StaffTask) -> dict[str, Any]:
    """A task and the facts that explain it."""
    return {
        "id": ids.public("tsk", task.id),
        "kind": task.kind,
        "retailer_id": retailers.public_id(task.retailer_id) if task.retailer_id else None,
        "detail": task.detail,
        "facts": task.facts,
        "created_at": clock.rfc3339(task.created_at),
        "done": task.done_at is not None,
    }

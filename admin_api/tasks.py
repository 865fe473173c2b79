"""What waits for a person: leads, claims, calls asked for, messages that could not be sent."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.shape import page_of
from admin_api.answers.tasks import TaskOut
from admin_api.shapes import Listed, Nothing, PageQuery, decode, page
from admin_api.spec import Blueprint
from core import ids
from parties import tasks
from parties.roles import EVERYBODY, SELLERS
from parties.tables import StaffTask

blueprint = Blueprint("tasks", __name__, url_prefix="/api/v1/admin/tasks", description="What waits for a person")


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(TaskOut))
def list_open(session: Session, query: dict[str, Any]) -> Listed:
    """Open tasks, oldest first."""
    limit, cursor = query["limit"], decode(query["cursor"])
    rows = tasks.open_tasks(session, limit + 1, after=ids.parse("tsk", cursor) if cursor else None)
    return page(rows, limit, lambda task: ids.public("tsk", task.id))


@blueprint.route("/<task_id>/finish", methods=["POST"])
@operation(SELLERS)
@blueprint.arguments(Nothing)
@blueprint.response(200, TaskOut)
def finish(session: Session, _given: dict[str, Any], task_id: str) -> StaffTask:
    """Mark a task done."""
    return tasks.finish(session, ids.parse("tsk", task_id))

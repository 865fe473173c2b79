"""Open tasks over HTTP: every one is reached, page by page."""

from uuid import UUID

from core import db
from parties import tasks
from tests.admin_api.conftest import Caller


def test_pages_hold_every_open_task_once_though_some_are_finished_on_the_way(owner: Caller, org: UUID) -> None:
    with db.transaction(org) as session:
        for number in range(7):
            tasks.ask_staff(session, "call", f"call {number}")
    seen, cursor = [], {}
    for _ in range(7):
        answer = owner.get("/tasks", limit=3, **cursor).json
        seen += [task["detail"] for task in answer["data"]]
        if not answer["has_more"]:
            break
        assert owner.post(f"/tasks/{answer['data'][-1]['id']}/finish").json["done"]
        cursor = {"cursor": answer["next_cursor"]}
    assert seen == [f"call {number}" for number in range(7)]
    assert len(owner.get("/tasks").json["data"]) == 5


def test_a_cursor_of_another_organisation_leads_nowhere(owner: Caller, new_org, sign_in) -> None:
    theirs = new_org()
    with db.transaction(theirs) as session:
        tasks.ask_staff(session, "call", "a")
        tasks.ask_staff(session, "call", "b")
    cursor = sign_in(theirs).get("/tasks", limit=1).json["next_cursor"]
    assert owner.get("/tasks", cursor=cursor).status_code == 404

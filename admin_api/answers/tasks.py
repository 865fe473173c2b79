"""What waits for a person."""

from typing import Any

from marshmallow import fields

from admin_api.answers.shape import Answer, Moment, Person, PublicId, Shop


class Happened(fields.Boolean):
    """Whether there is a moment at which it happened."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> bool:
        return value is not None


class TaskOut(Answer):
    """A task and the facts that explain it; `by` has done it."""

    id = PublicId("tsk")
    kind = fields.String()
    retailer_id = PublicId("ret", allow_none=True)
    retailer = Shop(allow_none=True)
    detail = fields.String()
    facts = fields.Dict()
    created_at = Moment()
    done = Happened(attribute="done_at")
    by = Person("done_by", allow_none=True)

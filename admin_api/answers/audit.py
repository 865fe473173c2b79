"""The audit trail."""

from typing import Any

from marshmallow import fields

from admin_api.answers.shape import Answer, Moment, Person, PublicId, Shop, Whole, Word
from reports.doctor import HOLDS, UNCHECKED, VIOLATED


class Hash(fields.String):
    """A link of a chain, in hex."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return bytes(value).hex()


class AuditEntryOut(Answer):
    """One entry; `hash` is the link of its chain. One that is about no shop has none."""

    id = PublicId("aud")
    at = Moment()
    actor = fields.String()
    by = Person("actor")
    action = fields.String()
    subject = fields.String()
    retailer_id = PublicId("ret", allow_none=True)
    retailer = Shop(allow_none=True)
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)
    reason = fields.String(allow_none=True)
    request_id = fields.String(allow_none=True)
    seq = Whole()
    hash = Hash()


class VerifiedOut(Answer):
    """What verifying found: the first problems, and how many in all."""

    intact = fields.Boolean()
    status = Word((HOLDS, VIOLATED, UNCHECKED))
    entries = Whole()
    chains = Whole()
    anchored_at = Moment(allow_none=True)
    problem_count = Whole()
    problems = fields.List(fields.String())

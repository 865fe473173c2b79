"""Errors that people cause, with a stable code that programs can rely on.

A DomainError is an expected refusal: it is shown to the person, never logged as a crash. Subclasses stand beside the
function that raises them. `code` never changes; `facts` are numbers and names; the sentence is built by the door that
shows it, in the person's language.
"""

from typing import Any


class DomainError(Exception):
    """An expected refusal. `code` is stable, `status` is the HTTP answer, `facts` say which numbers decided."""

    code = "REFUSED"
    status = 409
    detail = "This cannot be done."

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        self.detail = detail or self.detail
        self.facts = facts
        super().__init__(self.detail)


class NotFound(DomainError):
    """Nothing of yours has this id: the same answer for 'does not exist' and 'belongs to another organisation'."""

    code = "NOT_FOUND"
    status = 404
    detail = "Nothing was found under this id."


class Invalid(DomainError):
    """The input cannot mean anything; nothing was changed."""

    code = "INVALID"
    status = 422
    detail = "The input is not valid."


class Forbidden(DomainError):
    """The person is known and may not do this."""

    code = "FORBIDDEN"
    status = 403
    detail = "Your role may not do this."

"""Changing what somebody may have changed meanwhile: an ETag with every read, If-Match with every write."""

import re

from flask import request

from core.errors import DomainError

_TAG = re.compile(r'"v(\d{1,9})"')
HEADER = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of what was read; 412 when somebody changed it since, 428 when it is missing.",
}
GUARDED = {  # how a change that needs the header describes itself
    "parameters": [HEADER],
    "responses": {"412": "PRECONDITION_FAILED", "428": "PRECONDITION_REQUIRED"},
}


class ReadFirst(DomainError):
    """Nobody overwrites what they have not seen."""

    code = "PRECONDITION_REQUIRED"
    status = 428
    detail = "Send If-Match with the ETag of what you read, so that nobody's change is overwritten unseen."


class Changed(DomainError):
    """The tag is not one of ours, so it cannot be the current one."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "This was changed by somebody else meanwhile. Read it again before you change it."


def tag(version: int) -> dict[str, str]:
    """The header that names this version."""
    return {"ETag": f'"v{version}"'}


def version() -> int:
    """The version that the caller has read. Raises ReadFirst, Changed."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise ReadFirst
    known = _TAG.fullmatch(given)
    if known is None:
        raise Changed
    return int(known[1])

"""Documents that travel with a message: a fresh link for the provider, made in a short transaction of its own."""

from uuid import UUID

from core import db
from core.sending import Claimed
from invoicing import pay_codes, sharing


def link(message: Claimed) -> str | None:
    """The address from which the provider fetches the document; None for a message without one."""
    if message.attachment is None:
        return None
    identifier = UUID(message.attachment["id"])
    if message.attachment["kind"] == "pay_code":
        with db.transaction(message.org_id) as session:
            return pay_codes.mint(session, identifier)
    with db.transaction(message.org_id) as session:
        return sharing.mint(session, identifier, "media")

"""Documents that travel with a message: a fresh link for the provider, made in a short transaction of its own."""

from uuid import UUID

from core import db
from core.sending import Claimed
from invoicing import sharing


def link(message: Claimed) -> str | None:
    """The address from which the provider fetches the document; None for a message without one."""
    if message.attachment is None:
        return None
    identifier = UUID(message.attachment["id"])
    with db.transaction(message.org_id) as session:
        return sharing.mint(session, identifier, "media")

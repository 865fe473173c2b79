"""Documents that travel with a message: drawn here, with a fresh link, made in a short transaction of its own.

A provider that cannot fetch a document loses the whole message. So the link is tried from here first, by a look that
is not counted; when it leads nowhere, the message goes as text with a link for people instead.
"""

import urllib.error
import urllib.request
from uuid import UUID

from bot.gateway.rendering import Overtaken
from core import db, logs
from core.sending import ClaimedMessage
from invoicing import papers, pay_codes, sharing

PAY_CODE = "pay_code"
LOOK_SECONDS = 5.0

_log = logs.get("attachments")


def link(message: ClaimedMessage) -> str | None:
    """The address from which the provider fetches the document; None for a message without one.

    Raises Overtaken for a document that was cancelled while the message waited: the shop is told that instead.
    """
    if message.attachment is None:
        return None
    identifier = UUID(message.attachment["id"])
    with db.transaction(message.org_id) as session:
        if message.attachment["kind"] == PAY_CODE:
            return pay_codes.mint(session, identifier)
        if papers.is_cancelled(papers.find(session, identifier)):
            raise Overtaken("the document was cancelled")
        papers.pdf(session, identifier)  # whoever fetches it finds it drawn
        return sharing.mint(session, identifier, "media")


def instead(message: ClaimedMessage, url: str) -> str | None:
    """A link for people, when the one for the provider leads nowhere; None when it works, or there is none to give."""
    if is_reachable(url):
        return None
    _log.warning("document.not_reachable", message=str(message.id))
    if message.attachment is None or message.attachment["kind"] == PAY_CODE:
        return None
    with db.transaction(message.org_id) as session:
        return sharing.mint(session, UUID(message.attachment["id"]), "share")


def is_reachable(url: str) -> bool:
    """True when the address answers a look with success, as it would answer the provider."""
    try:
        request = urllib.request.Request(url, method="HEAD")
        with urllib.request.urlopen(request, timeout=LOOK_SECONDS) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return False
    except (OSError, ValueError):  # refused, not found, no such host, no answer in time
        return False

"""Fetches pictures and files that came with messages, and keeps them; a claim's picture is compared with others."""

import hashlib
from uuid import UUID

from bot import media
from bot.gateway import twilio
from bot.gateway.errors import GatewayError, MediaGone
from core import db, logs
from credit import claims
from invoicing import storage
from parties import channels

_log = logs.get("fetch_media")


def run() -> int:
    """Fetch what is due; one file's trouble stays its own. Returns how many were kept."""
    return sum(_fetch(org_id, media_id) for org_id, media_id in media.due())


def _fetch(org_id: UUID, media_id: UUID) -> bool:
    with db.transaction(org_id) as session:
        wanted = media.claim(session, media_id)
        line = channels.line(session, wanted.channel_id) if wanted else None
    if wanted is None or line is None:
        return False
    try:
        found = twilio.TwilioGateway(line).fetch(wanted.url)
    except GatewayError as error:
        _give_up_or_wait(org_id, wanted, error)
        return False
    digest = hashlib.sha256(found.content).hexdigest()
    storage.current().write(media.key(org_id, media_id), found.content)
    with db.transaction(org_id) as session:
        media.kept(session, media_id, found.content_type, digest, len(found.content))
        claims.keep_proof(session, wanted.message_id, digest)
    return True


def _give_up_or_wait(org_id: UUID, wanted: media.MediaWanted, error: GatewayError) -> None:
    is_gone = isinstance(error, MediaGone)
    with db.transaction(org_id) as session:
        media.failed(session, wanted, str(error), for_good=is_gone)
    _log.warning("media.failed", media=str(wanted.id), error=str(error), attempts=wanted.attempts, gone=is_gone)

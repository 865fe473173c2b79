"""I25: what is secret is encrypted, with a key that is still configured, for the row in which it stands."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, crypto, db
from reports.invariant import RED, Invariant

_CIPHERS = """
SELECT org_id, 'channel|tokens', id, tokens FROM channel
UNION ALL SELECT org_id, 'app_user|totp_secret', id, totp_secret FROM app_user WHERE totp_secret IS NOT NULL
UNION ALL SELECT org_id, 'user_session|successor', id, successor FROM user_session
    WHERE successor IS NOT NULL AND revoked_at IS NULL AND expires_at > %(now)s
"""


def _unreadable(session: Session, org_id: UUID | None) -> Iterator[str]:
    for owner, column, identifier, cipher in db.execute(session, _CIPHERS, {"now": clock.now()}).all():
        if org_id not in (None, owner):
            continue
        try:
            crypto.decrypt(cipher, place=f"{column}|{owner}|{identifier}")
        except crypto.DecryptionFailed as error:
            yield f"{column} of {identifier}: {error}"


INVARIANT = Invariant(
    id="I25",
    severity=RED,
    title="Every secret decrypts with a configured key, in its own row",
    fix="Bring the key back into ENCRYPTION_KEYS, or enter the secret anew; a moved one was put there by hand.",
    full_probe=_unreadable,
)

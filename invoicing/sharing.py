"""Links to invoices: a random token in the address, its SHA-256 in the database, an end, and a way to end it sooner.

`tenant_route` finds the organisation of a token before one is known; it holds the hash, never the token.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, clock, crypto, db, ids, settings
from invoicing import papers
from invoicing.tables import Invoice

Purpose = Literal["media", "share"]
LIFE = {"media": timedelta(hours=24), "share": timedelta(days=7)}
TOKEN_LENGTH = 43  # 32 bytes, URL-safe


@dataclass(frozen=True, slots=True)
class Found:
    """What a live link leads to."""

    org_id: UUID
    invoice_id: UUID


def mint(session: Session, invoice_id: UUID, purpose: Purpose = "share") -> str:
    """A new link: `media` for the provider's fetch lives 24 hours, `share` for people seven days. Raises NotFound."""
    invoice = db.fetch(session, Invoice, invoice_id)
    token, link_id, now = ids.token(), ids.new(), clock.now()
    digest, org_id = crypto.fingerprint(token), str(db.org_of(session))
    db.execute(
        session,
        "INSERT INTO share_link (org_id, id, invoice_id, token_hash, purpose, expires_at, downloads, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, 0, %s)",
        (org_id, str(link_id), str(invoice_id), digest, purpose, now + LIFE[purpose], now),
    )
    db.execute(
        session,
        "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES ('share', %s, %s, %s)",
        (digest, org_id, str(link_id)),
    )
    return f"{settings.current().public_base_url}/i/{token}/{papers.filename(invoice.number)}"


def find(token: str) -> Found | None:
    """Where a live link leads, counted as a download; None alike for unknown, expired and revoked ones.

    Opens its own small transaction.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    digest = crypto.fingerprint(token)
    with db.transaction() as session:
        route = db.execute(
            session, "SELECT org_id FROM tenant_route WHERE kind = 'share' AND key = %s", (digest,)
        ).first()
        if route is None:
            return None
        db.enter(session, route.org_id)
        live = db.execute(
            session,
            "UPDATE share_link SET downloads = downloads + 1"
            " WHERE org_id = %s AND token_hash = %s AND revoked_at IS NULL AND expires_at > %s RETURNING invoice_id",
            (str(route.org_id), digest, clock.now()),
        ).first()
    return Found(route.org_id, live.invoice_id) if live else None


def revoke(session: Session, invoice_id: UUID, reason: str) -> int:
    """End every live link of an invoice, audited; returns how many. Raises NotFound."""
    invoice = db.fetch(session, Invoice, invoice_id)
    ended: int = db.execute(
        session,
        "UPDATE share_link SET revoked_at = %s WHERE org_id = %s AND invoice_id = %s AND revoked_at IS NULL",
        (clock.now(), str(db.org_of(session)), str(invoice_id)),
    ).rowcount
    if ended:
        audit.record(
            session,
            "invoice.links_revoked",
            subject=ids.public("inv", invoice_id),
            retailer_id=invoice.retailer_id,
            after={"links": ended},
            reason=reason,
        )
    return ended


def purge(session: Session) -> int:
    """Forget the routes of links that ended over a week ago; the links themselves stay as history. Returns how many."""
    gone: int = db.execute(
        session,
        "DELETE FROM tenant_route r USING share_link l WHERE r.kind = 'share' AND r.key = l.token_hash"
        " AND r.org_id = l.org_id AND l.org_id = %s AND l.expires_at < %s",
        (str(db.org_of(session)), clock.now() - timedelta(days=7)),
    ).rowcount
    return gone

"""Links to documents: a random token in the address, its SHA-256 in the database, an end, and a way to end it sooner.

`tenant_route` finds the organisation of a token before one is known; it holds the hash, never the token.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from core import audit, clock, crypto, db, ids, settings
from core.errors import DomainError
from invoicing import papers
from invoicing.tables import Invoice, ShareLink
from parties.tables import TenantRoute

Purpose = Literal["media", "share"]
LIFE = {"media": timedelta(hours=24), "share": timedelta(days=7)}
TOKEN_LENGTH = 43  # 32 bytes, URL-safe
BURST, MOST_IN_BURST = timedelta(hours=1), 60  # of one link: WhatsApp fetches a few times, a person some more
MAX_AGENT = 200
MOST_LISTED = 100

_LIVE = """
SELECT l.id, coalesce(l.invoice_id, l.paper_id) AS document_id,
    EXISTS (SELECT FROM invoice i WHERE i.org_id = l.org_id AND i.id = l.invoice_id AND i.status = 'cancelled')
        AS is_cancelled
FROM share_link l
WHERE l.org_id = %(org)s AND l.token_hash = %(digest)s AND l.revoked_at IS NULL AND l.expires_at > %(now)s
"""
_COUNT = """
UPDATE share_link SET downloads = downloads + 1,
    burst = CASE WHEN burst_at > %(since)s THEN burst + 1 ELSE 1 END,
    burst_at = CASE WHEN burst_at > %(since)s THEN burst_at ELSE %(now)s END
WHERE org_id = %(org)s AND token_hash = %(digest)s AND NOT (coalesce(burst_at > %(since)s, false) AND burst >= %(most)s)
RETURNING 1
"""


class TooOften(DomainError):
    """One link was fetched more often than people do."""

    code = "TOO_MANY_REQUESTS"
    status = 429
    detail = "This document was fetched very often within the hour. Please try again later."


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """What a live link leads to: an invoice, or a paper such as a statement. Nobody is to pay what is cancelled."""

    org_id: UUID
    document_id: UUID
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class LinkVisitor:
    """Who follows a link, as far as it is noted: the network, not the machine."""

    network: str = ""
    agent: str = ""


def mint(session: Session, document_id: UUID, purpose: Purpose = "share") -> str:
    """A new link: `media` for the provider's fetch lives 24 hours, `share` for people seven days. Raises NotFound."""
    document = papers.find(session, document_id)
    target = {"invoice_id" if isinstance(document, Invoice) else "paper_id": document_id}
    token, link_id, now = ids.token(), ids.new(), clock.now()
    digest, life = crypto.fingerprint(token), LIFE[purpose]
    session.add(TenantRoute(kind="share", key=digest, org_id=db.org_of(session), target_id=link_id))
    session.add(
        ShareLink(id=link_id, token_hash=digest, purpose=purpose, expires_at=now + life, created_at=now, **target)
    )
    return f"{settings.current().public_base_url}/i/{token}/{papers.name_of(document)}"


def find(token: str, visitor: LinkVisitor | None = None) -> LinkedDocument | None:
    """Where a live link leads, counted and noted; None alike for unknown, expired and revoked ones. Raises TooOften.

    Opens its own small transaction. Without a visitor it is our own look before sending: nothing is counted.
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
        known = {"org": str(route.org_id), "digest": digest, "now": clock.now()}
        live = db.execute(session, _LIVE, known).first()
        if live is None:
            return None
        if visitor is not None:
            _count(session, live.id, known, visitor)
    return LinkedDocument(route.org_id, live.document_id, live.is_cancelled)


def _count(session: Session, link_id: UUID, known: dict[str, Any], visitor: LinkVisitor) -> None:
    """Count a visit and note it. Raises TooOften when this link was fetched too often within the hour."""
    counted = db.execute(session, _COUNT, {**known, "since": known["now"] - BURST, "most": MOST_IN_BURST}).first()
    if counted is None:
        raise TooOften
    db.execute(
        session,
        "INSERT INTO share_access (org_id, id, link_id, at, network, agent) VALUES (%s, %s, %s, %s, %s, %s)",
        (known["org"], str(ids.new()), str(link_id), known["now"], visitor.network, visitor.agent[:MAX_AGENT]),
    )


def links(session: Session, document_id: UUID) -> list[ShareLink]:
    """The links of a document that were made for people, newest first, with how often each was followed."""
    made = select(ShareLink).where(*_of(session, document_id), ShareLink.purpose == "share")
    return list(session.scalars(made.order_by(ShareLink.created_at.desc()).limit(MOST_LISTED)))


def _of(session: Session, document_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """What the links of a document have in common."""
    target = func.coalesce(ShareLink.invoice_id, ShareLink.paper_id)
    return ShareLink.org_id == db.org_of(session), target == document_id


def revoke(session: Session, document_id: UUID, reason: str) -> int:
    """End every live link of a document, audited; returns how many. Raises NotFound."""
    document = papers.find(session, document_id)
    live = session.scalars(select(ShareLink).where(*_of(session, document_id), ShareLink.revoked_at.is_(None))).all()
    for link in live:
        link.revoked_at = clock.now()
    if live:
        audit.record(
            session,
            "invoice.links_revoked",
            subject=ids.public("inv" if isinstance(document, Invoice) else "ppr", document_id),
            retailer_id=document.retailer_id,
            after={"links": len(live)},
            reason=reason,
        )
    return len(live)


def purge(session: Session) -> int:
    """Forget the routes of links that ended over a week ago; the links themselves stay as history. Returns how many."""
    gone: int = db.execute(
        session,
        "DELETE FROM tenant_route r USING share_link l WHERE r.kind = 'share' AND r.key = l.token_hash"
        " AND r.org_id = l.org_id AND l.org_id = %s AND l.expires_at < %s",
        (str(db.org_of(session)), clock.now() - timedelta(days=7)),
    ).rowcount
    return gone

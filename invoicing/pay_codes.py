"""UPI codes as pictures: what was shown to whom, and the link from which the provider fetches the picture.

The link is made like a document's: a random token in the address, its SHA-256 in the database, and an end. The picture
is drawn from the row whenever it is fetched; nothing is kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, crypto, db, ids, settings
from core.errors import DomainError
from invoicing import upi
from invoicing.sharing import TOKEN_LENGTH
from invoicing.tables import PayCode
from parties import organisations

LIFE = timedelta(hours=24)
NEXT = "-X"  # before the count of a further code: K4-261204-X2


class NoUpi(DomainError):
    """The organisation cannot be paid by UPI."""

    code = "NO_UPI"
    detail = "No UPI address is known, or the currency is not the rupee."


@dataclass(frozen=True, slots=True)
class Picture:
    """A code ready to be sent."""

    content: bytes
    filename: str


def create(session: Session, retailer_id: UUID, amount_minor: int, reference: str) -> PayCode:
    """A code for exactly this amount, with a reference of its own. Raises NoUpi, upi.UpiInvalid.

    The first code goes by the reference that is given, each later one by that and a count: a bank statement that shows
    two payments of one day must tell them apart.
    """
    business = organisations.get(session)
    if not business.upi_vpa or business.currency != upi.CURRENCY:
        raise NoUpi
    reference = _own(session, reference)
    link = upi.pay_link(
        vpa=business.upi_vpa, name=business.name, amount_minor=amount_minor, reference=reference, note=reference
    )
    code = PayCode(
        id=ids.new(),
        retailer_id=retailer_id,
        amount_minor=amount_minor,
        reference=reference,
        link=link,
        created_at=clock.now(),
    )
    session.add(code)
    session.flush()  # the outbox names it in the same transaction
    return code


def _own(session: Session, reference: str) -> str:
    """The reference, or the first one after it that no code has. Locks it until the transaction ends."""
    org = str(db.org_of(session))
    db.execute(session, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"pay_code:{org}:{reference}",))
    shown = db.execute(
        session,
        "SELECT count(*) FROM pay_code"
        " WHERE org_id = %(org)s AND (reference = %(base)s OR starts_with(reference, %(next)s))",
        {"org": org, "base": reference, "next": f"{reference}{NEXT}"},
    ).scalar()
    return f"{reference}{NEXT}{shown + 1}" if shown else reference


def mint(session: Session, code_id: UUID) -> str:
    """A link to the picture that lives 24 hours; an earlier one ends. Raises NotFound."""
    code, token = db.fetch(session, PayCode, code_id), ids.token()
    if code.token_hash:
        db.execute(session, "DELETE FROM tenant_route WHERE kind = 'share' AND key = %s", (code.token_hash,))
    code.token_hash, code.expires_at = crypto.fingerprint(token), clock.now() + LIFE
    session.flush()
    db.execute(
        session,
        "INSERT INTO tenant_route (kind, key, org_id, target_id) VALUES ('share', %s, %s, %s)",
        (code.token_hash, str(db.org_of(session)), str(code_id)),
    )
    return f"{settings.current().public_base_url}/i/{token}/{_filename(code.reference)}"


def find(token: str) -> Picture | None:
    """The picture behind a live link; None alike for unknown and expired ones. Opens its own small transaction."""
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
        code = db.execute(
            session,
            "SELECT link, reference FROM pay_code WHERE org_id = %s AND token_hash = %s AND expires_at > %s",
            (str(route.org_id), digest, clock.now()),
        ).first()
    return Picture(upi.qr_png(code.link), _filename(code.reference)) if code else None


def purge(session: Session) -> int:
    """Forget the routes of links that ended over a week ago. Returns how many."""
    gone: int = db.execute(
        session,
        "DELETE FROM tenant_route r USING pay_code c WHERE r.kind = 'share' AND r.key = c.token_hash"
        " AND r.org_id = c.org_id AND c.org_id = %s AND c.expires_at < %s",
        (str(db.org_of(session)), clock.now() - timedelta(days=7)),
    ).rowcount
    return gone


def _filename(reference: str) -> str:
    return f"UPI-{upi.reference_for(reference) or 'code'}.png"

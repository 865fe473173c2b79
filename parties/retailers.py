"""Retailers: the shops that order. Their credit accounts are opened by whoever adds them (see credit.accounts)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, i18n, ids
from core.errors import Invalid
from parties.tables import Contact, Retailer


@dataclass(frozen=True)
class Details:
    """What is known of a shop. `phone` is E.164, `state_code` the two-digit GST state."""

    code: str
    name: str
    phone: str
    language: str = "en"
    gstin: str | None = None
    state_code: str | None = None
    address: str = ""


def create(session: Session, details: Details) -> Retailer:
    """Add a shop; a contact who wrote before from this phone becomes its contact. Raises Invalid."""
    _check(details)
    retailer = Retailer(org_id=db.org_of(session), id=ids.new(), created_at=clock.now(), **vars(details))
    session.add(retailer)
    session.flush()  # its credit account refers to it
    _adopt_contact(session, retailer)
    return retailer


def change(session: Session, retailer: Retailer, details: Details) -> bool:
    """Bring the row to these details, audited; True when anything was different. Raises Invalid."""
    _check(details)
    before = {name: getattr(retailer, name) for name in vars(details)}
    if before == vars(details):
        return False
    for name, value in vars(details).items():
        setattr(retailer, name, value)
    retailer.version += 1
    session.flush()  # the unique phone is checked now, while the row's number is known
    _adopt_contact(session, retailer)
    audit.record(
        session,
        "retailer.changed",
        subject=public_id(retailer.id),
        retailer_id=retailer.id,
        before={name: value for name, value in before.items() if value != getattr(retailer, name)},
        after={name: value for name, value in vars(details).items() if value != before[name]},
    )
    return True


def get(session: Session, retailer_id: UUID) -> Retailer:
    """The shop with this id. Raises NotFound."""
    return db.fetch(session, Retailer, retailer_id)


def by_code(session: Session, code: str) -> Retailer | None:
    """The shop with this code, if any."""
    return session.scalars(select(Retailer).where(Retailer.code == code)).first()


def find(session: Session, public: str) -> Retailer:
    """The shop with a public id (`ret_...`). Raises NotFound."""
    return get(session, ids.parse("ret", public))


def page(session: Session, *, limit: int, after: str | None = None, search: str = "") -> list[Retailer]:
    """Shops by code, at most `limit`, behind the code `after`; `search` looks into code, name and phone."""
    wanted = select(Retailer).order_by(Retailer.code).limit(limit)
    if after is not None:
        wanted = wanted.where(Retailer.code > after)
    if search:
        pattern = f"%{search.replace('%', '').replace('_', '')}%"
        wanted = wanted.where(
            Retailer.name.ilike(pattern) | Retailer.code.ilike(pattern) | Retailer.phone.ilike(pattern)
        )
    return list(session.scalars(wanted))


def public_id(retailer_id: UUID) -> str:
    """`ret_...`"""
    return ids.public("ret", retailer_id)


def _check(details: Details) -> None:
    if not details.code.strip() or len(details.code) > 32:
        raise Invalid("A retailer needs a code of at most 32 characters.")
    if not details.name.strip() or len(details.name) > 200:
        raise Invalid("A retailer needs a name of at most 200 characters.")
    if details.language not in i18n.LANGUAGES:
        raise Invalid(f"Language {details.language!r} is not spoken: use {', '.join(i18n.LANGUAGES)}.")


def _adopt_contact(session: Session, retailer: Retailer) -> None:
    contact = session.scalars(select(Contact).where(Contact.phone == retailer.phone)).first()
    if contact is not None:
        contact.retailer_id = retailer.id
    else:
        session.add(Contact(retailer_id=retailer.id, phone=retailer.phone, created_at=clock.now()))

"""Retailers: the shops that order. Their credit accounts are opened by whoever adds them (see credit.accounts)."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import countries
from core import audit, clock, db, i18n, ids
from core.errors import DomainError, Invalid
from parties import contacts, organisations
from parties.tables import Contact, Retailer

UNIQUE_VIOLATION = "23505"
_FOUND = "shops that a door has looked up"
_NAMED = "SELECT id, code, name FROM retailer WHERE org_id = %s AND id = ANY(%s::uuid[])"
DIGITS = re.compile(r"[+(]?[0-9][0-9 ().-]{3,}")


@dataclass(frozen=True)
class Details:
    """What is known of a shop. `phone` is E.164, `state_code` the two-digit GST state; a GSTIN names it as well.

    `price_class` and `route` are among those that the selling rules have, or empty: whoever sets them checks it.
    `sez`: a unit in a special economic zone, which is always sold to as to another state.
    """

    code: str
    name: str
    phone: str
    language: str = "en"
    gstin: str | None = None
    state_code: str | None = None
    address: str = ""
    price_class: str = ""
    route: str = ""
    sez: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What a shop is called."""

    id: UUID
    code: str
    name: str


class ShopChanged(DomainError):
    """Somebody changed the shop since it was read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "This shop was changed by somebody else meanwhile. Read it again before you change it."


class RetailerExists(DomainError):
    """Another shop has this code or this phone."""

    code = "RETAILER_EXISTS"
    detail = "There is a shop with this code or phone already."


def create(session: Session, details: Details) -> Retailer:
    """Add a shop; a contact who wrote before from this phone becomes its contact. Raises Invalid, RetailerExists."""
    details = _checked(session, details)
    _refuse_twin(session, details)
    retailer = Retailer(org_id=db.org_of(session), id=ids.new(), created_at=clock.now(), **vars(details))
    with _first_of_its_kind(session):
        session.add(retailer)
        session.flush()  # its credit account refers to it
    _adopt_contact(session, retailer)
    return retailer


def change(session: Session, retailer: Retailer, details: Details) -> bool:
    """Bring the row to these details, audited; True when anything was different. Raises Invalid, RetailerExists.

    A phone that the shop leaves behind loses its access to the shop at once.
    """
    details = _checked(session, details)
    before = {name: getattr(retailer, name) for name in vars(details)}
    if before == vars(details):
        return False
    _refuse_twin(session, details, but=retailer.id)
    with _first_of_its_kind(session):
        for name, value in vars(details).items():
            setattr(retailer, name, value)
        retailer.version += 1
        session.flush()  # the unique phone is checked now, while the row's number is known
    if retailer.phone != before["phone"]:
        contacts.release(session, retailer.id, before["phone"])
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


def place(session: Session, retailer: Retailer, price_class: str, route: str, reason: str, version: int) -> None:
    """Put a shop on a price list and a route, audited unless it is on them; `version` is the one that was seen.

    Raises ShopChanged.
    """
    session.refresh(retailer, with_for_update=True)
    if retailer.version != version:
        raise ShopChanged(version=retailer.version)
    before = {"price_class": retailer.price_class, "route": retailer.route}
    if before == {"price_class": price_class, "route": route}:
        return
    retailer.price_class, retailer.route = price_class, route
    retailer.version += 1
    session.flush()  # prices are read by plain SQL
    audit.record(
        session,
        "retailer.placed",
        subject=public_id(retailer.id),
        retailer_id=retailer.id,
        before=before,
        after={"price_class": price_class, "route": route},
        reason=reason,
    )


def get(session: Session, retailer_id: UUID) -> Retailer:
    """The shop with this id. Raises NotFound."""
    shop = db.fetch(session, Retailer, retailer_id)
    session.info["retailer"] = shop  # what follows asks for it again; the session itself forgets what nobody holds
    return shop


def find(session: Session, public: str) -> Retailer:
    """The shop with a public id (`ret_...`), whose name is known from then on. Raises NotFound."""
    found = get(session, ids.parse("ret", public))
    session.info.setdefault(_FOUND, {})[found.id] = Named(found.id, found.code, found.name)
    return found


def page(session: Session, *, limit: int, after: str | None = None, search: str = "") -> list[Retailer]:
    """Shops by code, at most `limit`, behind the code `after`; `search` looks into code, name and phone."""
    wanted = select(Retailer).where(Retailer.org_id == db.org_of(session)).order_by(Retailer.code).limit(limit)
    if after is not None:
        wanted = wanted.where(Retailer.code > after)
    if search:
        wanted = wanted.where(_names(search))
    return list(session.scalars(wanted))


def named(session: Session, wanted: Collection[UUID]) -> list[Named]:
    """What these shops are called, in one statement; those that a door looked up before are not asked for again."""
    known: dict[UUID, Named] = session.info.get(_FOUND, {})
    found = [known[one] for one in wanted if one in known]
    if strange := [str(one) for one in wanted if one not in known]:
        rows = db.execute(session, _NAMED, (str(db.org_of(session)), strange))
        found += [Named(UUID(str(row.id)), row.code, row.name) for row in rows]
    return found


def public_id(retailer_id: UUID) -> str:
    """`ret_...`"""
    return ids.public("ret", retailer_id)


def _names(search: str) -> ColumnElement[bool]:
    """Part of a code, a name or a phone; a phone as people write it: with spaces, with a 0 in front."""
    parts = [column.icontains(search, autoescape=True) for column in (Retailer.code, Retailer.name, Retailer.phone)]
    if DIGITS.fullmatch(search):
        parts.append(Retailer.phone.contains("".join(filter(str.isdigit, search)).lstrip("0")))
    return or_(*parts)


def _checked(session: Session, details: Details) -> Details:
    """The details as they are kept. Raises Invalid."""
    if not details.code.strip() or len(details.code) > 32:
        raise Invalid("A retailer needs a code of at most 32 characters.")
    if not details.name.strip() or len(details.name) > 200:
        raise Invalid("A retailer needs a name of at most 200 characters.")
    if details.language not in i18n.LANGUAGES:
        raise Invalid(f"Language {details.language!r} is not spoken: use {', '.join(i18n.LANGUAGES)}.")
    country, gstin = countries.get(organisations.get(session).country), details.gstin or None
    state_code = country.region_of(details.state_code, gstin)
    country.check_region(state_code, gstin)
    return replace(details, gstin=gstin, state_code=state_code)


def _refuse_twin(session: Session, details: Details, but: UUID | None = None) -> None:
    same = (Retailer.code == details.code) | (Retailer.phone == details.phone)
    twin = session.scalars(
        select(Retailer).where(Retailer.org_id == db.org_of(session), same, Retailer.id != but).limit(1)
    ).first()
    if twin is None:
        return
    what = f"code {details.code}" if twin.code == details.code else f"phone {details.phone}"
    raise RetailerExists(f"There is a shop with the {what} already: {twin.name}.", retailer_id=public_id(twin.id))


@contextmanager
def _first_of_its_kind(session: Session) -> Iterator[None]:
    """Two who add the same shop at once both see no twin: the database refuses the second. Raises RetailerExists."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if getattr(error.orig, "pgcode", None) != UNIQUE_VIOLATION:
            raise
        raise RetailerExists from error


def _adopt_contact(session: Session, retailer: Retailer) -> None:
    contact = session.scalars(
        select(Contact).where(Contact.org_id == retailer.org_id, Contact.phone == retailer.phone)
    ).first()
    if contact is not None:
        contact.retailer_id = retailer.id
    else:
        session.add(Contact(retailer_id=retailer.id, phone=retailer.phone, created_at=clock.now()))

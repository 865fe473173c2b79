"""Organisations: the wholesalers that one deployment serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
from core import audit, clock, db, ids
from core.errors import Invalid
from parties.tables import Organisation, TenantRoute


@dataclass(frozen=True)
class NewOrganisation:
    """What is known of a wholesaler when it joins. `state_code` is the state or province."""

    name: str
    country: str
    state_code: str
    gstin: str | None = None
    timezone: str | None = None
    upi_vpa: str | None = None
    phone: str = ""
    address: str = ""


def create(session: Session, new: NewOrganisation, settings: Mapping[str, Any]) -> Organisation:
    """Add the organisation that this session was opened for, with every setting (see policy) as it is kept.

    Raises Invalid (country, state, empty name).
    """
    country = countries.get(new.country)
    if not new.name.strip():
        raise Invalid("An organisation needs a name.")
    country.check_region(new.state_code, new.gstin)
    organisation = Organisation(
        org_id=db.org_of(session),
        name=new.name.strip(),
        country=country.code,
        state_code=new.state_code,
        gstin=new.gstin,
        timezone=new.timezone or country.timezone,
        currency=country.currency,
        upi_vpa=new.upi_vpa,
        phone=new.phone,
        address=new.address,
        settings=dict(settings),
        created_at=clock.now(),
    )
    session.add(organisation)
    session.flush()  # the audit chain's head is in this row
    audit.record(session, "organisation.created", subject=public_id(organisation.org_id), after={"name": new.name})
    return organisation


def get(session: Session) -> Organisation:
    """The organisation this session works for; read once a session, however many ask."""
    organisation = session.get_one(Organisation, db.org_of(session))
    session.info["organisation"] = organisation  # the session itself would forget it as soon as nobody holds it
    return organisation


def ids_of_all(session: Session) -> list[UUID]:
    """Every organisation that has a WhatsApp number."""
    found = session.scalars(select(TenantRoute.org_id).where(TenantRoute.kind == "channel").distinct())
    return sorted(found, key=str)


def with_a_number(session: Session) -> list[Organisation]:
    """The same as rows, where jobs look for work. Only the doctor's role sees them all."""
    numbers = select(TenantRoute.org_id).where(TenantRoute.kind == "channel")
    return list(
        session.scalars(select(Organisation).where(Organisation.org_id.in_(numbers)).order_by(Organisation.org_id))
    )


def public_id(org_id: UUID) -> str:
    """`org_...`"""
    return ids.public("org", org_id)


def parse_id(text: str) -> UUID:
    """The id behind `org_...`; raises NotFound."""
    return ids.parse("org", text)

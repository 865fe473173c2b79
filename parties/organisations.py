"""Organisations: the wholesalers that one deployment serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid
from parties import states
from parties.tables import Organisation, TenantRoute

COUNTRIES = {"IN": ("INR", "Asia/Kolkata"), "PK": ("PKR", "Asia/Karachi")}

DEFAULTS: dict[str, Any] = {
    "reminders_at": "10:00",
    "quiet_before": "09:00",
    "quiet_after": "19:00",
    "closed_weekdays": [],  # 0 = Monday; reminders move to the next opening
    "holidays": [],  # ISO dates
    "invoice_prefix": None,  # None: the initials of the name
    "email": "",  # printed on documents
    "bank_account": {},  # printed on documents: holder, bank, account, ifsc or iban, raast
    "ntn": "",  # Pakistan: printed on documents beside the STRN
    "further_tax_bps": None,  # Pakistan: on sales to unregistered buyers; None: the rate in force
    "invoice_terms": [],  # printed on documents, up to eight sentences
    "logo": None,  # SHA-256 of the picture printed on documents
    "hsn_digits": 4,  # of HSN codes on invoices to registered buyers; 6 above a turnover of 5 crore, to all
    "eway_limit_minor": None,  # value from which on goods need an e-way bill; None: the country's law
    "gst_scheme": "regular",  # or composition: no tax is charged, bills of supply only
    "smallest_reminder_minor": 0,
    "apply_advances": False,  # whether money on account goes to the next bill by itself
    "cash_discount": {"percent_bps": 0, "within_days": 7},  # of a bill that is paid so soon; 0 = none is given
    "late_fees": {"rate_bps": 0, "grace_days": 0},  # interest a year on what is overdue; 0 = off
    "cash_limit_minor": None,  # cash of one shop a day from which on staff is warned; None: the country's law
    "cheque_counts_on": "clearing",  # when a cheque lowers what is owed: receipt, deposit or clearing
    "exposure": "confirmed",  # from when on an order uses up the limit: confirmed, dispatched or invoiced
    "insights_at": "03:00",  # every shop's figures are counted
    "guardrails_at": "04:00",  # the rules are looked at; nobody is stopped or written to at night
    "auto_pause_at": "11:00",  # the rules pause, block and restore
    "ladder": {  # from which value on a rule of credit/ladder.py fires; a rule that is not named is off
        "watch": {"overdue_days": 7, "limit_used_percent": 90, "broken_promises": 1, "bounced_cheques": 1},
        "pause": {"overdue_days": 45, "broken_promises": 3, "bounced_cheques": 2},
        "block": {"overdue_days": 180, "bounced_cheques": 4},
    },
    "override_max_minor": 50_000_000,  # more than this no override lets through
    "override_second_minor": 10_000_000,  # above this a second person approves
    "override_hours": 24,
    "retry_failed_hours": 24,  # how long a failed order is tried again by itself; 0 = never
    "hold_days": 7,  # how long an order is held for want of credit
    "default_terms": {},  # of a new shop, by the names of credit.accounts.Terms; nothing is granted unless said here
}


# How `cheque_counts_on` is kept once cheques may have counted earlier than that: what the bank has not paid of those
# still uses up limits, while the plain word promises that there are none and spares looking for them.
CLEARING, CLEARING_AGAIN = "clearing", "clearing_again"


class SettingsChanged(DomainError):
    """Somebody else changed the settings since they were read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "The settings were changed by somebody else meanwhile. Read them again before you change them."


@dataclass(frozen=True)
class NewOrganisation:
    """What is known of a wholesaler when it joins. `state_code` is the GST state for India."""

    name: str
    country: str
    state_code: str
    gstin: str | None = None
    timezone: str | None = None
    upi_vpa: str | None = None
    phone: str = ""
    address: str = ""


def create(session: Session, new: NewOrganisation) -> Organisation:
    """Add the organisation that this session was opened for. Raises Invalid (country, state, empty name)."""
    if new.country not in COUNTRIES:
        raise Invalid(f"Country {new.country!r} is not served: use {' or '.join(COUNTRIES)}.")
    if not new.name.strip():
        raise Invalid("An organisation needs a name.")
    states.check(new.country, new.state_code, new.gstin)
    currency, timezone = COUNTRIES[new.country]
    organisation = Organisation(
        org_id=db.org_of(session),
        name=new.name.strip(),
        country=new.country,
        state_code=new.state_code,
        gstin=new.gstin,
        timezone=new.timezone or timezone,
        currency=currency,
        upi_vpa=new.upi_vpa,
        phone=new.phone,
        address=new.address,
        settings={},
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


def setting(organisation: Organisation, name: str) -> Any:
    """A setting of the organisation, or its default. Raises KeyError for one that does not exist."""
    return organisation.settings.get(name, DEFAULTS[name])


def cheques_count_on(organisation: Organisation) -> str:
    """When a cheque that comes in now lowers what is owed: receipt, deposit or clearing."""
    kept: str = setting(organisation, "cheque_counts_on")
    return CLEARING if kept == CLEARING_AGAIN else kept


def change_setting(session: Session, name: str, value: Any, reason: str) -> None:
    """Change one setting, audited. Locks the organisation's row."""
    change_settings(session, {name: value}, reason)


def change_settings(
    session: Session, values: Mapping[str, Any], reason: str, version: int | None = None
) -> Organisation:
    """Change settings, audited; `version` is the one that was seen. Locks the organisation's row.

    The values were checked by whoever knows what they mean. Raises SettingsChanged, KeyError for an unknown name.
    """
    lock = {"key_share": True}  # rows that refer to the organisation may still be added meanwhile
    organisation = session.get_one(Organisation, db.org_of(session), with_for_update=lock, populate_existing=True)
    if version is not None and version != organisation.settings_version:
        raise SettingsChanged(version=organisation.settings_version)
    before = {name: setting(organisation, name) for name in values}
    if values.get("cheque_counts_on") == CLEARING != before["cheque_counts_on"]:
        values = {**values, "cheque_counts_on": CLEARING_AGAIN}
    organisation.settings = {**organisation.settings, **values}
    organisation.settings_version += 1
    session.flush()
    audit.record(
        session,
        "organisation.setting_changed",
        subject=public_id(organisation.org_id),
        before=before,
        after=dict(values),
        reason=reason,
    )
    return organisation


def public_id(org_id: UUID) -> str:
    """`org_...`"""
    return ids.public("org", org_id)


def parse_id(text: str) -> UUID:
    """The id behind `org_...`; raises NotFound."""
    return ids.parse("org", text)

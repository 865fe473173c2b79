"""Every setting of an organisation together, whichever package it belongs to: as one document with one version.

Packages read their own section. Here is what needs all of them: a new organisation's, and the door that shows and
changes them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.options import Kind
from credit.settings import CreditSettings
from invoicing.settings import InvoicingSettings
from orders.settings import OrderSettings
from parties import settings
from parties.settings import Hours, Settings
from parties.tables import Organisation

SECTIONS: tuple[type[Settings], ...] = (Hours, InvoicingSettings, CreditSettings, OrderSettings)


def of_a_new_organisation() -> dict[str, Any]:
    """Every setting with its default, as it is kept."""
    return {name: value for section in SECTIONS for name, value in section().kept().items()}


def kinds() -> dict[str, Kind]:
    """What every setting may hold that people see and change, by name."""
    return {name: kind for section in SECTIONS for name, kind in section.kinds(ours=False).items()}


def shown(organisation: Organisation) -> dict[str, Any]:
    """Every setting that people see, as it holds now."""
    known = {name: value for section in SECTIONS for name, value in section.of(organisation).kept().items()}
    return {name: known[name] for name in kinds()}


def change(session: Session, given: Mapping[str, Any], reason: str, version: int | None = None) -> Organisation:
    """Change some settings, whosever they are; audited. Locks the organisation's row.

    Raises parties.settings.SettingsChanged, Invalid.
    """
    unknown = [name for name in given if name not in kinds()]
    if unknown:
        raise Invalid(f"There is no setting {unknown[0]}.", field=unknown[0])
    asked = {section: {name: given[name] for name in section.kinds() if name in given} for section in SECTIONS}
    return settings.change(session, {section: values for section, values in asked.items() if values}, reason, version)

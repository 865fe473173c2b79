"""How an organisation has decided to work: sections of typed settings, kept whole in its row with one version.

Each package declares its own section beside the code that reads it; what several packages read stands here. A section
is read once, however many ask, and a change of it is seen at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Self

from sqlalchemy.orm import Session

from core import audit, db
from core.errors import DomainError, Invalid
from core.events import happened
from core.options import ClockTime, Day, Section, Several, Whole, option
from parties import events, organisations
from parties.tables import Organisation

MAX_HOLIDAYS = 400
_READ = "sections"  # in the organisation's object, beside its columns


class SettingsChanged(DomainError):
    """Somebody else changed the settings since they were read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "The settings were changed by somebody else meanwhile. Read them again before you change them."


@dataclass(frozen=True, kw_only=True)
class Settings(Section):
    """A section of an organisation's settings."""

    @classmethod
    def of(cls, organisation: Organisation) -> Self:
        """As this organisation has decided."""
        read: dict[type[Settings], tuple[Mapping[str, Any], Settings]] = vars(organisation).setdefault(_READ, {})
        kept, found = read.get(cls, (None, None))
        if kept is not organisation.settings or not isinstance(found, cls):
            found = cls.read(organisation.settings or {})
            read[cls] = (organisation.settings, found)
        return found

    @classmethod
    def current(cls, session: Session) -> Self:
        """As the organisation has decided that this session works for."""
        return cls.of(organisations.get(session))


@dataclass(frozen=True, kw_only=True)
class Hours(Settings):
    """The day in which we write, the days on which we are closed, and when the daily work is due: local times."""

    reminders_at: time = option(time(10), ClockTime())
    quiet_before: time = option(time(9), ClockTime())
    quiet_after: time = option(time(19), ClockTime())
    closed_weekdays: tuple[int, ...] = option((), Several(of=Whole(most=6), most=6, is_set=True))  # 0 = Monday
    holidays: tuple[date, ...] = option((), Several(of=Day(), most=MAX_HOLIDAYS, is_set=True))
    insights_at: time = option(time(3), ClockTime())  # every shop's figures are counted
    guardrails_at: time = option(time(4), ClockTime())  # the rules are looked at; nobody is stopped or written to
    auto_pause_at: time = option(time(11), ClockTime())  # the rules pause, block and restore

    def check(self) -> None:
        if self.quiet_before >= self.quiet_after:
            raise Invalid("The day in which we write begins before it ends.", field="quiet_before")
        for name in ("reminders_at", "auto_pause_at"):
            if getattr(self, name) >= self.quiet_after:
                raise Invalid(f"{name} lies in the quiet hours: it would never run.", field=name)

    def are_open(self, on: date) -> bool:
        """Whether this is a day on which we work."""
        return on.weekday() not in self.closed_weekdays and on not in self.holidays

    def may_write(self, at: time) -> bool:
        """Whether this time of day lies outside the quiet hours."""
        return self.quiet_before <= at < self.quiet_after


def change(
    session: Session, given: Mapping[type[Settings], Mapping[str, Any]], reason: str, version: int | None = None
) -> Organisation:
    """Change values of some sections, audited; `version` is the one that was seen. Locks the organisation's row.

    What is as it was is no change: nothing is written of it. Raises SettingsChanged, and Invalid for what a section
    refuses.
    """
    lock = {"key_share": True}  # rows that refer to the organisation may still be added meanwhile
    organisation = session.get_one(Organisation, db.org_of(session), with_for_update=lock, populate_existing=True)
    if version is not None and version != organisation.settings_version:
        raise SettingsChanged(version=organisation.settings_version)
    before, after, kept = dict[str, Any](), dict[str, Any](), dict[str, Any]()
    for section, values in given.items():
        old = section.of(organisation)
        new = old.with_given(values).after(old)
        was, becomes = old.kept(), new.kept()
        changed = [name for name in values if becomes[name] != was[name]]
        before |= {name: was[name] for name in changed}
        after |= {name: becomes[name] for name in changed}
        kept |= becomes
    if not after:
        return organisation
    organisation.settings = {**organisation.settings, **kept}
    organisation.settings_version += 1
    session.flush()
    audit.record(
        session,
        "organisation.setting_changed",
        subject=organisations.public_id(organisation.org_id),
        before=before,
        after=after,
        reason=reason,
    )
    happened(session, events.SettingsChanged(frozenset(after)))
    return organisation

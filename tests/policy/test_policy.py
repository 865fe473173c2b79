"""Settings: typed, whole as they are kept, refused when they make no sense, and seen as soon as they change."""

from collections.abc import Callable
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import policy
from core import db
from core.errors import Invalid
from credit.settings import CLEARING, CreditSettings
from invoicing.settings import InvoicingSettings
from orders.settings import OrderSettings
from parties import organisations
from parties.settings import Hours, SettingsChanged


def kept(session: Session) -> dict[str, Any]:
    found = db.execute(session, "SELECT settings FROM organisation WHERE org_id = %s", (str(db.org_of(session)),))
    return dict(found.scalar_one())


def test_no_name_stands_in_two_sections() -> None:
    names = [name for section in policy.SECTIONS for name in section.kinds()]
    assert sorted(names) == sorted(set(names))


def test_a_new_organisation_keeps_every_setting_and_a_change_keeps_the_rest(session: Session) -> None:
    assert kept(session) == policy.of_a_new_organisation()
    policy.change(session, {"exposure": "invoiced", "hold_days": 3}, "as agreed")
    assert kept(session) == {**policy.of_a_new_organisation(), "exposure": "invoiced", "hold_days": 3}


@pytest.mark.parametrize("name", ["exposure", "cheques_counted_early", "gst_scheme", "further_tax_bps"])
def test_an_organisation_without_a_setting_that_sql_reads_cannot_be(session: Session, name: str) -> None:
    forget = "UPDATE organisation SET settings = settings - %s WHERE org_id = %s"
    with pytest.raises(IntegrityError, match="settings_whole"):
        db.execute(session, forget, (name, str(db.org_of(session))))


@pytest.mark.parametrize("section", policy.SECTIONS)
def test_a_section_is_read_as_it_was_kept(section: type[Any]) -> None:
    assert section.read(section().kept()) == section()
    assert section.read({}) == section()


def test_what_was_kept_comes_back_with_its_types(session: Session) -> None:
    days = {"holidays": ["2026-11-08", "2026-10-02"], "closed_weekdays": [6, 0]}
    policy.change(session, {**days, "quiet_before": "08:30", "invoice_terms": ["Net 15", "E. & O. E."]}, "our custom")
    hours = Hours.current(session)
    assert hours.holidays == (date(2026, 10, 2), date(2026, 11, 8))
    assert (hours.closed_weekdays, hours.quiet_before) == ((0, 6), time(8, 30))
    assert InvoicingSettings.current(session).invoice_terms == ("Net 15", "E. & O. E.")


def test_a_section_is_read_once_and_a_change_is_seen_in_the_same_unit(session: Session) -> None:
    first = CreditSettings.current(session)
    assert CreditSettings.current(session) is first
    with pytest.raises(Invalid), session.begin_nested():
        policy.change(session, {"exposure": "invoiced"}, "a mistake")
        assert CreditSettings.current(session).exposure == "invoiced"
        raise Invalid
    assert CreditSettings.current(session).exposure == "confirmed"
    policy.change(session, {"exposure": "dispatched"}, "as agreed")
    assert CreditSettings.current(session).exposure == "dispatched"


def test_another_unit_sees_the_change_once_it_is_committed(org: UUID) -> None:
    with db.transaction(org) as session:
        policy.change(session, {"hold_days": 2}, "as agreed")
    with db.transaction(org) as session:
        assert OrderSettings.current(session).hold_days == 2


WRONG: list[dict[str, Any]] = [
    {"mood": 3},
    {"cheques_counted_early": False},
    {"exposure": "never"},
    {"exposure": None},
    {"hold_days": 0},
    {"hold_days": True},
    {"hold_days": "7"},
    {"hold_days": 7.0},
    {"apply_advances": 1},
    {"quiet_before": "9:00"},
    {"quiet_before": "20:00"},
    {"reminders_at": "19:00"},
    {"auto_pause_at": "23:59"},
    {"reminders_at": "09:30", "quiet_after": "09:15"},
    {"closed_weekdays": [7]},
    {"closed_weekdays": [1, 1]},
    {"closed_weekdays": "0"},
    {"holidays": ["2026-02-30"]},
    {"holidays": ["2026-02-28", "2026-02-28"]},
    {"holidays": [20260228]},
    {"cash_discount": {"percent_bps": 100}},
    {"cash_discount": {"percent_bps": 100, "within_days": 7, "more": 1}},
    {"cash_discount": 5},
    {"late_fees": None},
    {"default_terms": {"limit_minor": -1}},
    {"default_terms": {"temporary_limit_minor": 5}},
    {"bank_account": {"holder": "Ganesh", "bank": "SBI", "account": "1"}},
    {"bank_account": {"holder": "Ganesh", "bank": "SBI", "account": "1", "iban": "PK00SCBL0000001123456702"}},
    {"ladder": {"pause": {"mood": 1}}},
    {"ladder": {"watch": {"overdue_days": 9}, "pause": {"overdue_days": 8}}},
    {"invoice_prefix": "0AB"},
    {"invoice_prefix": "ABCDEF"},
    {"invoice_terms": ["x" * 201]},
    {"invoice_terms": ["fine", " "]},
    {"fssai": "1152199900012"},
    {"fssai": "31521999000123"},
    {"licences": [{"name": "Drug licence"}]},
    {"licences": [{"name": " ", "number": "1"}]},
    {"hsn_digits": 5},
    {"hsn_digits": "4"},
    {"email": "nobody"},
    {"logo": "../../etc/passwd"},
    {"further_tax_bps": 10_001},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_makes_no_sense_is_refused_and_nothing_changes(session: Session, wrong: dict[str, Any]) -> None:
    before, version = kept(session), organisations.get(session).settings_version
    with pytest.raises(Invalid):
        policy.change(session, wrong, "a try")
    assert (kept(session), organisations.get(session).settings_version) == (before, version)


def test_who_has_not_seen_the_latest_change_is_told(session: Session) -> None:
    seen = organisations.get(session).settings_version
    policy.change(session, {"hold_days": 3}, "as agreed", seen)
    with pytest.raises(SettingsChanged):
        policy.change(session, {"hold_days": 4}, "as agreed", seen)


def test_that_cheques_counted_before_the_bank_paid_is_never_forgotten(session: Session) -> None:
    assert not CreditSettings.current(session).cheques_counted_early
    for counts_on in ("receipt", CLEARING, CLEARING):
        policy.change(session, {"cheque_counts_on": counts_on}, "as agreed")
        assert CreditSettings.current(session).cheques_counted_early
    policy.change(session, {"hold_days": 3, "smallest_reminder_minor": 5}, "as agreed")
    assert CreditSettings.current(session).cheques_counted_early


def test_two_organisations_decide_for_themselves(new_org: Callable[..., UUID]) -> None:
    first, second = new_org(), new_org()
    with db.transaction(first) as session:
        policy.change(session, {"exposure": "invoiced"}, "as agreed")
    with db.transaction(second) as session:
        assert CreditSettings.current(session).exposure == "confirmed"

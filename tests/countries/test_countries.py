"""Every country that is served has facts that can be used."""

from datetime import date
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from babel.numbers import list_currencies

import countries
from core.errors import Invalid
from countries.country import Country
from credit.tables import ACCOUNTS
from invoicing.tables import Invoice, InvoiceLine
from invoicing.writing import HEADS
from parties import phones

KNOWN = sorted(countries.KNOWN.values(), key=lambda country: country.code)


@pytest.mark.parametrize("country", KNOWN, ids=lambda country: country.code)
def test_its_facts_can_be_used(country: Country) -> None:
    assert ZoneInfo(country.timezone)
    assert country.currency in list_currencies()
    assert country.phone_region in phonenumbers.SUPPORTED_REGIONS
    assert country.regions.names
    assert country.tax.head_names
    assert set(country.regions.old.values()) <= set(country.regions.names)


@pytest.mark.parametrize("country", KNOWN, ids=lambda country: country.code)
def test_every_tax_that_it_has_can_be_booked(country: Country) -> None:
    for head in country.tax.head_names:
        assert head in HEADS
        assert f"output_{head}" in ACCOUNTS
        assert hasattr(Invoice, f"{head}_minor")
        assert hasattr(InvoiceLine, f"{head}_minor")


def test_no_two_share_a_code_or_a_currency() -> None:
    assert len({country.currency for country in KNOWN}) == len(KNOWN)
    assert all(countries.by_currency(country.currency) is country for country in KNOWN)
    assert countries.by_currency("XXX") is None


def test_what_names_no_country_is_of_the_first() -> None:
    assert countries.get() is countries.get(countries.FIRST) is countries.of({}) is countries.of({"country": ""})
    with pytest.raises(countries.CountryUnknown):
        countries.get("XX")


def test_a_state_is_checked_where_it_decides_tax() -> None:
    india, pakistan = countries.get("IN"), countries.get("PK")
    india.check_region("27", "27AAPFU0939F1ZV")
    india.check_region("25", None)  # merged since, and still on old papers
    for code, tax_id in (("40", None), ("24", "27AAPFU0939F1ZV"), ("Maharashtra", None)):
        with pytest.raises(Invalid):
            india.check_region(code, tax_id)
    pakistan.check_region("anything", "03-06-2600-123-45")


def test_a_state_is_known_by_its_code_its_name_and_the_tax_id() -> None:
    india, pakistan = countries.get("IN"), countries.get("PK")
    assert [india.regions.parse(text) for text in ("Punjab", "punjab ", "3", "03")] == ["03"] * 4
    assert pakistan.regions.parse("Punjab") == "PB"
    assert india.region_of(None, "27AAPFU0939F1ZV") == "27"
    assert india.region_of("24", "27AAPFU0939F1ZV") == "24"
    assert pakistan.region_of(None, "03-06-2600-123-45") is None
    with pytest.raises(Invalid):
        india.regions.parse("Atlantis")


def test_corrections_end_in_the_november_after_the_financial_year() -> None:
    assert countries.get("IN").last_correction_on(date(2026, 3, 31)) == date(2026, 11, 30)
    assert countries.get("IN").last_correction_on(date(2026, 4, 1)) == date(2027, 11, 30)
    assert countries.get("PK").last_correction_on(date(2026, 6, 30)) == date(2026, 11, 30)


def test_a_phone_is_read_as_its_country_writes_it() -> None:
    assert phones.e164("098100 00001", "IN") == "+919810000001"
    assert phones.e164("0300 1234567", "PK") == "+923001234567"

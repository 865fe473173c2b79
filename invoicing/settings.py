"""What an organisation has decided about its papers: numbers, what is printed, which tax is charged."""

import re
from dataclasses import dataclass
from datetime import date

import countries
from core.errors import Invalid
from core.options import Day, OneOf, Part, Section, Several, Whole, Written, needed, option
from countries.country import Country
from invoicing import identifiers, numbers
from parties.settings import Settings
from parties.tables import Organisation
from tax.rules import MAX_RATE_BPS

REGULAR, COMPOSITION = SCHEMES = ("regular", "composition")  # of composition: no tax is charged, bills of supply only
UNREGISTERED = "unregistered"  # what follows from a missing number, and is no setting

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
FSSAI = re.compile(r"[12]\d{13}")  # of a licence or a registration
HASH = re.compile(r"[0-9a-f]{64}")


def _prefix(text: str) -> str | None:
    return None if numbers.is_prefix(text) else "It is capital letters and digits and begins with no 0."


def _email(text: str) -> str | None:
    return None if not text or EMAIL.fullmatch(text) else "It is no email address."


def _iban(text: str) -> str | None:
    return None if not text or identifiers.is_iban(text) else "Not an IBAN: its check digits do not fit."


def _ntn(text: str) -> str | None:
    fits = not text or any(country.registration.is_second(text) for country in countries.KNOWN.values())
    return None if fits else "An NTN has seven digits, and a check digit behind a dash."


def _strn(text: str) -> str | None:
    known = (country.registration for country in countries.KNOWN.values() if country.registration.second)
    fits = not text or any(registration.collects(text) for registration in known)
    return None if fits else "An STRN has thirteen digits, with or without dashes."


def _fssai(text: str) -> str | None:
    return None if not text or FSSAI.fullmatch(text) else "An FSSAI number has 14 digits and begins with 1 or 2."


def _hash(text: str) -> str | None:
    return None if HASH.fullmatch(text) else "It is a SHA-256 in hex."


@dataclass(frozen=True, kw_only=True)
class BankAccount(Section):
    """Printed on documents."""

    holder: str = needed(Written(longest=100, needed=True))
    bank: str = needed(Written(longest=100, needed=True))
    account: str = needed(Written(longest=40, needed=True))
    ifsc: str = option("", Written(longest=20))
    iban: str = option("", Written(longest=42, check=_iban))
    raast: str = option("", Written(longest=40))

    def check(self) -> None:
        if not self.ifsc.strip() and not self.iban:
            raise Invalid("Give the bank's IFSC, or the account's IBAN.", field="ifsc")


@dataclass(frozen=True, kw_only=True)
class Licence(Section):
    """A licence or registration that documents must name, such as a drug licence."""

    name: str = needed(Written(longest=40, needed=True))
    number: str = needed(Written(longest=40, needed=True))


@dataclass(frozen=True, kw_only=True)
class LetterOfUndertaking(Section):
    """India: under it, while it holds, goods go to special economic zones without tax. `arn` is its number."""

    arn: str = needed(Written(longest=20, needed=True))
    from_on: date = needed(Day())
    until_on: date = needed(Day())

    def check(self) -> None:
        if self.from_on > self.until_on:
            raise Invalid("A letter of undertaking begins before it ends.", field="until_on")


@dataclass(frozen=True, kw_only=True)
class InvoicingSettings(Settings):
    """What is printed on papers, and by which rules of tax."""

    invoice_prefix: str | None = option(None, Written(longest=numbers.MAX_PREFIX, check=_prefix, optional=True))
    email: str = option("", Written(longest=254, check=_email))
    bank_account: BankAccount | None = option(None, Part(of=BankAccount, optional=True))
    fssai: str = option("", Written(longest=14, check=_fssai))  # India: on every bill of who sells food
    licences: tuple[Licence, ...] = option((), Several(of=Part(of=Licence), most=4))
    strn: str = option("", Written(longest=17, check=_strn))  # Pakistan: without it no sales tax is asked for
    ntn: str = option("", Written(longest=9, check=_ntn))  # Pakistan: beside the STRN
    further_tax_bps: int | None = option(None, Whole(most=MAX_RATE_BPS, optional=True))  # None: the rate in force
    invoice_terms: tuple[str, ...] = option((), Several(of=Written(longest=200, needed=True), most=8))
    logo: str | None = option(None, Written(longest=64, check=_hash, optional=True))  # SHA-256 of the picture
    hsn_digits: int = option(4, OneOf(values=(4, 6, 8)))  # 6 above a turnover of 5 crore, to all
    eway_limit_minor: int | None = option(None, Whole(optional=True))  # None: the country's law
    lut: LetterOfUndertaking | None = option(None, Part(of=LetterOfUndertaking, optional=True))
    gst_scheme: str = option(REGULAR, OneOf(values=SCHEMES))

    def is_under_lut(self, on: date) -> bool:
        """Whether a letter of undertaking holds on this day."""
        return self.lut is not None and self.lut.from_on <= on <= self.lut.until_on

    @property
    def is_composition(self) -> bool:
        """Whether the seller charges no tax."""
        return self.gst_scheme == COMPOSITION


def number_of(country: Country, given: str | None, strn: str | None) -> str | None:
    """The number under which a seller is registered: what it joined with, or the STRN of its settings.

    An STRN counts where sellers have two numbers, and may come later than the other.
    """
    return country.registration.parse(strn) if strn and country.registration.second else given


def tax_number(seller: Organisation) -> str | None:
    """The number under which this seller is registered, as its papers bear it."""
    return number_of(countries.get(seller.country), seller.gstin, InvoicingSettings.of(seller).strn)


def second_number(seller: Organisation) -> str:
    """The number that it joined with, where that is the country's second one; nothing else."""
    joined = seller.gstin or ""
    return (
        joined if joined != tax_number(seller) and countries.get(seller.country).registration.is_second(joined) else ""
    )


def may_collect(country: Country, given: str | None, strn: str | None) -> bool:
    """Whether a seller with these numbers may collect tax at all."""
    return country.registration.may_collect(number_of(country, given, strn))


def is_registered(seller: Organisation) -> bool:
    """The same of an organisation."""
    return may_collect(countries.get(seller.country), seller.gstin, InvoicingSettings.of(seller).strn)


def scheme_of(seller: Organisation) -> str:
    """By which rules this seller's documents bear tax, as they copy it."""
    return InvoicingSettings.of(seller).gst_scheme if is_registered(seller) else UNREGISTERED

"""Who sold to whom, as printed: copied into each document when it is made, and never looked up again."""

from collections.abc import Mapping
from typing import Any

from invoicing.settings import InvoicingSettings, scheme_of, second_number, tax_number
from invoicing.upi import CURRENCY, MAX_AMOUNT_MINOR, pay_link
from parties.tables import Organisation, Retailer

BANK_ROWS = (
    ("holder", "Name"),
    ("bank", "Bank"),
    ("account", "A/c"),
    ("ifsc", "IFSC"),
    ("iban", "IBAN"),
    ("raast", "Raast ID"),
)


def seller(organisation: Organisation) -> dict[str, Any]:
    """The wholesaler, with what its papers say about paying."""
    ours = InvoicingSettings.of(organisation)
    return {
        "name": organisation.name,
        "address": organisation.address,
        "phone": organisation.phone,
        "gstin": tax_number(organisation),
        "state_code": organisation.state_code,
        "country": organisation.country,
        "upi_vpa": organisation.upi_vpa,
        "ntn": ours.ntn or second_number(organisation),
        "email": ours.email,
        "scheme": scheme_of(organisation),
        "bank": ours.bank_account.kept() if ours.bank_account else {},
        "licences": licences(ours),
        "terms": list(ours.invoice_terms),
        "logo": ours.logo,
    }


def shop(retailer: Retailer) -> dict[str, Any]:
    """A shop on a paper that is no invoice."""
    return {
        "name": retailer.name,
        "address": retailer.address,
        "phone": retailer.phone,
        "gstin": retailer.gstin,
        "state_code": retailer.state_code,
        "code": retailer.code,
        "language": retailer.language,
    }


def licences(ours: InvoicingSettings) -> list[list[str]]:
    """The numbers that papers of this trade must name, label and number."""
    food = [["FSSAI", ours.fssai]] if ours.fssai else []
    return [*food, *([licence.name, licence.number] for licence in ours.licences)]


def bank_rows(known: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The seller's bank account as label and value, as far as it is known."""
    account = known.get("bank") or {}
    return tuple((label, account[key]) for key, label in BANK_ROWS if account.get(key))


def upi_link(known: Mapping[str, Any], currency: str, amount_minor: int, number: str, note: str) -> str:
    """The seller's `upi://pay` link for an amount; empty without an address, or when UPI does not carry so much."""
    vpa = known.get("upi_vpa")
    if not vpa or currency != CURRENCY or not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        return ""
    return pay_link(vpa=vpa, name=known["name"], amount_minor=amount_minor, reference=number, note=note)

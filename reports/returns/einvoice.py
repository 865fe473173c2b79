"""E-invoices: a document as the registration portal (IRP) takes it, JSON of schema 1.1. Pure, no database.

Only what is sold to registered buyers with tax is registered: tax invoices and the notes that correct them, not bills
of supply and nothing whose lines are all exempt, nil rated or outside GST. Such a line on a document that has others is
no taxable value, which the portal would carry into GSTR-1 as sold at 0 %: it stands as a charge beside it. Prices stand
without tax; where a price included it, the line's own taxable value is what its quantity comes to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import countries
from core.errors import DomainError
from invoicing.irn import TYPES, Registered
from reports.documents import ISSUED, TAXABLE, IssuedDocument, IssuedLine
from reports.plain_json import rupees, trimmed
from reports.returns.hsn_summary import SERVICES
from reports.unit_codes import unit_code
from tax.rounding import BPS, THOUSANDTHS, divided

VERSION = "1.1"
NOT_ELIGIBLE = "is not registered: only issued documents with tax to registered buyers are."
MAX_TEXT, MAX_DESCRIPTION = 100, 300
TOLERANCE_MINOR = 1_00  # by which quantity times price may differ at the portal
THREE_PLACES = Decimal("0.001")
_PIN = re.compile(r"(?<![0-9])[1-9][0-9]{2}[ ]?[0-9]{3}(?![0-9])")
_PHONE = re.compile(r"[0-9]{6,12}")
_NUMBER = re.compile(r"[A-Za-z1-9][A-Za-z0-9/-]{0,15}")
_HSN = re.compile(r"[0-9]{4}|[0-9]{6}|[0-9]{8}")

Row = dict[str, Any]


class NotEligible(DomainError):
    """The document is not one that is registered."""

    code = "EINVOICE_NOT_ELIGIBLE"


class Incomplete(DomainError):
    """The portal would refuse the document."""

    code = "EINVOICE_INCOMPLETE"


@dataclass(frozen=True, slots=True)
class Address:
    """An address in the portal's parts. `pin` None when it holds no postal code."""

    first: str
    second: str
    place: str
    pin: int | None


def is_eligible(document: IssuedDocument) -> bool:
    """Whether the document is registered when the seller's turnover asks for it."""
    country = countries.of(document.seller)
    is_filed = "einvoice" in country.returns and document.currency == country.currency
    is_taxed = document.original is None or document.original.kind in TYPES
    return (
        is_filed
        and is_taxed
        and document.kind in TYPES
        and document.status == ISSUED
        and document.buyer_gstin is not None
        and any(line.kind == TAXABLE for line in document.lines)
    )


def of(document: IssuedDocument) -> Row:
    """The document's JSON, amounts as exact Decimals. Raises NotEligible, and Incomplete with all that is missing."""
    if not is_eligible(document):
        raise NotEligible(f"{document.number} {NOT_ELIGIBLE}")
    if missing := tuple(_missing(document)):
        raise Incomplete(f"{document.number} would be refused: {'; '.join(missing)}.", missing=list(missing))
    lines = [_item(number, line) for number, line in enumerate(document.lines, start=1)]
    return {
        "Version": VERSION,
        "TranDtls": {
            "TaxSch": "GST",
            "SupTyp": _supply_type(document),
            "RegRev": "Y" if document.reverse_charge else "N",
            "IgstOnIntra": "N",
        },
        "DocDtls": {"Typ": TYPES[document.kind], "No": document.number, "Dt": _day(document.issued_on)},
        "SellerDtls": _party(document.seller),
        "BuyerDtls": {**_party(document.buyer), "Pos": document.place_of_supply},
        **_delivery(document),
        "ItemList": lines,
        "ValDtls": _values(document),
        **_terms(document),
        **_corrects(document),
    }


def _supply_type(document: IssuedDocument) -> str:
    if not document.is_to_zone:
        return "B2B"
    return "SEZWOP" if document.is_without_payment else "SEZWP"


def registered(document: IssuedDocument) -> Registered:
    """What the document's registration must say. Raises NotEligible."""
    if not is_eligible(document):
        raise NotEligible(f"{document.number} {NOT_ELIGIBLE}")
    main = max(document.lines, key=lambda line: line.total_minor)
    return Registered(
        seller_gstin=str(document.seller.get("gstin")),
        buyer_gstin=document.buyer_gstin or "",
        kind=document.kind,
        number=document.number,
        issued_on=document.issued_on,
        total_minor=document.total_minor,
        line_count=len(document.lines),
        main_hsn=main.hsn,
    )


def address_of(text: str) -> Address:
    """The parts of an address as people write it: the postal code is its last six digits, the place stands before."""
    lines = " , ".join(part for part in (line.strip(" ,") for line in text.splitlines()) if part)
    codes = list(_PIN.finditer(lines))
    before = lines[: codes[-1].start()] if codes else lines
    parts = [part for part in (" ".join(part.split()).strip("-– .") for part in before.split(",")) if part]
    street = ", ".join(parts[:-1]) or ", ".join(parts)
    return Address(
        first=street[:MAX_TEXT],
        second=street[MAX_TEXT : 2 * MAX_TEXT],
        place=parts[-1][:MAX_TEXT] if parts else "",
        pin=int(codes[-1].group().replace(" ", "")) if codes else None,
    )


def _missing(document: IssuedDocument) -> list[str]:
    found = []
    if _NUMBER.fullmatch(document.number) is None:
        found.append("the number begins with 0, / or -, or is too long")
    for name, party in (("seller", document.seller), ("buyer", document.buyer)):
        found += [f"the {name}'s {what}" for what in _missing_of(party)]
    found += [f"the HSN code of line {number}" for number, line in enumerate(document.lines, start=1)
              if _HSN.fullmatch(line.hsn) is None]  # fmt: skip
    if not document.reverse_charge and _sum(document) + document.round_off_minor != document.total_minor:
        found.append("lines that add up to its total")
    return found


def _missing_of(party: Mapping[str, Any]) -> list[str]:
    address = address_of(party.get("address") or "")
    known = {
        "GSTIN": party.get("gstin"),
        "name (three letters or more)": len(party.get("name") or "") > 2,
        "address": address.first,
        "place": len(address.place) > 2,
        "postal code": address.pin,
    }
    return [what for what, value in known.items() if not value]


def _sum(document: IssuedDocument) -> int:
    return document.totals.taxable_minor + document.totals.tax_minor


def _party(party: Mapping[str, Any]) -> Row:
    return {"Gstin": party["gstin"], "LglNm": party["name"][:MAX_TEXT], **_place(party), **_contact(party)}


def _place(party: Mapping[str, Any]) -> Row:
    address = address_of(party.get("address") or "")
    second = {"Addr2": address.second} if len(address.second) > 2 else {}
    state = (party.get("gstin") or party.get("state_code") or "")[:2]
    return {"Addr1": address.first, **second, "Loc": address.place, "Pin": address.pin, "Stcd": state}


def _contact(party: Mapping[str, Any]) -> Row:
    digits = re.sub("[^0-9]", "", party.get("phone") or "")
    phone = {"Ph": digits} if _PHONE.fullmatch(digits) else {}
    return {**phone, **({"Em": party["email"]} if party.get("email") else {})}


def _delivery(document: IssuedDocument) -> Row:
    """Where the goods went when not to the buyer; left out when its address is not whole, since it may be."""
    party = document.details.get("ship_to") or {}
    address = address_of(party.get("address") or "")
    if not (party.get("name") and address.first and address.pin and len(address.place) > 2):
        return {}
    gstin = {"Gstin": party["gstin"]} if party.get("gstin") else {}
    return {"ShipDtls": {**gstin, "LglNm": party["name"][:MAX_TEXT], **_place(party)}}


def _item(number: int, line: IssuedLine) -> Row:
    is_taxable, amounts = line.kind == TAXABLE, line.amounts
    discount_minor = line.discount_minor if is_taxable and line.price_mode == "exclusive" else 0
    assessed_minor = amounts.taxable_minor if is_taxable else 0
    quantity = Decimal(line.qty_milli).scaleb(-3) or Decimal(1)  # a change of value alone: one, of that much
    return {
        "SlNo": str(number),
        "PrdDesc": line.description[:MAX_DESCRIPTION],
        "IsServc": "Y" if line.hsn.startswith(SERVICES) else "N",
        "HsnCd": line.hsn,
        "Qty": trimmed(quantity),
        "FreeQty": 0,
        "Unit": unit_code(line.unit),
        "UnitPrice": _unit_price(line, assessed_minor + discount_minor) if is_taxable else 0,
        "TotAmt": rupees(assessed_minor + discount_minor),
        "Discount": rupees(discount_minor),
        "PreTaxVal": 0,
        "AssAmt": rupees(assessed_minor),
        "GstRt": trimmed(rupees(line.rate_bps)),
        "IgstAmt": rupees(amounts.igst_minor),
        "CgstAmt": rupees(amounts.cgst_minor),
        "SgstAmt": rupees(amounts.state_minor),
        **_cess(line),
        "OthChrg": rupees(amounts.taxable_minor - assessed_minor),
        "TotItemVal": rupees(amounts.taxable_minor + amounts.tax_minor),
    }


def _cess(line: IssuedLine) -> Row:
    """Cess by value, and the rest, which is by quantity."""
    by_value_minor = min(divided(line.amounts.taxable_minor * line.cess_bps, BPS), line.amounts.cess_minor)
    return {
        "CesRt": trimmed(rupees(line.cess_bps)),
        "CesAmt": rupees(by_value_minor),
        "CesNonAdvlAmt": rupees(line.amounts.cess_minor - by_value_minor),
    }


def _unit_price(line: IssuedLine, gross_minor: int) -> Decimal:
    """Without tax; where the printed price is another (it includes tax), what one unit comes to, to three places."""
    if not line.qty_milli:
        return rupees(gross_minor)
    if abs(divided(line.qty_milli * line.price_minor, THOUSANDTHS) - gross_minor) <= TOLERANCE_MINOR:
        return rupees(line.price_minor)
    return trimmed((Decimal(gross_minor) * 10 / line.qty_milli).quantize(THREE_PLACES, ROUND_HALF_UP))


def _values(document: IssuedDocument) -> Row:
    sums = document.totals
    return {
        "AssVal": rupees(sum(line.amounts.taxable_minor for line in document.lines if line.kind == TAXABLE)),
        "CgstVal": rupees(sums.cgst_minor),
        "SgstVal": rupees(sums.state_minor),
        "IgstVal": rupees(sums.igst_minor),
        "CesVal": rupees(sums.cess_minor),
        "Discount": 0,
        "OthChrg": 0,
        "RndOffAmt": rupees(document.round_off_minor),
        "TotInvVal": rupees(document.total_minor),
    }


def _terms(document: IssuedDocument) -> Row:
    if document.is_note or document.due_on is None:
        return {}
    days = (document.due_on - document.issued_on).days
    return {"PayDtls": {"CrDay": days, "PaidAmt": 0, "PaymtDue": rupees(document.total_minor)}}


def _corrects(document: IssuedDocument) -> Row:
    original = document.original
    if original is None:
        return {}
    return {"RefDtls": {"PrecDocDtls": [{"InvNo": original.number, "InvDt": _day(original.issued_on)}]}}


def _day(on: date) -> str:
    return f"{on:%d/%m/%Y}"

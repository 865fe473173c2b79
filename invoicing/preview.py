"""A document as JSON in, its money as JSON out: what accountants and scripts use to check the arithmetic.

Amounts in the input are integer paise (`unit_price_paise`), rates are basis points, quantities are strings or
integers. A credit note carries the original's input under `against`.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Invalid
from invoicing import cautions, tax
from invoicing.cautions import Caution, Deal, Sold
from invoicing.tax import Computed, CreditNote, Discount, Document, Line
from invoicing.tax.rounding import BPS, thousandths
from invoicing.words import amount_in_words

PRICE_MODES: dict[str, tax.PriceMode] = {"exclusive": "exclusive", "inclusive": "inclusive"}
CURRENCY_COUNTRIES = {"INR": "IN", "PKR": "PK"}


class PreviewInputInvalid(Invalid):
    """An input that is not a document; the sentence names the field."""

    code = "PREVIEW_INPUT_INVALID"


def preview(given: object) -> dict[str, Any]:
    """`{lines, totals, by_rate_bps, round_off, grand_total, ...}` for one input object. Raises Invalid subclasses."""
    source = _object(given, "input")
    doc_type = source.get("doc_type")
    if doc_type == "credit_note":
        return _credit_note_json(_credit_note(source))
    if doc_type == "commercial_credit_note":
        return _commercial_json(source)
    document = document_from(source)
    computed = tax.compute(document)
    return {**_computed_json(computed), "warnings": [one.as_dict() for one in _cautions(source, document, computed)]}


def document_from(source: Mapping[str, Any]) -> Document:
    """A Document from its JSON form. Raises PreviewInputInvalid."""
    seller, buyer = _object(source.get("seller"), "seller"), _object(source.get("buyer") or {}, "buyer")
    country = _country(source)
    doc_type = _text(source, "doc_type") or "tax_invoice"
    return Document(
        lines=tuple(_line(line, number) for number, line in enumerate(_list(source.get("lines"), "lines"), start=1)),
        seller_state=_text(seller, "state") or _text(seller, "province") or _text(seller, "gstin")[:2],
        place_of_supply=_text(source, "place_of_supply") or None,
        delivery_minor=_whole(source, "delivery_charge_paise", 0, ""),
        reverse_charge=_flag(source, "reverse_charge", default=False),
        country=country,
        doc_type=doc_type,
        date=_date(source),
        price_mode=_price_mode(source),
        buyer_state=_text(_delivery(source), "state") or _text(buyer, "state") or _text(buyer, "province") or None,
        buyer_tax_id=_text(buyer, "gstin") or _text(buyer, "strn") or None,
        buyer_is_registered=_registered(buyer),
        buyer_is_sez=_flag(buyer, "sez", default=_flag(source, "sez", default=False)),
        invoice_discount=_invoice_discount(source),
        round_to_rupee=_flag(source, "round_to_rupee", default=True),
        tax_charged=_flag(source, "tax_charged", default=not _flag(seller, "composition", default=False)),
        further_tax_bps=_integer(source, "further_tax_bps", None),
    )


def _line(given: object, number: int) -> Line:
    line = _object(given, f"line {number}")
    is_free = _flag(line, "free", default=False)
    return Line(
        qty=_quantity(line.get("qty"), f"line {number}: qty"),
        unit_price_minor=_whole(line, "unit_price_paise", None, f"line {number}: "),
        rate_bps=_whole(line, "rate_bps", 0, f"line {number}: "),
        cess_bps=_whole(line, "cess_bps", 0, f"line {number}: "),
        discount=Discount(
            bps=BPS if is_free else _whole(line, "discount_bps", 0, f"line {number}: "),
            amount_minor=0 if is_free else _whole(line, "discount_paise", 0, f"line {number}: "),
        ),
        description=_text(line, "desc"),
        hsn=_text(line, "hsn") or _text(line, "hs"),
        unit=_text(line, "unit"),
        third_schedule=_flag(line, "third_schedule", default=False),
        retail_price_minor=_integer(line, "retail_price_paise", None),
        price_mode=_price_mode(line) if "price_mode" in line else None,
        treatment=_treatment(line, number),
        cess_unit_minor=_whole(line, "cess_per_unit_paise", 0, f"line {number}: "),
        is_charge=_flag(line, "charge", default=False),
    )


def _treatment(line: Mapping[str, Any], number: int) -> tax.Treatment:
    given = _text(line, "treatment") or tax.TAXABLE
    for known in tax.TREATMENTS:
        if known == given:
            return known
    raise PreviewInputInvalid(f"line {number}: treatment: must be one of {', '.join(tax.TREATMENTS)}")


def _delivery(source: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(source.get("ship_to") or {}, "ship_to")


def _cautions(source: Mapping[str, Any], document: Document, computed: Computed) -> list[Caution]:
    """What accountants are told beside the money. Lines beyond those given are the delivery charge's."""
    given = [*source["lines"], *[{}] * (len(computed.lines) - len(source["lines"]))]
    rows = zip(given, computed.lines_sold, computed.lines, strict=True)
    buyer = _object(source.get("buyer") or {}, "buyer")
    return cautions.of(
        Deal(
            lines=[_sold(row, line, money) for row, line, money in rows],
            total_minor=computed.grand_total_minor,
            seller_state=document.seller_state,
            place_of_supply=computed.place_of_supply,
            buyer_tax_id=document.buyer_tax_id,
            buyer_address=_text(buyer, "address"),
            buyer_state=document.buyer_state,
            is_cash=_text(source, "payment_mode").upper() == "CASH",
            country=computed.country,
            hsn_digits=_whole(source, "hsn_digits", cautions.HSN_DIGITS, ""),
            eway_limit_minor=_integer(source, "eway_limit_paise", None),
        )
    )


def _sold(row: Mapping[str, Any], line: Line, money: tax.ComputedLine) -> Sold:
    return Sold(
        hsn=line.hsn,
        qty_milli=thousandths(line.qty),
        total_minor=money.total_minor,
        taxable_minor=money.taxable_minor,
        treatment=line.treatment if line.rate_bps or line.treatment != tax.TAXABLE else "exempt",
        mrp_minor=_integer(row, "mrp_paise", None),
        is_charge=line.is_charge,
    )


def _credit_note(source: Mapping[str, Any]) -> CreditNote:
    against = source.get("against")
    if not isinstance(against, dict):
        raise PreviewInputInvalid("against: a credit note preview needs the original document's input here")
    original = tax.compute(document_from(against.get("input", against)))
    return tax.credit_note(original, *returns_from(source))


def returns_from(source: Mapping[str, Any]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What a credit note takes back, and what was taken back before, by line. Raises PreviewInputInvalid."""
    earlier = _object(source.get("previously_returned") or {}, "previously_returned")
    before = {_line_number(line): _quantity(qty, "previously_returned") for line, qty in earlier.items()}
    return _returns(source), before


def _returns(source: Mapping[str, Any]) -> dict[int, Decimal]:
    returns: dict[int, Decimal] = {}
    for given in _list(source.get("returns"), "returns"):
        returned = _object(given, "returns")
        number = _whole(returned, "line", None, "returns: ")
        if number in returns:
            raise PreviewInputInvalid(f"returns: line {number} occurs twice")
        returns[number] = _quantity(returned.get("qty"), "returns: qty")
    return returns


def _line_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise PreviewInputInvalid(f"previously_returned: {text!r} is not a line number")
    return int(text)


def _commercial_json(source: Mapping[str, Any]) -> dict[str, Any]:
    against = source.get("against")
    if not isinstance(against, dict):
        raise PreviewInputInvalid("against: a commercial credit note preview needs the original's input here")
    original = tax.compute(document_from(against.get("input", against)))
    bps = _whole(source, "cash_discount_bps", None, "")
    base_minor = {"grand_total": original.grand_total_minor, "taxable": original.totals.taxable_minor}
    name = _text(source, "base") or "grand_total"
    if name not in base_minor:
        raise PreviewInputInvalid("base: must be grand_total or taxable")
    return {"taxable_change": 0, "tax_change": 0, "ledger_credit": tax.commercial_credit(base_minor[name], bps)}


def _computed_json(computed: Computed) -> dict[str, Any]:
    full = computed.country == "IN"
    name = tax.country(computed.country).taxable_name
    lines = [
        {
            **(_discounts_json(line) if full else {}),
            name: line.taxable_minor,
            **line.taxes,
            "total": line.total_minor,
        }
        for line in computed.lines
    ]
    sums = {"gross": computed.totals.gross_minor, "discount": computed.totals.discount_minor} if full else {}
    return {"lines": lines, "totals": {**sums, **_taxed_json(computed.totals, name)}, **_foot_json(computed, name)}


def _discounts_json(line: tax.ComputedLine) -> dict[str, int]:
    return {
        "gross": line.gross_minor,
        "line_discount": line.line_discount_minor,
        "invoice_discount_share": line.invoice_discount_share_minor,
    }


def _credit_note_json(note: CreditNote) -> dict[str, Any]:
    name = tax.country(note.country).taxable_name
    lines = [
        {
            "line": line.line_number,
            "return_qty": _plain_quantity(line.qty),
            name: line.money.taxable_minor,
            **line.money.taxes,
        }
        for line in note.lines
    ]
    return {"lines": lines, "totals": _taxed_json(note.totals, name), **_foot_json(note, name)}


def _taxed_json(values: tax.Totals | tax.RateGroup, name: str) -> dict[str, int]:
    return {name: values.taxable_minor, **values.taxes}


def _foot_json(money: Computed | CreditNote, name: str) -> dict[str, Any]:
    return {
        "by_rate_bps": {str(bps): _taxed_json(group, name) for bps, group in money.by_rate_bps.items()},
        "total_before_round_off": money.total_before_round_off_minor,
        "round_off": money.round_off_minor,
        "grand_total": money.grand_total_minor,
        "amount_in_words_en_IN": amount_in_words(money.grand_total_minor),
    }


def _plain_quantity(qty: Decimal | int) -> int | str:
    return int(qty) if qty == int(qty) else str(qty)


def _object(given: object, name: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise PreviewInputInvalid(f"{name}: must be a JSON object")
    return given


def _list(given: object, name: str) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise PreviewInputInvalid(f"{name}: must be a JSON array with at least one entry")
    return given


def _text(source: Mapping[str, Any], key: str) -> str:
    value = source.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PreviewInputInvalid(f"{key}: must be text")
    return value.strip()


def _flag(source: Mapping[str, Any], key: str, *, default: bool) -> bool:
    value = source.get(key, default)
    if not isinstance(value, bool):
        raise PreviewInputInvalid(f"{key}: must be true or false")
    return value


def _integer(source: Mapping[str, Any], key: str, default: int | None) -> int | None:
    value = source.get(key, default)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise PreviewInputInvalid(f"{key}: must be an integer, not {value!r}")
    return value


def _whole(source: Mapping[str, Any], key: str, default: int | None, where: str) -> int:
    value = _integer(source, key, default)
    if value is None:
        raise PreviewInputInvalid(f"{where}{key} is missing")
    return value


def _quantity(given: object, name: str) -> Decimal:
    if not isinstance(given, str | int | Decimal) or isinstance(given, bool):
        raise PreviewInputInvalid(f"{name}: must be a number or a decimal in quotes")
    try:
        value = Decimal(given)
    except InvalidOperation as error:
        raise PreviewInputInvalid(f"{name}: {given!r} is not a number") from error
    if not value.is_finite():
        raise PreviewInputInvalid(f"{name}: {given!r} is not a number")
    return value


def _date(source: Mapping[str, Any]) -> date | None:
    text = _text(source, "date")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise PreviewInputInvalid(f"date: {text!r} is not a date like 2026-11-20") from error


def _price_mode(source: Mapping[str, Any]) -> tax.PriceMode:
    mode = PRICE_MODES.get(_text(source, "price_mode") or "exclusive")
    if mode is None:
        raise PreviewInputInvalid("price_mode: must be exclusive or inclusive")
    return mode


def _country(source: Mapping[str, Any]) -> str:
    currency = _text(source, "currency") or "INR"
    country = _text(source, "country") or CURRENCY_COUNTRIES.get(currency)
    if country is None:
        raise PreviewInputInvalid(f"currency: {currency} is not known; give country")
    return country


def _registered(buyer: Mapping[str, Any]) -> bool | None:
    stated = _text(buyer, "registration_type")
    return stated.casefold() == "registered" if stated else None


def _invoice_discount(source: Mapping[str, Any]) -> Discount:
    given = source.get("invoice_discount")
    if given is None:
        return Discount()
    discount = _object(given, "invoice_discount")
    return Discount(
        bps=_whole(discount, "bps", 0, "invoice_discount: "),
        amount_minor=_whole(discount, "paise", 0, "invoice_discount: "),
    )

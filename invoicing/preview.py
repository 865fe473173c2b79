"""A document as JSON in, its money as JSON out: what accountants and scripts use to check the arithmetic.

Amounts in the input are integer paise (`unit_price_paise`), rates are basis points, quantities are strings or
integers. A credit note carries the original's input under `against`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import countries
import tax
from countries.cautions import Caution, Deal, Sold
from invoicing import preview_fields as fields
from invoicing.amount_words import amount_in_words
from invoicing.charging import ReverseChargeUnregistered
from invoicing.preview_fields import PreviewInputInvalid
from tax import Computed, CreditNote, Discount, TaxDocument, TaxLine
from tax.rounding import BPS, thousandths

PRICE_MODES: dict[str, tax.PriceMode] = {"exclusive": "exclusive", "inclusive": "inclusive"}
ORDINARY = ("tax_invoice", "bill_of_supply", "invoice_cum_bill", "debit_note", "sales_tax_invoice")
NOTES = ("credit_note", "commercial_credit_note")


def preview(given: object) -> dict[str, Any]:
    """`{lines, totals, by_rate_bps, round_off, grand_total, ...}` for one input object. Raises Invalid subclasses."""
    source = fields.mapping(given, "input")
    fields.check_money(source)
    doc_type = source.get("doc_type")
    if doc_type == "credit_note":
        return _with_warnings(_credit_note_json(_credit_note(source)), _misread(source))
    if doc_type == "commercial_credit_note":
        return _with_warnings(_commercial_json(source), _misread(source))
    document = document_from(source)
    computed = countries.compute(document)
    return _with_warnings(_computed_json(computed), [*_misread(source), *_cautions(source, document, computed)])


def _with_warnings(money: dict[str, Any], warnings: Sequence[Caution]) -> dict[str, Any]:
    return {**money, "warnings": [one.as_dict() for one in warnings]}


def document_from(source: Mapping[str, Any]) -> TaxDocument:
    """A Document from its JSON form. Raises PreviewInputInvalid, and MoneyNotRead for money that would be left out."""
    fields.check_money(source)
    seller, buyer = fields.mapping(source.get("seller"), "seller"), fields.mapping(source.get("buyer") or {}, "buyer")
    country = _country(source)
    doc_type = fields.text(source, "doc_type") or "tax_invoice"
    return TaxDocument(
        lines=tuple(
            _line(line, number) for number, line in enumerate(fields.entries(source.get("lines"), "lines"), start=1)
        ),
        seller_state=fields.text(seller, "state")
        or fields.text(seller, "province")
        or countries.get(country).region_of(None, fields.text(seller, "gstin"))
        or "",
        place_of_supply=fields.text(source, "place_of_supply") or None,
        delivery_minor=fields.whole(source, "delivery_charge_paise", 0, ""),
        reverse_charge=fields.flag(source, "reverse_charge", default=False),
        country=country,
        doc_type=doc_type,
        date=_date(source),
        price_mode=_price_mode(source),
        buyer_state=fields.text(_delivery(source), "state")
        or fields.text(buyer, "state")
        or fields.text(buyer, "province")
        or None,
        buyer_tax_id=fields.text(buyer, "gstin") or fields.text(buyer, "uin") or fields.text(buyer, "strn") or None,
        buyer_is_registered=_registered(buyer),
        buyer_is_sez=fields.flag(buyer, "sez", default=fields.flag(source, "sez", default=False)),
        invoice_discount=_invoice_discount(source),
        round_to_rupee=fields.flag(source, "round_to_rupee", default=True),
        # A composition dealer may not collect tax, whatever else is said.
        tax_charged=fields.flag(source, "tax_charged", default=True)
        and not fields.flag(seller, "composition", default=False),
        further_tax_bps=fields.integer(source, "further_tax_bps", None),
    )


def _line(given: object, number: int) -> TaxLine:
    line = fields.mapping(given, f"line {number}")
    is_free = fields.flag(line, "free", default=False)
    price = "retail_price_paise" if _sells_at_retail(line) else "unit_price_paise"
    return TaxLine(
        qty=fields.quantity(line.get("qty"), f"line {number}: qty"),
        unit_price_minor=fields.whole(line, price, None, f"line {number}: "),
        rate_bps=fields.whole(line, "rate_bps", 0, f"line {number}: "),
        cess_bps=fields.whole(line, "cess_bps", 0, f"line {number}: "),
        discount=Discount(
            bps=BPS if is_free else fields.whole(line, "discount_bps", 0, f"line {number}: "),
            amount_minor=0 if is_free else fields.whole(line, "discount_paise", 0, f"line {number}: "),
        ),
        description=fields.text(line, "desc"),
        hsn=fields.text(line, "hsn") or fields.text(line, "hs"),
        unit=fields.text(line, "unit"),
        third_schedule=fields.flag(line, "third_schedule", default=False),
        retail_price_minor=fields.integer(line, "retail_price_paise", None),
        price_mode=_own_price_mode(line),
        treatment=_treatment(line, number),
        cess_unit_minor=fields.whole(line, "cess_per_unit_paise", 0, f"line {number}: "),
        is_charge=fields.flag(line, "charge", default=False),
    )


def _own_price_mode(line: Mapping[str, Any]) -> tax.PriceMode | None:
    if _sells_at_retail(line):
        return "inclusive"
    return _price_mode(line) if fields.text(line, "price_mode") else None


def _sells_at_retail(line: Mapping[str, Any]) -> bool:
    """Goods of the Third Schedule that name no price of their own go at the printed one, which holds their tax."""
    return line.get("unit_price_paise") is None and fields.flag(line, "third_schedule", default=False)


def _treatment(line: Mapping[str, Any], number: int) -> tax.Treatment:
    given = fields.text(line, "treatment") or tax.TAXABLE
    for known in tax.USUAL_TREATMENTS:
        if known == given:
            return known
    raise PreviewInputInvalid(f"line {number}: treatment: must be one of {', '.join(tax.USUAL_TREATMENTS)}")


def _delivery(source: Mapping[str, Any]) -> Mapping[str, Any]:
    return fields.mapping(source.get("ship_to") or {}, "ship_to")


def _written(party: Mapping[str, Any]) -> str:
    """Where somebody is, as far as it was written."""
    return "\n".join(filter(None, (fields.text(party, name) for name in ("address", "city", "pincode"))))


def _cautions(source: Mapping[str, Any], document: TaxDocument, computed: Computed) -> list[Caution]:
    """What accountants are told beside the money. Lines beyond those given are the delivery charge's."""
    given = [*source["lines"], *[{}] * (len(computed.lines) - len(source["lines"]))]
    rows = zip(given, computed.lines_sold, computed.lines, strict=True)
    buyer = fields.mapping(source.get("buyer") or {}, "buyer")
    return countries.get(computed.country).cautions(
        Deal(
            lines=[_sold(row, line, money) for row, line, money in rows],
            total_minor=computed.grand_total_minor,
            seller_state=document.seller_state,
            place_of_supply=computed.place_of_supply,
            buyer_tax_id=document.buyer_tax_id,
            buyer_address=fields.text(buyer, "address"),
            buyer_state=document.buyer_state,
            goods_to=_written(_delivery(source) or buyer),
            is_cash=fields.text(source, "payment_mode").upper() == "CASH",
            hsn_digits=fields.integer(source, "hsn_digits", None),
            eway_limit_minor=fields.integer(source, "eway_limit_paise", None),
        )
    )


def _sold(row: Mapping[str, Any], line: TaxLine, money: tax.ComputedLine) -> Sold:
    return Sold(
        hsn=line.hsn,
        qty_milli=thousandths(line.qty),
        total_minor=money.total_minor,
        taxable_minor=money.taxable_minor,
        treatment=line.treatment if line.rate_bps or line.treatment != tax.TAXABLE else "exempt",
        mrp_minor=fields.integer(row, "mrp_paise", None),
        is_charge=line.is_charge,
    )


def _misread(source: Mapping[str, Any]) -> list[Caution]:
    """What in the input was perhaps meant otherwise than it was read."""
    found = [
        Caution("FIELD_NOT_READ", f"{path} means nothing here and was left aside.") for path in fields.unread(source)
    ]
    doc_type = fields.text(source, "doc_type")
    if doc_type and doc_type not in (*ORDINARY, *NOTES):
        said = f"{fields.shortened(doc_type)} is no type of document known here; it was computed as a tax invoice."
        found.append(Caution("DOC_TYPE_UNKNOWN", said))
    buyer = fields.mapping(source.get("buyer") or {}, "buyer")
    is_registered = any(fields.text(buyer, number) for number in ("gstin", "uin", "strn"))
    if fields.flag(source, "reverse_charge", default=False) and not is_registered:
        found.append(Caution(ReverseChargeUnregistered.code, ReverseChargeUnregistered.detail))
    return [*found, *_untaxed_lines(source)]


def _untaxed_lines(source: Mapping[str, Any]) -> Iterator[Caution]:
    for number, line in enumerate(source.get("lines") or [], start=1):
        if (
            isinstance(line, dict)
            and line.get("rate_bps") is None
            and fields.text(line, "treatment") in ("", tax.TAXABLE)
        ):
            yield Caution("RATE_MISSING", "No rate is given, so no tax was charged on this line.", number)


def _credit_note(source: Mapping[str, Any]) -> CreditNote:
    against = source.get("against")
    if not isinstance(against, dict):
        raise PreviewInputInvalid("against: a credit note preview needs the original document's input here")
    original = countries.compute(document_from(against.get("input", against)))
    return tax.credit_note(original, *returns_from(source))


def returns_from(source: Mapping[str, Any]) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What a credit note takes back, and what was taken back before, by line. Raises PreviewInputInvalid."""
    earlier = fields.mapping(source.get("previously_returned") or {}, "previously_returned")
    before = {_line_number(line): fields.quantity(qty, "previously_returned") for line, qty in earlier.items()}
    return _returns(source), before


def _returns(source: Mapping[str, Any]) -> dict[int, Decimal]:
    returns: dict[int, Decimal] = {}
    for given in fields.entries(source.get("returns"), "returns"):
        returned = fields.mapping(given, "returns")
        number = fields.whole(returned, "line", None, "returns: ")
        if number in returns:
            raise PreviewInputInvalid(f"returns: line {number} occurs twice")
        returns[number] = fields.quantity(returned.get("qty"), "returns: qty")
    return returns


def _line_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise PreviewInputInvalid(f"previously_returned: {text!r} is not a line number")
    return int(text)


def _commercial_json(source: Mapping[str, Any]) -> dict[str, Any]:
    against = source.get("against")
    if not isinstance(against, dict):
        raise PreviewInputInvalid("against: a commercial credit note preview needs the original's input here")
    original = countries.compute(document_from(against.get("input", against)))
    bps = fields.whole(source, "cash_discount_bps", None, "")
    base_minor = {"grand_total": original.grand_total_minor, "taxable": original.totals.taxable_minor}
    name = fields.text(source, "base") or "grand_total"
    if name not in base_minor:
        raise PreviewInputInvalid("base: must be grand_total or taxable")
    return {"taxable_change": 0, "tax_change": 0, "ledger_credit": tax.commercial_credit(base_minor[name], bps)}


def _computed_json(computed: Computed) -> dict[str, Any]:
    country = countries.get(computed.country)
    full, name = country.papers.previews_discounts, country.tax.taxable_name
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
    name = countries.get(note.country).tax.taxable_name
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


def _taxed_json(values: tax.TaxTotals | tax.RateGroup, name: str) -> dict[str, int]:
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


def _date(source: Mapping[str, Any]) -> date | None:
    text = fields.text(source, "date")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise PreviewInputInvalid(f"date: {text!r} is not a date like 2026-11-20") from error


def _price_mode(source: Mapping[str, Any]) -> tax.PriceMode:
    mode = PRICE_MODES.get(fields.text(source, "price_mode") or "exclusive")
    if mode is None:
        raise PreviewInputInvalid("price_mode: must be exclusive or inclusive")
    return mode


def _country(source: Mapping[str, Any]) -> str:
    country, currency = fields.text(source, "country"), fields.text(source, "currency")
    if country or not currency:
        return country
    found = countries.by_currency(currency)
    if found is None:
        raise PreviewInputInvalid(f"currency: {currency} is not known; give country")
    return found.code


def _registered(buyer: Mapping[str, Any]) -> bool | None:
    stated = fields.text(buyer, "registration_type")
    return stated.casefold() == "registered" if stated else None


def _invoice_discount(source: Mapping[str, Any]) -> Discount:
    given = source.get("invoice_discount")
    if given is None:
        return Discount()
    discount = fields.mapping(given, "invoice_discount")
    return Discount(
        bps=fields.whole(discount, "bps", 0, "invoice_discount: "),
        amount_minor=fields.whole(discount, "paise", 0, "invoice_discount: "),
    )

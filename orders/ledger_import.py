"""Retailers and their opening balances from files: each row checked whole, then written through the domain."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import countries
from core import i18n
from core.money import from_major
from core.options import Amount, Whole
from credit import accounts, bills
from credit.accounts import Terms
from credit.tables import Bill
from credit.terms import IN_A_FILE
from orders import rules
from orders.rows import Fields, Outcome, Report, RowInvalid, RowResult, text, whole, word
from orders.rules import Rules
from parties import organisations, phones, retailers
from parties.retailers import Details
from parties.tables import Organisation, Retailer

RETAILER_COLUMNS = f"code,name,phone,language,gstin,state,address,{','.join(IN_A_FILE)},price_class,route,sez"
BALANCE_COLUMNS = "code,bill_number,bill_on,due_on,amount"
_REASON = "imported from a file"
_DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")


def import_retailers(session: Session, rows: Sequence[Mapping[str, Any]]) -> Report:
    """Add or change shops by code, with their credit terms; columns that the file lacks stay as they are."""
    organisation, selling = organisations.get(session), rules.read(session)
    known = {shop.code: shop for shop in session.scalars(select(Retailer))}
    phones_of = {shop.phone: shop.code for shop in known.values()}
    done: list[RowResult] = []
    seen: set[str] = set()
    for number, raw in enumerate(rows, start=1):
        code = str(raw.get("code") or "").strip()
        try:
            shop = known.get(code)
            phone_before = shop.phone if shop is not None else None
            details, terms = _retailer(session, organisation, selling, raw, shop)
            _check_unique(details, seen, phones_of)
            outcome = _put(session, shop, details, terms)
        except RowInvalid as error:
            done.append(RowResult(number, code, "rejected", error.problems))
            continue
        phones_of.pop(phone_before or "", None)
        seen.add(code)
        phones_of[details.phone] = code
        done.append(RowResult(number, code, outcome))
    return Report(tuple(done))


def import_balances(session: Session, rows: Sequence[Mapping[str, Any]]) -> Report:
    """Post what shops owed before, bill by bill; a bill that is there already is left alone."""
    known = {shop.code: shop for shop in session.scalars(select(Retailer))}
    done = []
    for number, raw in enumerate(rows, start=1):
        code = str(raw.get("code") or "").strip()
        try:
            outcome = _post(session, _balance(known, raw))
            done.append(RowResult(number, code, outcome))
        except RowInvalid as error:
            done.append(RowResult(number, code, "rejected", error.problems))
    return Report(tuple(done))


def _retailer(
    session: Session, organisation: Organisation, selling: Rules, raw: Mapping[str, Any], shop: Retailer | None
) -> tuple[Details, Terms]:
    fields = Fields(raw)
    before = shop or Retailer(
        language="en", gstin=None, state_code=None, address="", price_class="", route="", sez=False
    )
    country = countries.get(organisation.country)
    gstin = fields.optional("gstin", country.registration.parse, before.gstin if "gstin" not in raw else None)
    state = fields.optional("state", country.regions.parse, _kept(raw, "state", before.state_code, None))
    details = Details(
        code=fields.required("code", text(32)) or "",
        name=fields.required("name", text(200)) or "",
        phone=fields.required("phone", lambda value: phones.e164(_digits(value), organisation.country)) or "",
        language=fields.optional("language", word(i18n.LANGUAGES), _kept(raw, "language", before.language, "en")),
        gstin=gstin,
        state_code=state,
        address=fields.optional("address", text(500), _kept(raw, "address", before.address, "")),
        price_class=fields.optional(
            "price_class", word(selling.price_classes), _kept(raw, "price_class", before.price_class, "")
        ),
        route=fields.optional("route", word(selling.timetable.routes), _kept(raw, "route", before.route, "")),
        sez=fields.optional("sez", word(("yes", "no")), _kept(raw, "sez", "yes" if before.sez else "no", "no"))
        == "yes",
    )
    terms = _terms(session, fields, raw, shop)
    if differs := country.disagreement(state, gstin):
        fields.problems.append(f"gstin: {differs}")
    fields.check()
    return details, terms


def _terms(session: Session, fields: Fields, raw: Mapping[str, Any], shop: Retailer | None) -> Terms:
    known = accounts.terms_of(accounts.get(session, shop.id)) if shop is not None else Terms()
    before, nothing = Terms() if raw.keys() >= IN_A_FILE.keys() else known, Terms()
    return known.with_given(
        {
            name: fields.optional(
                column, _term(name), _kept(raw, column, getattr(before, name), getattr(nothing, name))
            )
            for column, name in IN_A_FILE.items()
        }
    )


def _term(name: str) -> Callable[[Any], int]:
    """How a cell is read that holds this term."""
    kind = Terms.kinds()[name]
    assert isinstance(kind, Whole)
    return _rupees if isinstance(kind, Amount) else whole(kind.least, kind.most)


def _kept(raw: Mapping[str, Any], column: str, before: Any, empty: Any) -> Any:
    """What an empty cell means: what was before when the file lacks the column, else nothing."""
    return empty if column in raw else before


def _check_unique(details: Details, seen: set[str], phones_of: Mapping[str, str]) -> None:
    if details.code in seen:
        raise RowInvalid([f"code: {details.code} stands in this file twice"])
    owner = phones_of.get(details.phone, details.code)
    if owner != details.code:
        raise RowInvalid([f"phone: {details.phone} belongs to {owner}"])


def _put(session: Session, shop: Retailer | None, details: Details, terms: Terms) -> Outcome:
    if shop is None:
        made = retailers.create(session, details)
        accounts.open_account(session, made.id, terms)
        return "added"
    changed = retailers.change(session, shop, details)
    if accounts.terms_of(accounts.get(session, shop.id)) != terms:
        accounts.set_terms(session, shop.id, terms, _REASON)
        changed = True
    return "changed" if changed else "unchanged"


def _balance(known: Mapping[str, Retailer], raw: Mapping[str, Any]) -> bills.Posting:
    fields = Fields(raw)
    code = fields.required("code", text(32)) or ""
    if code and code not in known:
        fields.problems.append(f"code: there is no shop {code}")
    bill_on = fields.required("bill_on", _day)
    due_on = fields.optional("due_on", _day, bill_on)
    amount_minor = fields.required("amount", _rupees)
    if amount_minor == 0:
        fields.problems.append("amount: is nothing")
    if bill_on and due_on and due_on < bill_on:
        fields.problems.append("due_on: is before bill_on")
    reference = fields.optional("bill_number", text(64), "OPENING")
    fields.check()
    assert bill_on is not None  # check() saw to it
    assert due_on is not None
    assert amount_minor is not None
    return bills.Posting(
        retailer_id=known[code].id,
        kind=bills.OPENING,
        reference=reference,
        bill_on=bill_on,
        due_on=due_on,
        amount_minor=amount_minor,
        contra={"opening_balance": amount_minor},
    )


def _post(session: Session, posting: bills.Posting) -> Outcome:
    found = session.scalars(
        select(Bill).where(
            Bill.retailer_id == posting.retailer_id, Bill.kind == posting.kind, Bill.reference == posting.reference
        )
    ).first()
    if found is None:
        bills.post(session, posting)
        return "added"
    if (found.bill_on, found.due_on, found.amount_minor) != (posting.bill_on, posting.due_on, posting.amount_minor):
        raise RowInvalid([f"bill_number: {posting.reference} is posted already with another amount or date"])
    return "unchanged"


def _digits(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _rupees(value: Any) -> int:
    amount_minor = from_major(str(value))
    if amount_minor < 0:
        raise ValueError(f"{value!r} is below zero; money on account is recorded as a payment")
    return amount_minor


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for shape in _DAY_FORMATS:
        try:
            return datetime.strptime(str(value).strip(), shape).date()  # noqa: DTZ007  a day has no time zone
        except ValueError:
            continue
    raise ValueError(f"{value!r} is not a day: write 2026-11-20 or 20/11/2026")

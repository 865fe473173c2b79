"""Reading a catalogue into the database: entries as they are now, prices and taxes from a day on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

import countries
from core import audit, clock, db, ids
from core.errors import Invalid
from orders import catalogue, entries, pricing, rules, stock
from orders.entries import CatalogueEntry
from orders.rows import Outcome, Report, RowInvalid, RowResult
from orders.tables import CatalogueWords, Product, ProductPrice, ProductTax, ProductTerms
from parties import organisations
from tax import TREATMENTS, Treatment

MAX_ROWS = 100_000
_WORDS = ("unit_aliases", "category_aliases", "meta")
_REASON = "catalogue imported"
_COPIED = ("name", "hsn", "base_unit", "default_unit", "units", "aliases", "listing", "mrp_minor")


_Dated = ProductPrice | ProductTax | ProductTerms


class CatalogueUnreadable(Invalid):
    """The file as a whole is not a catalogue; nothing was read."""

    code = "CATALOGUE_UNREADABLE"


@dataclass
class _Shelf:
    """What the database held before: products by sku, dated rows in force on the day; `dated` are new ones.

    `counted` collects what the file says is on the shelf, `classes` whom it names prices for; `treatments` are those
    that the seller's country knows.
    """

    on: date
    products: dict[str, Product]
    prices: dict[UUID, ProductPrice]
    taxes: dict[UUID, ProductTax]
    terms: dict[UUID, ProductTerms]
    dated: list[_Dated] = field(default_factory=list)
    counted: dict[UUID, int] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)
    treatments: tuple[Treatment, ...] = TREATMENTS


def import_catalogue(
    session: Session, data: Mapping[str, Any] | Sequence[Mapping[str, Any]], valid_from: date | None = None
) -> Report:
    """Add and change products; a rejected row changes nothing, products not in the file stay as they are.

    `data` is a JSON catalogue (`items` and its words) or the rows of a table (`entries.COLUMNS`). Prices and taxes
    hold from `valid_from` (today): the same day again replaces what differs. Raises CatalogueUnreadable.
    """
    rows, read = _rows(data)
    catalogue.lock(session)
    ours = organisations.get(session)
    shelf = _shelf(session, valid_from or clock.today(ours.timezone), countries.get(ours.country).tax.treatments)
    done: list[RowResult] = []
    seen: set[str] = set()
    for number, raw in enumerate(rows, start=1):
        done.append(_import(session, shelf, number, raw, read, seen))
    session.flush()  # prices and taxes refer to products
    session.add_all(shelf.dated)
    session.flush()  # the audit entry and the new version follow what they speak of
    rules.declare(session, shelf.classes, _REASON)
    counted = stock.count_all(session, shelf.counted, _REASON)
    report = Report(tuple(done))
    words_changed = isinstance(data, Mapping) and _keep_words(session, data)
    if words_changed or counted or report.count("added") + report.count("changed"):
        catalogue.changed(session)
        _audit(session, report, shelf.on)
    return report


def _rows(
    data: Mapping[str, Any] | Sequence[Mapping[str, Any]],
) -> tuple[Sequence[Mapping[str, Any]], Callable[[Mapping[str, Any]], CatalogueEntry]]:
    rows = data.get("items") if isinstance(data, Mapping) else data
    if not isinstance(rows, Sequence) or not all(isinstance(row, Mapping) for row in rows):
        raise CatalogueUnreadable("A catalogue is a table, or JSON with a list of `items`.")
    if len(rows) > MAX_ROWS:
        raise CatalogueUnreadable(f"A catalogue has at most {MAX_ROWS} rows, not {len(rows)}.")
    return rows, entries.from_item if isinstance(data, Mapping) else entries.from_table


def _import(
    session: Session,
    shelf: _Shelf,
    number: int,
    raw: Mapping[str, Any],
    read: Callable[[Mapping[str, Any]], CatalogueEntry],
    seen: set[str],
) -> RowResult:
    key = str(raw.get("sku") or "")
    try:
        entry = read(raw)
        if entry.sku in seen:
            raise RowInvalid([f"sku: {entry.sku} stands in this file twice"])
        if entry.treatment not in shelf.treatments:
            raise RowInvalid([f"treatment: no goods are treated as {entry.treatment} in this country"])
    except RowInvalid as error:
        return RowResult(number, key, "rejected", error.problems)
    seen.add(entry.sku)
    return RowResult(number, entry.sku, _put(session, shelf, entry))


def _put(session: Session, shelf: _Shelf, entry: CatalogueEntry) -> Outcome:
    product = shelf.products.get(entry.sku)
    if product is None:
        product = Product(
            id=ids.new(), sku=entry.sku, active=True, version=1, **{name: getattr(entry, name) for name in _COPIED}
        )
        session.add(product)
        _put_dated(shelf, product.id, entry)
        return "added"
    changed = _update(product, {**{name: getattr(entry, name) for name in _COPIED}, "active": True})
    if not _put_dated(shelf, product.id, entry) and not changed:
        return "unchanged"
    product.version += 1
    return "changed"


def _put_dated(shelf: _Shelf, product_id: UUID, entry: CatalogueEntry) -> bool:
    price = {"price_minor": entry.price_minor, "mode": entry.price_mode}
    tax = {"rate_bps": entry.rate_bps, "cess_bps": entry.cess_bps, "treatment": entry.treatment}
    priced = _put_from(shelf, shelf.prices.get(product_id), ProductPrice, product_id, price)
    taxed = _put_from(shelf, shelf.taxes.get(product_id), ProductTax, product_id, tax)
    if entry.stock_milli is not None:
        shelf.counted[product_id] = entry.stock_milli
    return _put_terms(shelf, product_id, entry) or priced or taxed


def _put_terms(shelf: _Shelf, product_id: UUID, entry: CatalogueEntry) -> bool:
    """What the file says of the terms; a product that has none and gets plain ones has no row."""
    current = shelf.terms.get(product_id)
    values = {**pricing.values_of(current), **entry.terms}
    shelf.classes |= {price_class for price_class, _from, _minor in values["rates"] if price_class}
    if current is None and values == pricing.values_of(None):
        return False
    return _put_from(shelf, current, ProductTerms, product_id, values)


def _put_from(
    shelf: _Shelf,
    current: _Dated | None,
    model: type[_Dated],
    product_id: UUID,
    values: dict[str, Any],
) -> bool:
    """Make `values` hold from the shelf's day; True when they did not already."""
    if current is not None and all(getattr(current, name) == value for name, value in values.items()):
        return False
    if current is not None and current.valid_from == shelf.on:
        return _update(current, values)
    shelf.dated.append(model(product_id=product_id, valid_from=shelf.on, **values))
    return True


def _update(row: Any, values: dict[str, Any]) -> bool:
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


def _shelf(session: Session, on: date, treatments: tuple[Treatment, ...]) -> _Shelf:
    mine = db.org_of(session)
    return _Shelf(
        on=on,
        products={one.sku: one for one in session.scalars(select(Product).where(Product.org_id == mine))},
        prices={row.product_id: row for row in session.scalars(_in_force(ProductPrice, mine, on))},
        taxes={row.product_id: row for row in session.scalars(_in_force(ProductTax, mine, on))},
        terms={row.product_id: row for row in session.scalars(_in_force(ProductTerms, mine, on))},
        treatments=treatments,
    )


def _in_force(model: type[_Dated], org_id: UUID, on: date) -> Any:
    newest = (
        select(model)
        .where(model.org_id == org_id, model.valid_from <= on)
        .order_by(model.product_id, model.valid_from.desc())
    )
    return newest.ext(distinct_on(model.product_id))


def _keep_words(session: Session, data: Mapping[str, Any]) -> bool:
    values = {name: data[name] for name in _WORDS if isinstance(data.get(name), Mapping)}
    if not values:
        return False
    row = session.get(CatalogueWords, db.org_of(session))
    if row is None:
        session.add(CatalogueWords(**{name: values.get(name, {}) for name in _WORDS}))
        session.flush()  # the catalogue is read by plain SQL
        return True
    return _update(row, values)


def _audit(session: Session, report: Report, valid_from: date) -> None:
    counted: tuple[Outcome, ...] = ("added", "changed", "unchanged", "rejected")
    audit.record(
        session,
        "catalogue.imported",
        subject=organisations.public_id(db.org_of(session)),
        after={
            "valid_from": valid_from.isoformat(),
            **{outcome: report.count(outcome) for outcome in counted},
            "skus": [row.key for row in report.rows if row.outcome in ("added", "changed")],
        },
    )

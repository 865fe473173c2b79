"""Prices and terms of sale as people set them: from a day on, with a reason, audited, and seen by everybody at once."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import DomainError, Invalid, NotFound
from orders import catalogue, rules
from orders.tables import Product, ProductPrice, ProductTerms
from orders.terms import EVERYBODY
from parties import organisations
from tax import PriceMode

MAX_PRICE_MINOR = 10**9
FARTHEST = timedelta(days=366)
_COLUMNS = ("min_qty", "multiple", "rates", "scheme_buy", "scheme_free", "scheme_until")
_NO_TERMS: dict[str, Any] = {
    "min_qty": 1, "multiple": 1, "rates": [], "scheme_buy": None, "scheme_free": None, "scheme_until": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A change by a person: since when it holds (today), why, and the product's version that they saw."""

    reason: str
    version: int
    valid_from: date | None = None


class ProductChanged(DomainError):
    """Somebody changed the product since it was read."""

    code = "VERSION_CONFLICT"
    status = 412
    detail = "This product was changed by somebody else meanwhile. Read it again before you change it."


def product(session: Session, sku: str) -> Product:
    """The product with this code, sold today or not. Raises NotFound."""
    found = session.scalars(select(Product).where(Product.org_id == db.org_of(session), Product.sku == sku)).first()
    if found is None:
        raise NotFound(kind="Product")
    return found


def set_price(session: Session, sku: str, price_minor: int, mode: PriceMode, change: PriceChange) -> Product:
    """The price of a base unit from a day on. Raises NotFound, ProductChanged, Invalid."""
    if not 0 < price_minor <= MAX_PRICE_MINOR:
        raise Invalid("A price is above zero.", field="price_minor")
    values = {"price_minor": price_minor, "mode": mode}
    return _set(session, sku, ProductPrice, values, change, "product.price_changed")


def set_terms(session: Session, sku: str, values: dict[str, Any], change: PriceChange) -> Product:
    """The terms from a day on: those of `values` that are columns of ProductTerms; what is left out stays.

    Raises NotFound, ProductChanged, Invalid.
    """
    if "rates" in values:
        _check_classes(session, values["rates"])
    return _set(session, sku, ProductTerms, values, change, "product.terms_changed")


def values_of(row: ProductTerms | None) -> dict[str, Any]:
    """A row's terms by column; of none, the plain ones."""
    return {name: getattr(row, name) for name in _COLUMNS} if row is not None else dict(_NO_TERMS)


def _set(
    session: Session,
    sku: str,
    model: type[ProductPrice] | type[ProductTerms],
    values: dict[str, Any],
    change: PriceChange,
    action: str,
) -> Product:
    catalogue.lock(session)
    found = product(session, sku)
    session.refresh(found)
    if found.version != change.version:
        raise ProductChanged(version=found.version)
    if not change.reason.strip():
        raise Invalid("Say why.", field="reason")
    today = clock.today(organisations.get(session).timezone)
    on = change.valid_from or today
    if not today <= on <= today + FARTHEST:
        raise Invalid("The first day is today or later, within a year.", field="valid_from")
    before, after = _put(session, found.id, model, values, on)
    found.version += 1
    session.flush()  # the catalogue is read by plain SQL
    catalogue.changed(session)
    audit.record(
        session,
        action,
        subject=ids.public("prd", found.id),
        before={"sku": sku, **_plain(before)},
        after={"valid_from": on.isoformat(), **_plain(after)},
        reason=change.reason,
    )
    return found


def _put(
    session: Session, product_id: UUID, model: Any, values: dict[str, Any], on: date
) -> tuple[dict[str, Any], dict[str, Any]]:
    current = session.scalars(
        select(model)
        .where(model.org_id == db.org_of(session), model.product_id == product_id, model.valid_from <= on)
        .order_by(model.valid_from.desc())
        .limit(1)
    ).first()
    before = values_of(current) if model is ProductTerms else {name: getattr(current, name, None) for name in values}
    after = {**before, **values}
    if current is not None and current.valid_from == on:
        for name, value in after.items():
            setattr(current, name, value)
    else:
        session.add(model(product_id=product_id, valid_from=on, **after))
    return before, after


def _check_classes(session: Session, rates: list[list[Any]]) -> None:
    known = {EVERYBODY, *rules.read(session).price_classes}
    for price_class, _from, _minor in rates:
        if price_class not in known:
            raise Invalid(f"There is no price class {price_class!r}.", field="rates")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}

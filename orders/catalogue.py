"""The catalogue: what is sold today, at today's price, tax and terms, with the index that finds it in people's words.

It is built once per organisation, catalogue version and business date, and kept in the process: a loaded catalogue
costs no query. Whoever changes the catalogue raises `organisation.catalogue_version` in the same transaction.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy.orm import Session

from core import clock, db
from core.errors import Invalid
from orders import rules
from orders.rules import Rules
from orders.terms import PLAIN, Scheme, SellingTerms, as_rates
from orders.understanding import index
from orders.understanding.index import Index
from tax import PriceMode, Treatment

MAX_CACHED = 32  # catalogues in one process; an organisation has one, around midnight two
Key = tuple[UUID, int, date]

_cache: OrderedDict[Key, "Catalogue"] = OrderedDict()
_lock = threading.Lock()

_PRODUCTS = """
SELECT p.id, p.sku, p.name, p.hsn, p.base_unit, p.default_unit, p.units, p.mrp_minor, p.listing,
       price.price_minor, price.mode, tax.rate_bps, tax.cess_bps, tax.treatment, p.stocked,
       terms.min_qty, terms.multiple, terms.rates, terms.scheme_buy, terms.scheme_free, terms.scheme_until
FROM product p
CROSS JOIN LATERAL (
    SELECT price_minor, mode FROM product_price
    WHERE org_id = p.org_id AND product_id = p.id AND valid_from <= %(on)s ORDER BY valid_from DESC LIMIT 1
) price
CROSS JOIN LATERAL (
    SELECT rate_bps, cess_bps, treatment FROM product_tax
    WHERE org_id = p.org_id AND product_id = p.id AND valid_from <= %(on)s ORDER BY valid_from DESC LIMIT 1
) tax
LEFT JOIN LATERAL (
    SELECT * FROM product_terms
    WHERE org_id = p.org_id AND product_id = p.id AND valid_from <= %(on)s ORDER BY valid_from DESC LIMIT 1
) terms ON true
WHERE p.org_id = %(org)s AND p.active
ORDER BY p.sku
"""


class SkuUnknown(Invalid):
    """Nothing that is sold today has this code."""

    code = "SKU_UNKNOWN"


@dataclass(frozen=True, slots=True)
class ProductOnSale:
    """One product as sold today. `units` says how many base units one of each unit holds."""

    product_id: UUID
    sku: str
    name: str
    hsn: str
    base_unit: str
    default_unit: str
    units: Mapping[str, int]
    price_minor: int
    price_mode: PriceMode
    rate_bps: int
    cess_bps: int
    treatment: Treatment
    mrp_minor: int | None
    terms: SellingTerms = PLAIN


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An organisation's goods on one business date. Never changes; a new version is a new object."""

    org_id: UUID
    version: int
    on: date
    products: Mapping[str, ProductOnSale]
    index: Index
    rules: Rules = rules.DEFAULT

    def product(self, sku: str) -> ProductOnSale:
        """The product with this code. Raises SkuUnknown."""
        listed = self.products.get(sku)
        if listed is None:
            raise SkuUnknown(f"Nothing with the code {sku!r} is sold today.", sku=sku)
        return listed

    def listed(self) -> list[ProductOnSale]:
        """Everything sold today, by code."""
        return sorted(self.products.values(), key=lambda product: product.sku)


def load(session: Session, *, version: int | None = None, on: date | None = None) -> Catalogue:
    """Today's catalogue. With `version` and `on` (organisation row, local date) a cached one needs no query."""
    if version is None or on is None:
        version, on = _standing(session)
    key = (db.org_of(session), version, on)
    with _lock:
        cached = _cache.get(key)
        if cached is not None:
            _cache.move_to_end(key)
    if session.info.get("catalogue_changed"):
        return _own(session, key)
    return cached if cached is not None else _keep(key, read(session, version, on))


def lock(session: Session) -> None:
    """Let one change of the catalogue at a time go on, by locking the organisation's row."""
    db.execute(session, "SELECT 1 FROM organisation WHERE org_id = %s FOR UPDATE", (str(db.org_of(session)),))


def changed(session: Session) -> None:
    """Raise the version: every process reads the catalogue anew. Locks the organisation's row."""
    session.info["catalogue_changed"] = True  # what this transaction sees may be rolled back: others never see it
    session.info.pop("catalogue", None)
    db.execute(
        session,
        "UPDATE organisation SET catalogue_version = catalogue_version + 1 WHERE org_id = %s",
        (str(db.org_of(session)),),
    )


def forget() -> None:
    """Empty the cache."""
    with _lock:
        _cache.clear()


def read(session: Session, version: int, on: date) -> Catalogue:
    """The catalogue as the database has it, uncached."""
    org_id = db.org_of(session)
    found = db.execute(session, _PRODUCTS, {"org": str(org_id), "on": on}).all()
    return Catalogue(
        org_id=org_id,
        version=version,
        on=on,
        products={row.sku: _listed(row, on) for row in found},
        rules=rules.read(session),
        index=index.build({**words(session), "items": [row.listing for row in found]}),
    )


def words(session: Session) -> dict[str, Any]:
    """The catalogue's words for units and categories, and its rules under `meta`; empty when none were imported."""
    row = db.execute(
        session,
        "SELECT unit_aliases, category_aliases, meta FROM catalogue_words WHERE org_id = %s",
        (str(db.org_of(session)),),
    ).first()
    return dict(row._asdict()) if row else {"unit_aliases": {}, "category_aliases": {}, "meta": {}}


def _standing(session: Session) -> tuple[int, date]:
    row = db.execute(
        session,
        "SELECT catalogue_version, timezone FROM organisation WHERE org_id = %s",
        (str(db.org_of(session)),),
    ).one()
    return row.catalogue_version, clock.today(row.timezone)


def _listed(row: Any, on: date) -> ProductOnSale:
    return ProductOnSale(
        product_id=row.id,
        sku=row.sku,
        name=row.name,
        hsn=row.hsn,
        base_unit=row.base_unit,
        default_unit=row.default_unit,
        units=row.units,
        price_minor=row.price_minor,
        price_mode=cast(PriceMode, row.mode),
        rate_bps=row.rate_bps,
        cess_bps=row.cess_bps,
        treatment=cast(Treatment, row.treatment),
        mrp_minor=row.mrp_minor,
        terms=_terms(row, on),
    )


def _terms(row: Any, on: date) -> SellingTerms:
    if row.min_qty is None:
        return SellingTerms(stocked=True) if row.stocked else PLAIN
    runs = row.scheme_buy is not None and (row.scheme_until is None or on <= row.scheme_until)
    scheme = Scheme(row.scheme_buy, row.scheme_free) if runs else None
    return SellingTerms(row.min_qty, row.multiple, as_rates(row.rates), scheme, row.stocked)


def _own(session: Session, key: Key) -> Catalogue:
    """The catalogue as only this transaction sees it, read once after each change."""
    own: tuple[Key, Catalogue] | None = session.info.get("catalogue")
    if own is None or own[0] != key:
        own = session.info["catalogue"] = (key, read(session, key[1], key[2]))
    return own[1]


def _keep(key: Key, catalogue: Catalogue) -> Catalogue:
    with _lock:
        for old in [known for known in _cache if known[0] == key[0] and known[1] < key[1]]:
            del _cache[old]
        _cache[key] = catalogue
        while len(_cache) > MAX_CACHED:
            _cache.popitem(last=False)
    return catalogue

"""A quote: what wanted goods come to today. Pure: a catalogue and wishes in, lines with tax and a total out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from core.errors import Invalid
from invoicing.charging import NO_DISCOUNT, Goods, Supply, charge, quantity
from orders import terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.order import OrderLine
from orders.terms import EVERYBODY, THOUSANDTHS
from tax import ComputedLine, Discount

MAX_LINES = 100
MAX_BASE_QTY = 100_000
DIVISIBLE = frozenset({"kg", "g", "quintal", "l", "ml", "m"})  # everything else is handed over whole


class UnitUnknown(Invalid):
    """The product is not sold in this unit."""

    code = "UNIT_UNKNOWN"


class QuantityInvalid(Invalid):
    """Nothing, part of a piece, too much, or finer than a thousandth."""

    code = "QUANTITY_INVALID"


class QuantityUnfit(Invalid):
    """Less than the smallest quantity that is sold, or not in whole packs. `proposals` are base units that would do."""

    code = "QUANTITY_UNFIT"

    def __init__(self, product: ProductOnSale, base_qty_milli: int) -> None:
        proposals = terms.proposals(product.terms, base_qty_milli)
        packs = f" in packs of {product.terms.multiple}" if product.terms.multiple > 1 else ""
        least = f" from {terms.smallest(product.terms)} {product.base_unit} on" if product.terms.min_qty > 1 else ""
        likely = " or ".join(str(one) for one in proposals)
        super().__init__(
            f"{product.name} is sold{packs}{least}: {likely} {product.base_unit} would do.",
            sku=product.sku,
            base_qty=str(quantity(base_qty_milli)),
            base_unit=product.base_unit,
            proposals=list(proposals),
        )


class LinesInvalid(Invalid):
    """An order without lines, or with more than anybody can check."""

    code = "LINES_INVALID"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish: so many units of a product."""

    sku: str
    qty: Decimal | int
    unit: str


@dataclass(frozen=True, slots=True)
class Quote:
    """`total_minor = sum of the lines' totals + round_off_minor`, valid for one catalogue version and date."""

    lines: tuple[OrderLine, ...]
    taxable_minor: int
    tax_minor: int
    round_off_minor: int
    total_minor: int
    currency: str
    catalogue_version: int
    price_class: str = EVERYBODY


@dataclass(frozen=True, slots=True)
class _Measured:
    product: ProductOnSale
    qty_milli: int
    unit: str
    base_qty_milli: int
    price_minor: int


def quote(
    catalogue: Catalogue,
    wanted: Sequence[Wanted],
    *,
    supply: Supply,
    price_class: str = EVERYBODY,
    discount: Discount = NO_DISCOUNT,
) -> Quote:
    """Price the wishes; `discount` is the whole bill's own.

    Raises LinesInvalid, SkuUnknown, UnitUnknown, QuantityInvalid, QuantityUnfit.
    """
    if not 0 < len(wanted) <= MAX_LINES:
        raise LinesInvalid(f"An order has 1 to {MAX_LINES} lines, not {len(wanted)}.", lines=len(wanted))
    measured = [_measure(catalogue.product(wish.sku), wish, price_class) for wish in wanted]
    charged = charge([_goods(item) for item in measured], supply, discount)
    return Quote(
        lines=tuple(map(_line, count(1), measured, charged.lines)),
        taxable_minor=charged.taxable_minor,
        tax_minor=charged.tax_minor,
        round_off_minor=charged.round_off_minor,
        total_minor=charged.total_minor,
        currency=charged.currency,
        catalogue_version=catalogue.version,
        price_class=price_class,
    )


def base_milli(product: ProductOnSale, wish: Wanted) -> tuple[int, int]:
    """A wish in thousandths of its own unit, and of the base unit. Raises UnitUnknown, QuantityInvalid."""
    size = product.units.get(wish.unit)
    if size is None:
        sold_in = ", ".join(product.units)
        raise UnitUnknown(
            f"{product.name} is not sold by {wish.unit!r}, only by {sold_in}.", sku=product.sku, unit=wish.unit
        )
    qty_milli = _thousandths(product, wish)
    base_qty_milli = qty_milli * size
    _check(product, wish, base_qty_milli)
    return qty_milli, base_qty_milli


def _measure(product: ProductOnSale, wish: Wanted, price_class: str) -> _Measured:
    qty_milli, base_qty_milli = base_milli(product, wish)
    if not terms.fits(product.terms, base_qty_milli):
        raise QuantityUnfit(product, base_qty_milli)
    price_minor = terms.price_for(product.terms, price_class, base_qty_milli, product.price_minor)
    return _Measured(product, qty_milli, wish.unit, base_qty_milli, price_minor)


def _thousandths(product: ProductOnSale, wish: Wanted) -> int:
    if isinstance(wish.qty, float):
        raise TypeError("quantities are exact: Decimal or int")
    if isinstance(wish.qty, Decimal) and not wish.qty.is_finite():
        raise _wrong(product, wish, "is not a quantity")
    if not 0 < wish.qty <= MAX_BASE_QTY:
        raise _wrong(product, wish, f"must be above 0 and at most {MAX_BASE_QTY}")
    scaled = wish.qty * THOUSANDTHS
    if scaled != int(scaled):
        raise _wrong(product, wish, "has more than three decimals")
    return int(scaled)


def _check(product: ProductOnSale, wish: Wanted, base_qty_milli: int) -> None:
    if base_qty_milli > MAX_BASE_QTY * THOUSANDTHS:
        raise _wrong(product, wish, f"is more than {MAX_BASE_QTY} {product.base_unit}")
    if product.base_unit not in DIVISIBLE and base_qty_milli % THOUSANDTHS:
        raise _wrong(product, wish, f"is not a whole number of {product.base_unit}")


def _wrong(product: ProductOnSale, wish: Wanted, problem: str) -> QuantityInvalid:
    return QuantityInvalid(
        f"{product.name}: {wish.qty} {wish.unit} {problem}.", sku=product.sku, qty=str(wish.qty), unit=wish.unit
    )


def _goods(item: _Measured) -> Goods:
    product = item.product
    return Goods(
        sku=product.sku,
        description=product.name,
        hsn=product.hsn,
        qty_milli=item.base_qty_milli,
        unit=product.base_unit,
        price_minor=item.price_minor,
        price_mode=product.price_mode,
        rate_bps=product.rate_bps,
        cess_bps=product.cess_bps,
        treatment=product.treatment,
        mrp_minor=product.mrp_minor,
    )


def _line(number: int, item: _Measured, money: ComputedLine) -> OrderLine:
    product = item.product
    return OrderLine(
        line_no=number,
        product_id=product.product_id,
        sku=product.sku,
        name=product.name,
        hsn=product.hsn,
        qty_milli=item.qty_milli,
        unit=item.unit,
        base_qty_milli=item.base_qty_milli,
        base_unit=product.base_unit,
        price_minor=item.price_minor,
        price_mode=product.price_mode,
        rate_bps=product.rate_bps,
        cess_bps=product.cess_bps,
        treatment=product.treatment,
        taxable_minor=money.taxable_minor,
        tax_minor=money.tax_minor,
        total_minor=money.total_minor,
        free_milli=terms.free_milli(product.terms, item.base_qty_milli),
        list_price_minor=product.price_minor if item.price_minor < product.price_minor else None,
    )

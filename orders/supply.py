"""What an order needs of counted goods, and how a list is cut to what is there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import DomainError
from orders import terms
from orders.catalogue import Catalogue, ProductOnSale
from orders.order import OrderLine
from orders.quotes import DIVISIBLE, Wanted, base_milli
from orders.terms import THOUSANDTHS

Short = dict[str, Any]


class StockShort(DomainError):
    """Less is there than was quoted: whoever catches this asks again with what is left, or shrinks the order."""

    code = "STOCK_SHORT"

    def __init__(self, shorts: Sequence[Short]) -> None:
        self.shorts = tuple(shorts)
        super().__init__("Less is in stock than was quoted; the order needs a fresh yes.", shorts=shown(shorts))


class OutOfStock(DomainError):
    """Nothing of what is wanted is there."""

    code = "OUT_OF_STOCK"

    def __init__(self, shorts: Sequence[Short]) -> None:
        self.shorts = tuple(shorts)
        super().__init__("Nothing of this is in stock at present.", shorts=shown(shorts))


def shorts_of(error: DomainError | None) -> Sequence[Short]:
    """What falls short, by an error about stock."""
    return error.shorts if isinstance(error, OutOfStock | StockShort) else ()


def counted(catalogue: Catalogue, wanted: Iterable[Wanted]) -> set[UUID]:
    """The products among these wishes whose stock is counted; unknown ones are somebody else's error."""
    found = (catalogue.products.get(wish.sku) for wish in wanted)
    return {product.product_id for product in found if product is not None and product.terms.stocked}


def needs(catalogue: Catalogue, lines: Iterable[OrderLine]) -> dict[UUID, int]:
    """Thousandths of a base unit that must be there of each counted product, free goods included.

    What is sold no longer may be counted: only the shelf knows.
    """
    needed: dict[UUID, int] = {}
    for line in lines:
        product = catalogue.products.get(line.sku)
        if product is None or product.terms.stocked:
            needed[line.product_id] = needed.get(line.product_id, 0) + line.base_qty_milli + line.free_milli
    return needed


def cut(
    catalogue: Catalogue, wanted: Iterable[Wanted], available: Mapping[UUID, int]
) -> tuple[list[Wanted], list[Short]]:
    """The wishes that are there, in whole packs, and what falls short of the others. Raises as quotes.quote does."""
    left = dict(available)
    kept: list[Wanted] = []
    shorts: list[Short] = []
    for wish in wanted:
        product = catalogue.product(wish.sku)
        _, wanted_milli = base_milli(product, wish)
        given_milli = _given(product, wanted_milli, left)
        if given_milli == wanted_milli:
            kept.append(wish)
            continue
        shorts.append(short(product, wanted_milli, given_milli))
        if given_milli:
            kept.append(sized(product, given_milli, wish.unit))
    return kept, shorts


def sized(product: ProductOnSale, base_qty_milli: int, unit: str) -> Wanted:
    """So much of a product, in this unit if it comes out whole, else in base units."""
    size = product.units.get(unit, 1)
    if base_qty_milli % (size * THOUSANDTHS) == 0:
        return Wanted(product.sku, base_qty_milli // (size * THOUSANDTHS), unit)
    return Wanted(product.sku, Decimal(base_qty_milli) / THOUSANDTHS, product.base_unit)


def short(product: ProductOnSale | OrderLine, wanted_milli: int, given_milli: int) -> Short:
    """What falls short of one product, as an order keeps it."""
    return {
        "sku": product.sku,
        "name": product.name,
        "wanted_milli": wanted_milli,
        "given_milli": given_milli,
        "base_unit": product.base_unit,
    }


def missing(lines: Sequence[OrderLine], there: Mapping[UUID, int]) -> list[Short]:
    """What falls short of an order, by product: how much is billed of it, and how much can be with its free goods."""
    found = []
    for product_id, left_milli in there.items():
        mine = [line for line in lines if line.product_id == product_id]
        billed_milli = sum(line.base_qty_milli for line in mine)
        given_milli = left_milli * billed_milli // (billed_milli + sum(line.free_milli for line in mine))
        found.append(short(mine[0], billed_milli, given_milli - given_milli % grain(mine[0])))
    return found


def merged(before: Sequence[Short] | None, now: Sequence[Short]) -> list[Short] | None:
    """All that fell short of an order: what was wanted first, what is given now."""
    found = {one["sku"]: one for one in before or ()}
    for one in now:
        first = found.get(one["sku"])
        found[one["sku"]] = {**one, "wanted_milli": first["wanted_milli"]} if first else one
    return list(found.values()) or None


def shown(shorts: Sequence[Short]) -> list[dict[str, Any]]:
    """What falls short, as the API answers it: quantities in base units."""
    return [
        {
            "sku": one["sku"],
            "name": one["name"],
            "wanted": _number(one["wanted_milli"]),
            "given": _number(one["given_milli"]),
            "base_unit": one["base_unit"],
        }
        for one in shorts
    ]


def grain(product: ProductOnSale | OrderLine) -> int:
    """The finest part of a product that is handed over, in thousandths of its base unit."""
    return 1 if product.base_unit in DIVISIBLE else THOUSANDTHS


def _given(product: ProductOnSale, wanted_milli: int, left: dict[UUID, int]) -> int:
    """How much of the wish is there; takes it from what is left."""
    there = left.get(product.product_id)
    if there is None:
        return wanted_milli
    given_milli = wanted_milli
    if wanted_milli + terms.free_milli(product.terms, wanted_milli) > there:
        given_milli = min(wanted_milli, terms.most_within(product.terms, max(there, 0), grain(product)))
    left[product.product_id] = there - given_milli - terms.free_milli(product.terms, given_milli)
    return given_milli


def _number(milli: int) -> int | float:
    return milli // THOUSANDTHS if milli % THOUSANDTHS == 0 else milli / THOUSANDTHS

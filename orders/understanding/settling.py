"""One name with its amounts becomes a line, a question, or something unsold.

The candidates of the name are narrowed step by step, each step explaining itself: features, price points, sizes, bare
numbers. A step that could be read two ways stops and asks. What is left at the end must be exactly one item and
exactly one quantity; nothing is ever chosen because it is likely.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from orders.understanding import quantities
from orders.understanding.elements import Amount, Form, Goods
from orders.understanding.facts import Question, ReadLine, Unsold
from orders.understanding.index import Index, NameKind
from orders.understanding.items import Item
from orders.understanding.quantities import Quantity, as_size
from orders.understanding.units import MEASURES, Unit

_GRAMS = frozenset(map(Decimal, (250, 500, 750)))  # said of loose goods, a weight that lacks its "gm"
_LEAST_SIZE = 10  # grams or millilitres that somebody says of an item without their unit
_LIKELY_SIZE = 100  # grams or millilitres; nobody orders so many cases of a pack of just that size
Outcome = ReadLine | Question | Unsold


@dataclass(slots=True)
class _Reading:
    """What is known so far about one name."""

    goods: Goods
    text: str
    candidates: list[Item]
    packs: list[Amount] = field(default_factory=list)
    bare: list[Amount] = field(default_factory=list)
    measures: list[Amount] = field(default_factory=list)
    weight: Amount | None = None
    packed: Quantity | None = None
    sized: bool = False
    why: list[str] = field(default_factory=list)

    @property
    def has_quantity(self) -> bool:
        return bool(self.packs) or self.weight is not None or self.packed is not None

    def ask(self, reason: str, candidates: list[Item] | None = None) -> Question:
        """A question that remembers the quantity, if exactly one was said."""
        said = self.packs or (self.bare if self._counts_bare() else [] if self.bare else self.measures)
        one = said[0] if len(said) == 1 and not said[0].vague else None
        unit = one.unit if one is not None else self._only_unit()
        shown = self.candidates if candidates is None else candidates
        return Question(
            reason, self.text, one.value if one else None, unit.name if unit else None, tuple(i.sku for i in shown)
        )

    def _only_unit(self) -> Unit | None:
        """The unit of what was said ("2-3 dozen"), where only one was: the answer need not repeat it."""
        said = [amount.unit for amount in self.packs if amount.unit is not None] or self.goods.units
        return said[0] if len({unit.name for unit in said}) == 1 else None

    def _counts_bare(self) -> bool:
        """Is the only number certainly a quantity, whichever candidate is meant?"""
        if len(self.bare) != 1 or self.measures:
            return False
        return not any(fits(item, self.bare[0]) or _of_size([item], self.bare[0]) for item in self.candidates)

    def unsold(self) -> Unsold:
        return Unsold(self.text, tuple(item.sku for item in self.candidates))

    def narrow(self, fitting: list[Item], why: str) -> None:
        self.candidates, self.sized = fitting, True
        self.why.append(why)


def settle(index: Index, goods: Goods, text: str) -> Outcome:
    """The line that these goods make, or what stands in its way. `text` is what to quote when asking."""
    mention = goods.mention
    positions = sorted(mention.items or mention.cover)
    reading = _Reading(goods, text, [index.items[at] for at in positions])
    _sort_amounts(reading)
    stopped = _unfit_name(index, reading)
    if stopped is not None:
        return stopped
    for step in _STEPS:
        outcome = step(reading)
        if outcome is not None:
            return outcome
    return _line(reading)


def _sort_amounts(reading: _Reading) -> None:
    for amount in reading.goods.amounts:
        if amount.counts_packs or amount.vague:
            reading.packs.append(_with_unit(reading, amount))
        elif amount.is_measure and amount.form is Form.PLAIN:
            reading.measures.append(amount)
        elif amount.is_bare:
            reading.bare.append(amount)


def _with_unit(reading: _Reading, amount: Amount) -> Amount:
    """ "2 sprite ki peti", "lux 20 ... dozen": a unit that stands apart belongs to the only number that has none."""
    units = reading.goods.units
    return replace(amount, unit=units[0]) if len(units) == 1 and amount.unit is None else amount


def _unfit_name(index: Index, reading: _Reading) -> Outcome | None:
    """Names that may not become a line: strangers, parts of names, a stranger beside a name, doubtful spellings.

    A stranger before a name is another brand ("dove shampoo"); after it, a variant ("lux rose"). Neither is ours.
    """
    mention = reading.goods.mention
    if mention.is_stranger or mention.stranger_before:
        return reading.unsold()
    if mention.stranger_after:
        return reading.ask("variant_unknown") if mention.kind is NameKind.ALIAS else reading.unsold()
    if mention.kind is NameKind.PART:
        leads = mention.words[0] in index.leading
        if leads and _size_tells(reading):
            return None
        return reading.ask("product_missing") if leads else reading.unsold()
    return None if mention.sure else reading.ask("did_you_mean")


def _size_tells(reading: _Reading) -> bool:
    """ "Sunflower 15 kg": the beginning of a name and the very size of the only thing that begins so."""
    measures = [amount for amount in reading.goods.amounts if amount.is_measure]
    return len(reading.candidates) == len(measures) == 1 and bool(_of_size(reading.candidates, measures[0]))


# -- the steps: each returns None to go on, or the outcome --------------------------------------------------------


def _vague(reading: _Reading) -> Outcome | None:
    if any(amount.unclear or amount.form is Form.TIMES for amount in reading.goods.amounts):
        return reading.ask("number_unclear")
    return reading.ask("qty_vague") if any(amount.vague for amount in reading.goods.amounts) else None


def _colours(reading: _Reading) -> Outcome | None:
    for feature in reading.goods.features:
        if feature.kind in ("big", "small"):
            continue
        fitting = [item for item in reading.candidates if feature.kind in item.colours]
        if not fitting:
            return reading.ask("variant_unknown")
        reading.candidates = fitting
    return None


def _one_kind_of_goods(reading: _Reading) -> Outcome | None:
    """A name that covers several families ("dal", "tata") says too little, whatever else was said."""
    if len({item.family for item in reading.candidates}) == 1:
        return None
    sizes = [size for amount in reading.measures if (size := as_size(amount)) is not None]
    likely = [i for i in reading.candidates if i.size is not None and any(i.size.worth == s.worth for s in sizes)]
    rest = [item for item in reading.candidates if item not in likely]
    return reading.ask("product_missing", likely + rest)


def _prices(reading: _Reading) -> Outcome | None:
    """ "12 wala" is the item with that price printed on it, else the one of that size, else not sold."""
    for amount in reading.goods.amounts:
        if amount.form is Form.PLAIN:
            continue
        fitting = _of_price(reading.candidates, amount.value) if amount.unit is None else []
        if not fitting and amount.form in (Form.PRICE, Form.OF):
            fitting = _of_size(reading.candidates, amount)
        if not fitting and _describes_the_bag(reading, amount):
            continue
        if not fitting:
            return reading.unsold() if amount.form is Form.PRICE else reading.ask("price_unclear")
        reading.narrow(fitting, f"{amount.value.normalize():f} wala")
    return None


def _describes_the_bag(reading: _Reading, amount: Amount) -> bool:
    """ "50 kg wala 1 bag" of loose goods in bags of 50 kg."""
    size, item = as_size(amount), reading.candidates[0]
    if size is None or len(reading.candidates) > 1 or not item.loose or len(reading.packs) != 1:
        return False
    each = quantities.counted(item, Decimal(1), reading.packs[0].unit)
    return not isinstance(each, str) and each.base_qty == item.measured(size)


def _of_price(items: list[Item], value: Decimal) -> list[Item]:
    return [item for item in items if item.mrp == value]


def _of_size(items: list[Item], amount: Amount) -> list[Item]:
    """Items of this size; without a unit, 500 may be grams or millilitres, and 2 whatever the pack says."""
    size = as_size(amount)
    if size is not None:
        return [i for i in items if i.size and (i.size.dimension, i.size.worth) == (size.dimension, size.worth)]
    return [i for i in items if i.size and amount.value in (i.size.worth, i.size.written)]


def _measures(reading: _Reading) -> Outcome | None:
    """A weight or volume: a loose quantity, a pack size, or (alone) so many packs."""
    if not reading.measures:
        return None
    if len(reading.measures) > 1:
        return reading.ask("two_quantities")
    amount = reading.measures[0]
    if all(item.loose for item in reading.candidates):
        return _loose_weight(reading, amount)
    if reading.packs or reading.bare:
        return _pack_size(reading, amount)
    return _weight_alone(reading, amount)


def _loose_weight(reading: _Reading, amount: Amount) -> Outcome | None:
    if reading.bare:
        return reading.ask("two_quantities")
    if reading.packs:  # "2 bori 50 kg": the weight only describes the bag
        return None if _describes_the_bag(reading, amount) else reading.ask("two_quantities")
    reading.weight = amount
    return None


def _pack_size(reading: _Reading, amount: Amount) -> Outcome | None:
    fitting = _of_size(reading.candidates, amount)
    if fitting:
        reading.narrow(fitting, f"size {amount.value.normalize():f} {amount.unit.name if amount.unit else ''}")
        return None
    size = as_size(amount)
    comparable = any(i.size and size and i.size.dimension == size.dimension for i in reading.candidates)
    return reading.unsold() if comparable else reading.ask("size_unknown")


def _weight_alone(reading: _Reading, amount: Amount) -> Outcome | None:
    """ "5 kilo" and nothing else: packs if there is one pack it is a multiple of; otherwise it must be asked."""
    size = as_size(amount)
    fitting = _of_size(reading.candidates, amount)
    dividing = [i for i in reading.candidates if i.loose or (size and quantities.packs_of(i, size))]
    if len(reading.candidates) > 1:
        first = fitting + [item for item in dividing if item not in fitting]
        return reading.ask("size_or_quantity", first + [item for item in reading.candidates if item not in first])
    item = reading.candidates[0]
    if fitting:
        reading.narrow(fitting, "size")
        return reading.ask("qty_missing")
    quantity = quantities.packs_of(item, size) if size else None
    if quantity is None:
        return reading.ask("size_unknown")
    if isinstance(quantity, str) or item.sold_in_packs_of_many:
        return reading.ask("size_or_quantity")
    reading.packed = quantity
    reading.why.append("weight in packs")
    return None


def _counted_sizes(reading: _Reading) -> Outcome | None:
    """ "Pepsi 500 case": a number that is the size of what is sold in cases, and no other beside it."""
    alone = len(reading.goods.amounts) == 1 and len(reading.packs) == 1 and not reading.packs[0].bound
    if not alone or reading.packs[0].unit is None:
        return None
    amount = reading.packs[0]
    sized = [item for item in _of_worth(reading.candidates, amount.value) if amount.value >= _LIKELY_SIZE]
    many = [i for i in sized if (i.worth(amount.unit) or ("", 1))[1] > 1 or i.sold_in_packs_of_many]
    return reading.ask("size_or_quantity") if many else None


def _bare_numbers(reading: _Reading) -> Outcome | None:
    """Numbers with nothing beside them: the size, the price point or the quantity."""
    if not reading.bare:
        return None
    if reading.has_quantity:
        return _bare_sizes(reading)
    if len(reading.bare) == 1:
        return _single_bare(reading)
    return _two_bare(reading) if len(reading.bare) == 2 else reading.ask("number_unclear")


def _bare_sizes(reading: _Reading) -> Outcome | None:
    priced = any(amount.form is not Form.PLAIN for amount in reading.goods.amounts)
    for amount in reading.bare:
        fitting = _hinted(reading.candidates, amount.value)
        if not fitting or priced:  # "10 wala 10 12 box" is a range
            return reading.ask("number_unclear")
        reading.narrow(fitting, f"{amount.value.normalize():f} is size or price")
    return None


def _single_bare(reading: _Reading) -> Outcome | None:
    amount = reading.bare[0]
    fitting = [] if reading.sized else _hinted(reading.candidates, amount.value)
    if fitting:
        reading.narrow(fitting, "size or price")
        return reading.ask("size_or_quantity")
    sizes = [i for i in _of_size(reading.candidates, amount) if i.size and i.size.worth >= _LEAST_SIZE]
    if not reading.sized and amount.value != 1 and sizes:
        return reading.ask("size_or_quantity")
    [only] = reading.candidates if len(reading.candidates) == 1 else [None]
    sounds_other = only and (sounds_like_pieces(only, amount.value) or sounds_like_grams(only, amount.value))
    if sounds_other and not reading.goods.units:
        return reading.ask("unit_unclear")
    reading.packs, reading.bare = [_with_unit(reading, amount)], []
    return None


def sounds_like_pieces(item: Item, value: Decimal) -> bool:
    """ "30 ande" of something sold in trays of 30: thirty eggs or thirty trays? Few mean that many trays."""
    worth = item.worth(None) if item.sold_in_packs_of_many else None
    return worth is not None and value >= worth[1]


def sounds_like_grams(item: Item, value: Decimal) -> bool:
    """ "Jeera 500" of loose goods: half a kilogram or half a tonne?"""
    return item.loose and value in _GRAMS


def _two_bare(reading: _Reading) -> Outcome | None:
    """ "coke 500 2": the one that is a size or price of the family, beside one that is not."""
    found: list[tuple[Amount, list[Item]]] = []
    first, second = reading.bare
    for hint, other in ((first, second), (second, first)):
        fitting = _hinted(reading.candidates, hint.value)
        if fitting and not reading.sized and (hint.value == other.value or not _hinted(fitting, other.value)):
            found.append((other, fitting))
    sized = [bool(_of_worth(reading.candidates, amount.value)) for amount in (first, second)]
    if len(found) == 2 and sized == [True, False]:
        del found[1]  # "nescafe 50 2"; but "nescafe 2 50" may be two jars of 50 g or fifty sachets for 2
    priced_last = len(found) == 1 and found[0][0] is first and not sized[1]  # "dairy milk 20 10"
    if not found or priced_last or (len(found) == 2 and first.value != second.value):
        return reading.ask("number_unclear")
    quantity, fitting = found[0]
    reading.packs, reading.bare = [_with_unit(reading, quantity)], []
    reading.narrow(fitting, "size or price")
    return None


def fits(item: Item, amount: Amount) -> bool:
    """May this amount describe the item itself: its size or its printed price?"""
    if amount.is_measure:
        return bool(_of_size([item], amount))
    priced = bool(_of_price([item], amount.value))
    return priced or bool(_of_size([item], amount) if amount.form is Form.PRICE else _of_worth([item], amount.value))


def _hinted(items: list[Item], value: Decimal) -> list[Item]:
    """Items whose size in grams or millilitres, or printed price, is this number; none when the two disagree."""
    sized, priced = _of_worth(items, value), _of_price(items, value)
    return (sized or priced) if not sized or not priced or sized == priced else []


def _of_worth(items: list[Item], value: Decimal) -> list[Item]:
    if value < _LEAST_SIZE:
        return []
    return [i for i in items if i.size and i.size.worth == value and i.size.unit not in ("kg", "l")]


def _big_or_small(reading: _Reading) -> Outcome | None:
    kinds = [feature.kind for feature in reading.goods.features]
    if "big" in kinds and "small" in kinds:
        return reading.ask("size_missing")  # "badi ya chhoti"
    for feature in reading.goods.features:
        sized = [item for item in reading.candidates if item.size is not None]
        if feature.kind not in ("big", "small") or len(reading.candidates) < 2 or not sized:
            continue
        pick = max if feature.kind == "big" else min
        worth = pick(item.size.worth for item in sized if item.size)
        reading.narrow([item for item in sized if item.size and item.size.worth == worth], feature.kind)
    return None


def _one_item(reading: _Reading) -> Outcome | None:
    if len(reading.candidates) == 1:
        return None
    sizes = {item.size for item in reading.candidates}
    liquid = all(item.size and item.size.dimension == "volume" for item in reading.candidates)
    lacking = "flavour" if len(sizes) == 1 else "size" if liquid else "variant"
    return reading.ask(f"{lacking}_missing" if reading.has_quantity else f"qty_and_{lacking}_missing")


_STEPS: tuple[Callable[[_Reading], Outcome | None], ...] = (
    _colours, _one_kind_of_goods, _vague, _prices, _measures, _counted_sizes, _bare_numbers, _big_or_small, _one_item,
)  # fmt: skip


def _line(reading: _Reading) -> Outcome:
    item = reading.candidates[0]
    weight = as_size(reading.weight) if reading.weight is not None else None
    if reading.packed is not None:
        quantity: Quantity | str = reading.packed
    elif weight is not None:
        quantity = quantities.measured(item, weight)
    else:
        quantity = quantities.agreed(item, reading.packs)
    if isinstance(quantity, str):
        return reading.ask(quantity)
    each = "" if item.base_unit in MEASURES else f" = {quantity.base_qty.normalize():f} {item.base_unit}"
    why = [f"by {reading.goods.mention.kind.name.lower()}", *reading.why]
    why.append(f"{quantity.qty.normalize():f} {quantity.unit}{each}")
    return ReadLine(item.sku, quantity.qty, quantity.unit, quantity.base_qty, reading.text, "; ".join(why))

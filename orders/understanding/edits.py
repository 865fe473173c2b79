"""What a message does to a cart: one entry after another, and nothing at all if any target is in doubt.

A name that is unclear in the catalogue may be clear in the cart: with one cola line, "coke hata do" needs no size.
A number without a name means the line mentioned last, and keeps that line's unit.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from language.roles import Role
from orders.understanding import carts, quantities
from orders.understanding.carts import Change
from orders.understanding.clauses import Clause
from orders.understanding.desk import Desk
from orders.understanding.elements import Amount, Form, Goods
from orders.understanding.facts import CartLine, Context, Question, ReadLine, Unsold
from orders.understanding.gathering import Gathered, twice
from orders.understanding.index import Index
from orders.understanding.naming import in_family
from orders.understanding.resizing import resized, which_size
from orders.understanding.settling import Outcome, fits
from orders.understanding.sharing import Settle
from orders.understanding.statements import NOBODY
from orders.understanding.units import Unit

Result = Change | Question | Unsold


def apply(index: Index, context: Context, entries: Sequence[Gathered], settle: Settle) -> list[Result]:
    """The result of each entry, each working on the cart that the one before left."""
    cart, last = context.cart, context.last_sku
    results: list[Result] = []
    said: dict[str, ReadLine] = {}
    names_size = context.pending_question is None  # else a size is meant for what was asked
    for entry in _governed(entries):
        desk = Desk(index, cart, last, settle)
        unnamed = entry.goods is None and entry.op != "remove"
        homeless = unnamed and (entry.statement.everything or _just_removed(results) or _means_another(desk, entry))
        result = (
            Question("target_missing", "", None, None, _skus(desk.lines))
            if homeless
            else _scaled(desk, entry) or (names_size and resized(desk, entry)) or _EDITS[entry.op](desk, entry)
        )
        result = which_size(desk, entry, result) if names_size else result
        if isinstance(result, Change) and result.line is not None:
            before = said.get(result.line.sku)
            said[result.line.sku] = result.line
            if before is not None and entry.goods is not None and not entry.corrects:
                result = twice(before.span, result.line)
        if isinstance(result, Question) and entry.op == "add":
            result = replace(result, op="add")
        results.append(result)
        if isinstance(result, Change):
            cart, last = result.cart, result.line.sku if result.line is not None else last
    return results


def _means_another(desk: Desk, entry: Gathered) -> bool:
    """ "2 nahi 3" where the line mentioned last is not 2 of anything, but another is."""
    old, line = entry.statement.instead_of, desk.line()
    if old is None or line is None or _reads_as(line, old):
        return False
    return any(_reads_as(other, old) for other in desk.lines)


def _reads_as(line: CartLine, amount: Amount) -> bool:
    return line.qty == amount.value and (amount.unit is None or amount.unit.name == line.unit)


def _just_removed(results: Sequence[Result]) -> bool:
    """An amount after "lux hata do" means neither lux nor, certainly, whatever is left."""
    return bool(results) and isinstance(results[-1], Change) and results[-1].line is None


def _governed(entries: Sequence[Gathered]) -> list[Gathered]:
    """ "coke aur lux hata do": the verb also holds for the names beside it that have no amount and no verb."""
    found = _spread_removal(list(entries)[::-1], backwards=True)[::-1]
    return _spread_removal(found, backwards=False)


def _spread_removal(entries: list[Gathered], *, backwards: bool) -> list[Gathered]:
    found: list[Gathered] = []
    for entry in entries:
        last = found[-1] if found else None
        bare = entry.op == "put" and entry.goods is not None and not entry.goods.amounts and not _is_wanted(entry)
        governs = last is not None and last.op == "remove" and (backwards or _verb_first(last))
        found.append(
            Gathered(replace(entry.statement, op="remove"), entry.goods, entry.outcome) if bare and governs else entry
        )
    return found


def _is_wanted(entry: Gathered) -> bool:
    """ "Coke theek hai lux hata do", "lux chahiye coke nahi": a verb of its own says that it stays."""
    clause, start = entry.statement.clause, entry.goods.mention.end if entry.goods is not None else 0
    ends = [goods.mention.start for goods in entry.statement.goods if goods.mention.start >= start]
    own = clause.marks[start - clause.start : min(ends) - clause.start if ends else None]
    return any(roles & {Role.ORDER, Role.YES} and not roles & {Role.REMOVE, Role.SET} for roles in own)


def _verb_first(entry: Gathered) -> bool:
    """ "remove coke and lux": the verb stands before what it removes, so it also holds for what follows."""
    clause = entry.statement.clause
    verbs = [at for at, roles in enumerate(clause.marks) if Role.REMOVE in roles]
    return not verbs or (entry.goods is not None and clause.start + verbs[0] < entry.goods.mention.start)


def _in_cart(desk: Desk, goods: Goods) -> list[CartLine]:
    """The cart's lines that the name may mean."""
    mention = goods.mention
    if mention.stranger_before or mention.stranger_after:
        return []
    named = mention.items or mention.cover
    return [line for line in desk.lines if desk.index.by_sku[line.sku].position in named]


def target(desk: Desk, goods: Goods) -> list[CartLine]:
    """The cart lines that name, sizes, prices and features leave; amounts that count packs describe no item."""
    lines = _in_cart(desk, goods)
    hints = [amount for amount in goods.amounts if not amount.counts_packs]
    fitting = [line for line in lines if all(fits(desk.index.by_sku[line.sku], hint) for hint in hints)]
    if len(fitting) < 2 or not goods.features:
        return fitting
    outcome = desk.settle(Goods(desk.mention(fitting, goods.mention), [], goods.features))
    kept = outcome.candidates if isinstance(outcome, Question) else ()
    return [line for line in fitting if line.sku in kept]


def _of_quantity(desk: Desk, goods: Goods) -> list[CartLine]:
    """The named lines of which the amounts say how much: "sugar 5 kg", or a bare number equal to the line's own."""
    bare = any(amount.unit is None for amount in goods.amounts)
    found: list[CartLine] = []
    for line in _in_cart(desk, goods) if goods.amounts else ():
        outcome = desk.settle(Goods(desk.mention([line], NOBODY), [_in_unit(amount, line) for amount in goods.amounts]))
        if isinstance(outcome, ReadLine) and (not bare or outcome.base_qty == line.base_qty):
            found.append(line)
    return found


# -- one function per operation -----------------------------------------------------------------------------------


def _put(desk: Desk, entry: Gathered) -> Result:
    """Named goods: new ones are added, an item already there gets this quantity."""
    if entry.goods is None:
        return Question("target_missing")
    outcome = entry.outcome
    if not isinstance(outcome, ReadLine):
        return _unsettled(outcome)
    old = carts.find(desk.cart, outcome.sku)
    if old is None:
        return carts.added(desk.index, desk.cart, outcome)
    if old.unit != outcome.unit and not any(_says_unit(desk, outcome, amount) for amount in entry.goods.amounts):
        return Question("unit_unclear", outcome.span, outcome.qty, None, (outcome.sku,))
    return _set_to(desk, outcome)


def _says_unit(desk: Desk, line: ReadLine, amount: Amount) -> bool:
    """Does the amount say in what the line is counted? A size ("200g") only says which item is meant."""
    return amount.counts_packs or (amount.unit is not None and not fits(desk.index.by_sku[line.sku], amount))


def _scaled(desk: Desk, entry: Gathered) -> Result | None:
    """ "Double kar do", "lux aadha kar do": so many times what the cart has; None if no factor is said."""
    goods = entry.goods or entry.statement.said
    factors = [amount for amount in goods.amounts if amount.form is Form.TIMES] if goods is not None else []
    if goods is None or not factors:
        return None
    rest = [amount for amount in goods.amounts if amount.form is not Form.TIMES]
    lines = target(desk, Goods(goods.mention, rest, goods.features)) if entry.goods else _line_said(desk, goods)
    plain = entry.op in ("set", "put", "add") and not entry.statement.everything
    counted = len(factors) > 1 or any(amount.counts_packs for amount in rest) or (rest and not entry.goods)
    if len(lines) != 1 or counted or not plain:
        return Question(
            "target_missing", _span(entry.outcome), None, None, _skus(lines if plain and lines else desk.lines)
        )
    [line] = lines
    item = desk.index.by_sku[line.sku]
    quantity = quantities.counted(item, line.qty * factors[0].value, Unit(line.unit, line.unit))
    if isinstance(quantity, str):
        return Question(quantity, _span(entry.outcome), None, None, (line.sku,))
    why = f"{factors[0].value.normalize():f} times what the list had"
    return _set_to(desk, ReadLine(line.sku, quantity.qty, quantity.unit, quantity.base_qty, _span(entry.outcome), why))


def _add(desk: Desk, entry: Gathered) -> Result:
    outcome = _amount_of_line(desk, entry) if entry.goods is None else _preferring_cart(desk, entry, entry.goods)
    return carts.added(desk.index, desk.cart, outcome) if isinstance(outcome, ReadLine) else _unsettled(outcome)


def _set(desk: Desk, entry: Gathered) -> Result:
    outcome = _amount_of_line(desk, entry) if entry.goods is None else _preferring_cart(desk, entry, entry.goods)
    if not isinstance(outcome, ReadLine):
        return _unsettled(outcome)
    if carts.find(desk.cart, outcome.sku) is None:
        return carts.added(desk.index, desk.cart, outcome)
    return _set_to(desk, outcome)


def _reduce(desk: Desk, entry: Gathered) -> Result:
    if entry.goods is None:
        outcome = _amount_of_line(desk, entry)
    else:
        lines = _in_cart(desk, entry.goods)
        if not lines:
            return _unsettled(entry.outcome, "not_in_cart")
        outcome = _settled_in_cart(desk, lines, entry.goods)
    if not isinstance(outcome, ReadLine):
        return _unsettled(outcome)
    return carts.reduced(desk.index, desk.cart, outcome) or Question(
        "nothing_left", outcome.span, None, None, (outcome.sku,)
    )


def _remove(desk: Desk, entry: Gathered) -> Result:
    goods = entry.goods or _anything(desk, entry.statement.said)
    if _may_mean_to_keep(desk, entry.statement.clause, goods):
        lines = [] if entry.goods is None else _in_cart(desk, goods)
        return Question("target_missing", _span(entry.outcome), None, None, _skus(lines or desk.lines))
    counted = [amount for amount in goods.amounts if amount.counts_packs]
    lines = target(desk, goods)
    if not lines:
        lines, counted = _of_quantity(desk, goods), goods.amounts
        lines = lines if entry.goods is not None or not _could_be_places(desk, goods) else list(desk.lines)
    if not lines:
        return Question("not_in_cart", _span(entry.outcome), None, None, _skus(desk.lines))
    if len(lines) > 1 and not entry.statement.everything:
        return Question("target_missing", _span(entry.outcome), None, None, _skus(lines))
    if counted and not _says_all_of(desk, lines[0], counted):
        return Question("remove_or_reduce", _span(entry.outcome), counted[0].value, lines[0].unit, _skus(lines))
    return carts.removed(desk.cart, _skus(lines))


def _could_be_places(desk: Desk, goods: Goods) -> bool:
    """ "2 hata do": the line of which there are two, or the second of the list?"""
    return any(amount.is_bare and amount.value <= len(desk.cart) for amount in goods.amounts)


def _may_mean_to_keep(desk: Desk, clause: Clause, goods: Goods) -> bool:
    """ "Lux cancel mat karo", "bas coke rehne do", "coke wahi rehne do", "hata do sorry": does it stay, or go?"""
    named = [desk.index.by_sku[line.sku] for line in _in_cart(desk, goods)]
    counted = any(not any(fits(item, amount) for item in named) for amount in goods.amounts)
    last = max((at for at, roles in enumerate(clause.marks) if Role.REMOVE in roles), default=len(clause.marks))
    recants = any(Role.CORRECTION in roles and Role.REMOVE not in roles for roles in clause.marks[last + 1 :])
    stays = Role.STAY in clause.roles and (bool(clause.roles & {Role.ONLY, Role.SAME}) or counted)
    return clause.refuses_removal or recants or stays


def _replace(desk: Desk, entry: Gathered) -> Result:
    """ "X ki jagah Y": Y takes X's place and, unless it says its own, X's quantity."""
    old = _given_up(desk, entry.statement.replaced)
    if old is None:
        return Question("target_missing", _span(entry.outcome), None, None, _skus(desk.lines))
    goods = entry.goods or _same_name(desk, old, entry.statement.said)
    if goods is None:
        return Question("target_missing", "", None, None, (old.sku,))
    more = _more_of(desk, old, entry) if entry.goods is None else None
    if more is not None:
        return _set_to(desk, more)
    counted = any(amount.counts_packs for amount in goods.amounts)
    kept = [] if counted else [Amount(0, 0, old.qty, Unit(old.unit, old.unit), bound=True)]
    outcome = desk.settle(Goods(goods.mention, goods.amounts + kept, goods.features, goods.units))
    return carts.replaced(desk.cart, old.sku, outcome) if isinstance(outcome, ReadLine) else _unsettled(outcome)


_EDITS: dict[str, Callable[[Desk, Gathered], Result]] = {
    "put": _put, "add": _add, "set": _set, "reduce": _reduce, "remove": _remove, "replace": _replace,
}  # fmt: skip


# -- finding the line and the amount ------------------------------------------------------------------------------


def _given_up(desk: Desk, goods: Goods | None) -> CartLine | None:
    """The one cart line that gives way; sizes alone ("500 ki jagah 250") may tell it."""
    if goods is None:
        return desk.line()
    named = goods.mention.items or goods.mention.cover
    goods = goods if named else _anything(desk, goods)
    lines = target(desk, goods) or _of_quantity(desk, goods)
    return lines[0] if len(lines) == 1 else None


def _anything(desk: Desk, said: Goods | None) -> Goods:
    """What was said without a name, of any line of the cart ("500 wali hata do", "pehla wala hata do")."""
    said = said or Goods(NOBODY)
    lines = desk.lines if said.place is None else _line_said(desk, said)
    return Goods(desk.mention(lines, said.mention), said.amounts, said.features)


def _line_said(desk: Desk, said: Goods) -> Sequence[CartLine]:
    """The line at the place that was said, or else the one that a message means when it names none."""
    if said.place is None:
        line = desk.line()
        return [line] if line is not None else []
    at = len(desk.cart) - 1 if said.place == -1 else said.place - 1
    return [line for line in desk.lines if 0 <= at < len(desk.cart) and line is desk.cart[at]]


def _same_name(desk: Desk, old: CartLine, said: Goods | None) -> Goods | None:
    """The family of the old line, with what was said instead."""
    if said is None:
        return None
    mention = in_family(desk.index, desk.mention([old], said.mention))
    return Goods(mention, said.amounts, said.features, said.units)


def _more_of(desk: Desk, old: CartLine, entry: Gathered) -> ReadLine | None:
    """ "Coke 2 peti ki jagah 3 peti": only the quantity is replaced, if what comes instead can be nothing else."""
    said = entry.statement.said
    if said is None or len(said.amounts) != 1 or said.features or any(amount.unit is None for amount in said.amounts):
        return None
    outcome = desk.settle(Goods(desk.mention([old], NOBODY), said.amounts))
    return outcome if isinstance(outcome, ReadLine) else None


def _amount_of_line(desk: Desk, entry: Gathered) -> Outcome:
    """An amount without a name, said of the line that was mentioned last."""
    said = entry.statement.said
    lines = _line_said(desk, said) if said is not None else []
    if not lines or said is None or not said.amounts:
        return Question("target_missing", "", None, None, _skus(desk.lines))
    line = lines[0]
    mention = desk.mention([line], said.mention)
    return desk.settle(Goods(mention, [_in_unit(amount, line) for amount in said.amounts], said.features))


def _in_unit(amount: Amount, line: CartLine) -> Amount:
    bare = amount.unit is None and amount.form is Form.PLAIN
    return replace(amount, unit=Unit(line.unit, line.unit), bound=True) if bare else amount


def _preferring_cart(desk: Desk, entry: Gathered, goods: Goods) -> Outcome:
    """The goods as the cart knows them, or else as the catalogue does."""
    lines, known = _in_cart(desk, goods), entry.outcome
    outcome = _settled_in_cart(desk, lines, goods) if lines else known
    if isinstance(outcome, ReadLine) or known is None:
        return outcome or Question("target_missing")
    if isinstance(outcome, Question) and not isinstance(known, ReadLine):
        return outcome
    return known  # "coke 250 wali kar do" where the cart has 500


def _settled_in_cart(desk: Desk, lines: list[CartLine], goods: Goods) -> Outcome:
    """Settled among these lines; a number without a unit keeps the unit of the only one."""
    outcome = desk.settle(Goods(desk.mention(lines, goods.mention), goods.amounts, goods.features, goods.units))
    lines = [line for line in lines if isinstance(outcome, ReadLine) and line.sku == outcome.sku]
    if lines and isinstance(outcome, ReadLine):
        bare = [amount for amount in goods.amounts if amount.is_bare]
        telling = [amount for amount in bare if not fits(desk.index.by_sku[lines[0].sku], amount)]
        [counted] = bare if len(bare) == 1 else telling if len(telling) == 1 else [None]
        if counted is not None and not any(amount.counts_packs for amount in goods.amounts):
            said = [_in_unit(amount, lines[0]) if amount is counted else amount for amount in goods.amounts]
            return desk.settle(Goods(desk.mention(lines, goods.mention), said, goods.features))
    return outcome


def _says_all_of(desk: Desk, line: CartLine, amounts: list[Amount]) -> bool:
    outcome = desk.settle(Goods(desk.mention([line], NOBODY), [_in_unit(amount, line) for amount in amounts]))
    return isinstance(outcome, ReadLine) and outcome.base_qty == line.base_qty


def _set_to(desk: Desk, line: ReadLine) -> Change:
    return Change(carts.put(desk.cart, line), replace(line, op="set"))


def _unsettled(outcome: Outcome | None, reason: str = "target_missing") -> Question | Unsold:
    return outcome if isinstance(outcome, Question | Unsold) else Question(reason)


def _span(outcome: Outcome | None) -> str:
    return "" if outcome is None else outcome.span if isinstance(outcome, ReadLine) else outcome.text


def _skus(lines: Sequence[CartLine]) -> tuple[str, ...]:
    return tuple(line.sku for line in lines)

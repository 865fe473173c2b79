"""A list of goods in the making: ids, quantities and open questions in the conversation's memory, never a price.

    {"lines": [[sku, qty, unit, base_qty], ...], "last": sku, "questions": [...],
     "order": id, "yes": "CREDIT", "total": 276500, "cash": true, "note": text, "address": text}

Quantities are decimal text. `order` is the pending order that was quoted, `yes` how its prompt said to pay, `total`
what it came to: that is compared with, never charged. `cash`: the shop said that it pays in cash.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orders import listing, ordering, packs
from orders.catalogue import Catalogue
from orders.drafting import Extras
from orders.order import CANCELLED_IN_CHAT, PENDING, Order
from orders.quotes import Wanted
from orders.understanding.facts import CartLine, Context, Question, ReadLine, Understanding

Memory = dict[str, Any]
MAX_QUESTIONS = 8
MAX_REMARK = 300


def lines(memory: Memory) -> list[CartLine]:
    """What is on the list."""
    return [_line(*row) for row in _of(memory).get("lines", ())]


def size(memory: Memory) -> int:
    """How many lines the list has."""
    return len(_of(memory).get("lines", ()))


def wanted(memory: Memory) -> list[Wanted]:
    """The list as orders want it."""
    return [Wanted(line.sku, line.qty, line.unit) for line in lines(memory)]


def question(memory: Memory) -> Question | None:
    """What is to be asked next."""
    waiting = _of(memory).get("questions")
    return _question(waiting[0]) if waiting else None


def context(memory: Memory) -> Context:
    """What a message may refer to."""
    return Context(tuple(lines(memory)), _of(memory).get("last"), question(memory))


def after(memory: Memory, read: Understanding) -> list[CartLine]:
    """The list as it would be after this message."""
    if read.cart is not None:
        return list(read.cart)
    kept = {line.sku: line for line in lines(memory)}
    for line in read.lines:
        kept[line.sku] = _added(kept.get(line.sku), line)
    return list(kept.values())


def fitting(memory: Memory, read: Understanding, goods: Catalogue) -> list[CartLine]:
    """The list after this message; where its quantity is not sold, the line as it was before, if it was there."""
    before = {line.sku: line for line in lines(memory) if packs.fits(line, goods)}
    found = (line if packs.fits(line, goods) else before.get(line.sku) for line in after(memory, read))
    return [line for line in found if line is not None]


def questions_after(memory: Memory, read: Understanding, goods: Catalogue) -> list[Question]:
    """What would still be unclear after this message."""
    unfit = [packs.question(line, goods) for line in after(memory, read) if not packs.fits(line, goods)]
    waiting = [_question(row) for row in _of(memory).get("questions", ())]
    if waiting and _answers(waiting[0], read):
        waiting = waiting[1:]
    asked = {one.candidates for one in unfit}
    return [*unfit, *read.questions, *(one for one in waiting if one.candidates not in asked)][:MAX_QUESTIONS]


def keep(memory: Memory, read: Understanding, goods: Catalogue) -> None:
    """Take a message's lines and questions into the list."""
    cart, questions = fitting(memory, read, goods), questions_after(memory, read, goods)
    write(memory, cart)
    if read.lines:
        _of(memory)["last"] = read.lines[-1].sku
    _of(memory)["questions"] = [_plain_question(question) for question in questions]


def write(memory: Memory, cart: Iterable[CartLine]) -> None:
    """Replace the lines; a quote of the old ones is no longer on offer."""
    kept = memory.setdefault("cart", {})
    kept["lines"] = [[line.sku, str(line.qty), line.unit, str(line.base_qty)] for line in cart]
    kept.pop("yes", None)


def add_missing(memory: Memory, wanted_lines: Iterable[CartLine]) -> None:
    """Put goods on the list that are not on it: what was typed for this list stays as it was typed."""
    kept = {line.sku: line for line in lines(memory)}
    write(memory, [*kept.values(), *(line for line in wanted_lines if line.sku not in kept)])


def drop(memory: Memory, sku: str) -> None:
    """Take one product off the list."""
    write(memory, [line for line in lines(memory) if line.sku != sku])


def skip_question(memory: Memory) -> None:
    """Leave what is unclear now off the list."""
    _of(memory)["questions"] = _of(memory).get("questions", [])[1:]


def clear(memory: Memory) -> None:
    """Forget the list."""
    memory.pop("cart", None)


def quoted(memory: Memory, order: Order, yes: str) -> None:
    """Remember which order was quoted and how `yes` pays."""
    kept = memory.setdefault("cart", {})
    kept["order"], kept["yes"], kept["total"] = str(order.id), yes, order.total_minor


def unquoted(memory: Memory) -> None:
    """Forget the quote; the list and its questions stay."""
    for name in ("order", "yes", "total"):
        _of(memory).pop(name, None)


def cancel_quote(session: Session, memory: Memory) -> None:
    """The order that was quoted is not wanted; the list and its questions stay."""
    quoted_id = order_id(memory)
    if quoted_id and listing.get(session, quoted_id).status == PENDING:
        ordering.cancel(session, quoted_id, CANCELLED_IN_CHAT)
    unquoted(memory)


def has_questions(memory: Memory, beyond: int = 0) -> bool:
    """True while something is still to be asked, beyond so many questions."""
    return len(_of(memory).get("questions", ())) > beyond


def order_id(memory: Memory) -> UUID | None:
    """The pending order of the last quote."""
    kept = _of(memory).get("order")
    return UUID(kept) if kept else None


def pay_cash(memory: Memory) -> None:
    """The shop said that it pays this order in cash."""
    memory.setdefault("cart", {})["cash"] = True


def pays_cash(memory: Memory) -> bool:
    """Whether it said so."""
    return "cash" in _of(memory)


def remark(memory: Memory, is_note: bool, said: str) -> None:
    """Keep a note for whoever packs, or where to bring the goods; a new one takes the place of the old."""
    kept = memory.setdefault("cart", {})
    kept["note" if is_note else "address"] = said.strip()[:MAX_REMARK]


def extras(memory: Memory) -> Extras:
    """What was said beside the goods."""
    kept = _of(memory)
    return Extras(kept.get("note", ""), kept.get("address", ""))


def agreed_minor(memory: Memory) -> int | None:
    """What the last quote came to: what a yes to it agrees with."""
    total_minor: int | None = _of(memory).get("total")
    return total_minor


def yes_means(memory: Memory) -> str | None:
    """CREDIT or CASH, as the last quote named it."""
    said: str | None = _of(memory).get("yes")
    return said


def _of(memory: Memory) -> Memory:
    kept: Memory = memory.get("cart", {})
    return kept


def _line(sku: str, qty: str, unit: str, base_qty: str) -> CartLine:
    return CartLine(sku, Decimal(qty), unit, Decimal(base_qty))


def _added(before: CartLine | None, line: ReadLine) -> CartLine:
    """A line put again sets the quantity: people repeat themselves. Only `add` adds."""
    if before is not None and line.op == "add" and before.unit == line.unit:
        return CartLine(line.sku, before.qty + line.qty, line.unit, before.base_qty + line.base_qty)
    return CartLine(line.sku, line.qty, line.unit, line.base_qty)


def _answers(asked: Question, read: Understanding) -> bool:
    named = {line.sku for line in read.lines} | {sku for one in read.questions for sku in one.candidates}
    return bool(named & set(asked.candidates))


def _question(row: Memory) -> Question:
    qty = row["qty"]
    return Question(
        row["reason"], row["text"], Decimal(qty) if qty else None, row["unit"], tuple(row["candidates"]),
        row.get("name", ""), row.get("op", "put"),
    )  # fmt: skip


def _plain_question(asked: Question) -> Memory:
    return {
        "reason": asked.reason,
        "text": asked.text[:80],
        "qty": str(asked.qty) if asked.qty is not None else None,
        "unit": asked.unit,
        "candidates": list(asked.candidates[:10]),
        "name": asked.name[:80],
        "op": asked.op,
    }

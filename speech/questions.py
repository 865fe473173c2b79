"""What a list leaves open, asked; and what the shop should know of how its message was read."""

from collections.abc import Iterator

from bot.flow import Choice, Reply
from bot.markup import plain
from bot.prompts import MAX_TITLE
from core.i18n import _, format_count, isolate
from orders import packs
from orders.catalogue import Catalogue
from orders.understanding.facts import Question, Understanding
from orders.understanding.quantities import MAX_UNITS
from speech import quantities, wording

MAX_OPTIONS = 10
MOST_REMARKS = 3


def which(asked: Question, goods: Catalogue) -> Reply:
    """Ask for what a line left open: the product, the quantity, or both; first say why, where that is not plain."""
    if asked.reason == packs.REASON and asked.candidates[0] in goods.products:
        return quantities.ask(asked, goods)
    asks, why = _which(asked, goods), _why(asked)
    return Reply(f"{why}\n{asks.text}", asks.choices) if why else asks


def _why(asked: Question) -> str:
    said = isolate(plain(asked.text))
    if asked.reason == "qty_too_large":
        return _(
            "“%(said)s” is more than one order can take: at most %(most)s.", said=said, most=format_count(MAX_UNITS)
        )
    if asked.reason == "item_twice":
        return _("“%(said)s”: this stands here twice. Please write how much in all.", said=said)
    if asked.reason == "variant_unknown":
        return _("We do not have exactly “%(said)s”. Nothing else is put in its place unless you say so.", said=said)
    if asked.reason == "number_unclear":
        return _("The number in “%(said)s” is not clear to me.", said=said)
    if asked.reason == "remove_or_reduce":
        return _("“%(said)s”: shall it be less, or go from the list? Please write how much should stay.", said=said)
    return ""


def _which(asked: Question, goods: Catalogue) -> Reply:
    names = [plain(goods.product(sku).name) for sku in asked.candidates if sku in goods.products]
    said = isolate(plain(asked.text)) or "…"
    if len(names) == 1 and asked.reason == "verb_unclear" and asked.qty and asked.unit:
        return _meant(said, isolate(names[0]), wording.quantity(asked.qty, asked.unit))
    if len(names) == 1:
        return _how_much(asked, isolate(names[0]), goods)
    if not names:
        return Reply(_("I am not sure about “%(said)s”. Which product, and how much?", said=said))
    options = tuple(Choice(name, "picked", str(place)) for place, name in enumerate(names[:MAX_OPTIONS], 1))
    listed_names = wording.bullets(isolate(name) for name in names)
    if asked.qty is None:
        return Reply(_("“%(said)s”: which one do you mean, and how much?", said=said) + f"\n{listed_names}", options)
    asks = _("“%(said)s”: which one do you mean?", said=said)
    is_cut = any(len(name) > MAX_TITLE for name in names)
    return Reply(f"{asks}\n{listed_names}" if is_cut else asks, options)


def _how_much(asked: Question, name: str, goods: Catalogue) -> Reply:
    """The product is known: how much of it, in the unit that was said; or which unit, where the number is known."""
    if asked.unit and asked.qty is None:
        return Reply(_("How much of %(name)s do you need, in %(unit)s?", name=name, unit=wording.unit(asked.unit)))
    sounds_other = asked.reason == "unit_unclear" and asked.qty
    return Reply(_("How much of %(name)s do you need?", name=name), _in_each_unit(asked, goods) if sounds_other else ())


def _in_each_unit(asked: Question, goods: Catalogue) -> tuple[Choice, ...]:
    """So many of each unit that the number may mean: "24 pc" or "24 case"."""
    said = asked.qty or 0
    units = [*goods.product(asked.candidates[0]).units][:MAX_OPTIONS]
    return tuple(Choice(wording.quantity(said, unit), "picked", f"{said} {unit}") for unit in units)


def _meant(said: str, name: str, quantity: str) -> Reply:
    """The goods are clear, and not whether they are wanted."""
    asks = _(
        "“%(said)s”: I am not sure that I understand. Shall I put %(name)s, %(quantity)s, on your list? Reply *yes* or"
        " *no*.",
        said=said,
        name=name,
        quantity=quantity,
    )
    return Reply(asks, (Choice(_("Yes, put it on"), "picked", "yes"), Choice(_("No"), "no")))


def remarks(read: Understanding) -> Iterator[str]:
    """What the shop should know of how its message was read."""
    for text in read.unread[:MOST_REMARKS]:
        yield _("I did not understand “%(what)s”; it is not on the list.", what=isolate(plain(text)[:60]))
    for line in [line for line in read.lines if line.instead][:MOST_REMARKS]:
        facts = {"before": isolate(plain(line.instead)[:60]), "now": isolate(plain(line.span)[:60])}
        yield _("“%(before)s”, then “%(now)s”: I took the second.", **facts)

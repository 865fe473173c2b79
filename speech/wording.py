"""How goods, quantities and lists are written, so that they read the same everywhere and in both directions."""

from collections.abc import Iterable
from decimal import Decimal

from bot.markup import bold, plain
from bot.turn import Turn
from core.i18n import FSI, N_, PDI, RTL, SPOKEN, _, format_count, format_money, isolate, language

UNITS = {
    "pc": N_("pc"),
    "dozen": N_("dozen"),
    "box": N_("box"),
    "case": N_("case"),
    "strip": N_("strip"),
    "kg": N_("kg"),
    "g": N_("g"),
    "l": N_("litre"),
    "ml": N_("ml"),
    "bag": N_("bag"),
    "quintal": N_("quintal"),
    "jar": N_("jar"),
    "tin": N_("tin"),
    "tray": N_("tray"),
    "bundle": N_("bundle"),
    "pack": N_("pack"),
}
RIGHT_TO_LEFT = "\u200f"  # a line that begins with a Latin name would be turned around


def unit(name: str) -> str:
    """The unit as the shop says it; a unit that only this catalogue has stays as it is."""
    return _(UNITS[name]) if name in UNITS else plain(name)


def quantity(amount: Decimal | int, name: str) -> str:
    """`2 case`, `2.5 kg`, `24,000 pc`."""
    return f"{format_count(amount)} {unit(name)}"


def balance(amount_minor: int, currency: str) -> str:
    """What is owed; below zero it is money paid ahead, and is called so."""
    if amount_minor >= 0:
        return format_money(amount_minor, currency)
    return _("%(amount)s in advance", amount=format_money(-amount_minor, currency))


def owed(amount_minor: int, currency: str) -> str:
    """`You owe: ₹500`, or `Your balance: ₹500 in advance`."""
    if amount_minor >= 0:
        return _("You owe: %(amount)s", amount=format_money(amount_minor, currency))
    return _("Your balance: %(amount)s", amount=balance(amount_minor, currency))


def bullets(lines: Iterable[str]) -> str:
    """One fact a line."""
    mark = RIGHT_TO_LEFT if language() in RTL else ""
    return "\n".join(f"{mark}• {line}" for line in lines)


def titled(title: str, lines: Iterable[str]) -> str:
    """A heading with one fact a line below it."""
    return f"{bold(title)}\n{bullets(lines)}"


def joined(parts: Iterable[str]) -> str:
    """Parts of a sentence behind one another, with the comma of the language."""
    return SPOKEN[language()].comma.join(parts)


def button(title: str) -> str:
    """A title to tap: plain text, without the marks that sentences need."""
    return title.replace(FSI, "").replace(PDI, "")


def shortened(lines: list[str], most: int) -> list[str]:
    """At most so many lines, and how many more there are."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _("and %(count)s more", count=len(lines) - most + 1)]


def shop_phone(turn: Turn) -> str:
    """The number to call, readable in both directions."""
    return isolate(turn.business.phone or turn.line.number)

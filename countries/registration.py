"""Numbers under which people are registered for tax: what every country's have in common."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import Invalid


class TaxIdInvalid(Invalid):
    """A number under which nobody can be registered for tax in this country."""

    code = "TAX_ID_INVALID"


@dataclass(frozen=True, slots=True)
class Registration:
    """How a country registers people. `parse` gives a number as it is kept, or raises Invalid with the reason.

    `label` is what papers call a number that is kept; `region` the region that it says its holder is in, if it does;
    `collects` whether it lets its holder collect tax. Where sellers have a second number, `second` is what it is
    called, and `is_second` says whether it is well formed.
    """

    parse: Callable[[str], str]
    label: Callable[[str], str]
    region: Callable[[str], str | None] = lambda _number: None
    collects: Callable[[str], bool] = lambda _number: True
    second: str = ""
    is_second: Callable[[str], bool] = lambda _number: False

    def may_collect(self, number: str | None) -> bool:
        """Whether a seller under this number may ask its buyers for tax. Source for India: CGST Act s.32."""
        return bool(number) and self.collects(number or "")


def normalised(text: str) -> str:
    """Upper case without spaces, bidi marks and zero-width characters, as pasted numbers come with all of these."""
    kept = (letter for letter in text if unicodedata.category(letter) not in ("Cf", "Cc", "Zs", "Zl", "Zp"))
    return "".join(kept).upper()

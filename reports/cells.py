"""Text that a spreadsheet shows and does not run.

A cell that begins like a formula gets an apostrophe in front, as spreadsheets themselves write it (OWASP, CSV
injection). Numbers and dates stay what they are.
"""

from datetime import date
from decimal import Decimal
from typing import Any

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: Any) -> Any:
    """The value, harmless in a cell; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, int | Decimal | date):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_RISKY) else text

"""Tax arithmetic: what a document's lines cost once the rules of a country say how each of them is taxed.

Pure: integer minor units, halves rounded up, per line and per tax head. `rules.py` says what a country must offer; the
countries themselves, and `compute` by a country's code, are in `countries`.
"""

from tax.credit_note import CreditNote, ReturnedLine, commercial_credit, credit_note
from tax.document import (
    SUPPLIED,
    TAXABLE,
    TAXED,
    THIRD_SCHEDULE,
    TREATMENTS,
    USUAL_TREATMENTS,
    ZERO_RATED,
    Computed,
    ComputedLine,
    Discount,
    PriceMode,
    RateGroup,
    TaxDocument,
    TaxLine,
    TaxTotals,
    Treatment,
)
from tax.engine import totals

__all__ = [
    "SUPPLIED",
    "TAXABLE",
    "TAXED",
    "THIRD_SCHEDULE",
    "TREATMENTS",
    "USUAL_TREATMENTS",
    "ZERO_RATED",
    "Computed",
    "ComputedLine",
    "CreditNote",
    "Discount",
    "PriceMode",
    "RateGroup",
    "ReturnedLine",
    "TaxDocument",
    "TaxLine",
    "TaxTotals",
    "Treatment",
    "commercial_credit",
    "credit_note",
    "totals",
]

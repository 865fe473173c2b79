"""An order or a bill named by its number: to be called off, to be looked at, to be had once more."""

import re

from language.phrases import Word, any_of

_CANCEL = any_of(Word.CALLS_OFF)
_DO = rf"(?:\s{any_of(Word.DO_IT)})?"
_ORDER = rf"(?:{any_of(Word.ORDER)}\s)?"
ORDER_CALLED_OFF = re.compile(
    rf"{_CANCEL}{_DO}\s(?:{any_of(Word.MY)}\s)?{_ORDER}(?:{any_of(Word.NUMBER)}\.?\s)?(\S+-\d+)"
    rf"|{_ORDER}(\S+-\d+)\s(?:{any_of(Word.OBJECT_MARK)}\s)?{_CANCEL}{_DO}"
)
ORDER = re.compile(
    rf"(?:{any_of(Word.MY)} )?{any_of(Word.ORDER_OR_STATUS)}\s"
    rf"(?:{any_of(Word.OF)}\s|{any_of(Word.NUMBER)}\.?\s)?(\S+-\d+)"
)
BILL = re.compile(
    rf"(?:{any_of(Word.MY)} )?{any_of(Word.BILL, Word.BILL_IN_SHORT)}\s*{any_of(Word.NUMBER)}?[\s.:#]*(\S*\d\S*)"
)
BILL_WITHIN = re.compile(rf"{any_of(Word.BILL)}\s*{any_of(Word.NUMBER)}?[\s.:#]*(\S*\d\S*)")  # another message
_WHOLE = (ORDER_CALLED_OFF, ORDER, BILL)


def is_one(folded: str) -> bool:
    """True when the whole message names an order or a bill."""
    return any(named.fullmatch(folded) for named in _WHOLE)

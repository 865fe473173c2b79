"""What was typed, for what was read: questions quote people in their own letters, not in our one spelling of them."""

import re

_RUN = re.compile(r"""[^\s,;/+&|.!?:=\-@*_~'"`()\[\]\u2022\u00b7\u0964\u0965\u060c\u061b\u061f\u06d4\u2013\u2014]+""")


def as_typed(typed: str, normal: str, quoted: str) -> str:
    """The part of the typed text that `quoted`, a part of the normalised one, was; `quoted` itself where it is unclear.

    Both texts have the same words in the same order unless normalising added some ("½" is "1/2").
    """
    at = normal.find(quoted) if quoted and quoted not in typed else -1
    if at < 0:
        return quoted
    before, after = list(_RUN.finditer(typed)), list(_RUN.finditer(normal))
    starts, ends = {run.start(): n for n, run in enumerate(after)}, {run.end(): n for n, run in enumerate(after)}
    first, last = starts.get(at), ends.get(at + len(quoted))
    if len(before) != len(after) or first is None or last is None:
        return quoted
    return typed[before[first].start() : before[last].end()]

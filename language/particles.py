"""Small words that settle what stands beside them: "aur", "ka", "me". `data/particles.json` says what each is for.

Unlike roles they are compared by their letters, in the one place that asks, and leave a word what else it is.
"""

from language import files, spelling

_DATA = files.read("particles")


def _words(name: str) -> frozenset[str]:
    return frozenset(_DATA[name]["words"])


def _sounds(name: str) -> frozenset[str]:
    return frozenset(map(spelling.key, _DATA[name]["words"]))


MORE, ALSO, AFTER = map(_words, ("more", "also", "after"))
FOR, OF, INSIDE, BELONGING, GENITIVE = map(_words, ("for", "of", "inside", "belonging", "genitive"))
PLACE, PRICE = map(_words, ("place", "price"))
REFUSES, OPTION = map(_words, ("refuses", "option"))
TOTAL = _words("total")
TOTAL_OF_LINES = TOTAL | _words("also_total")
BEGS, MUST = map(_sounds, ("begs", "must"))

PRICED, MAKE, SEND = (tuple(_DATA[name]["beginnings"]) for name in ("priced", "make", "send"))
COMING, NEEDING, _PROMISE_WORDS = _words("coming"), _words("needing"), _words("promising")
_PROMISED, _PROMISED_BEHIND = _words("promised"), tuple(_DATA["promised"]["endings"])
_PROMISE_ENDS = tuple(_DATA["promising"]["endings"])
INFINITIVE = tuple(_DATA["infinitive"]["endings"])


def promises(word: str, before: str = "") -> bool:
    """Is this what somebody will do: `bolunga`, `karenge`? What will be needed is no promise."""
    if word in _PROMISED:
        return before.endswith(_PROMISED_BEHIND)
    return word in _PROMISE_WORDS or (word.endswith(_PROMISE_ENDS) and word not in NEEDING)

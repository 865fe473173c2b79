"""How long it takes to make ten thousand products readable, and to read one message against them.

Every labelled message is read in its context, several times; the invented products have names in two scripts, sizes
and mistypable neighbours, as wholesale lists have. CPU seconds of this process, so that other work does not count.
"""

import gc
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core import db
from language import lexicon, scripts, spelling
from orders.understanding.facts import Context, context_from
from orders.understanding.index import Index, build
from orders.understanding.read import understand

PRODUCTS = 10_000
ROUNDS = 10
GOAL_BUILD_S, GOAL_P99_MS = 2.0, 10.0

_CATALOGUE = db.ROOT / "orders" / "data" / "catalog.json"
_LABELLED = db.ROOT / "tests" / "orders" / "understanding"
_LATIN = [a + b for a in "kmtnpvdgbrsj" for b in "aeiou"]
_DEVANAGARI = [a + b for a in "कमटनपवदगबरसज" for b in ("", "ा", "ि", "ु", "ो")]


@dataclass(frozen=True)
class Reading:
    """CPU seconds to build the index, CPU milliseconds per message."""

    products: int
    messages: int
    build_s: float
    p50_ms: float
    p99_ms: float
    worst_ms: float


def measure(products: int = PRODUCTS, rounds: int = ROUNDS) -> Reading:
    """The figures; the best of three builds, each as in a process that has read no word yet."""
    catalogue = _catalogue(products)
    built = [_timed(lambda: _build_cold(catalogue)) for _ in range(3)]
    index = build(catalogue)
    messages = list(_messages())
    _read_all(index, messages)
    gc.collect()
    gc.freeze()  # a web process has done its long collections before it reads
    took = sorted(each for _ in range(rounds) for each in _read_all(index, messages))
    gc.unfreeze()
    return Reading(
        products, len(messages), min(built), *(1000 * took[int(len(took) * part)] for part in (0.5, 0.99)),
        1000 * took[-1],
    )  # fmt: skip


def _build_cold(catalogue: Mapping[str, Any]) -> Index:
    for cached in (spelling.key, scripts.outline, lexicon.sounds, lexicon.roles_of, lexicon.near_roles):
        cached.cache_clear()
    return build(catalogue)


def _read_all(index: Index, messages: Iterable[tuple[str, Context]]) -> list[float]:
    return [_timed(lambda: understand(index, text, context=context)) for text, context in messages]  # noqa: B023


def _timed(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _messages() -> Iterable[tuple[str, Context]]:
    for path in sorted(_LABELLED.glob("*.json")):
        for message in json.loads(path.read_text(encoding="utf-8")):
            yield message["text"], context_from(message.get("context"))


def _catalogue(products: int) -> Mapping[str, Any]:
    """The sample catalogue, and as many invented products as make so many."""
    catalogue = json.loads(_CATALOGUE.read_text(encoding="utf-8"))
    items = catalogue["items"]
    return {**catalogue, "items": [*items, *(_invented(n) for n in range(products - len(items)))]}


def _invented(number: int) -> dict[str, Any]:
    family, size = divmod(number, 3)
    places = [(family * step + step) % len(_LATIN) for step in (7, 11, 13)]
    name, other = ("".join(syllables[at] for at in places) for syllables in (_LATIN, _DEVANAGARI))
    return {
        "sku": f"X{number}", "name": f"{name.title()} {size * 100 + 100} g", "brand": name, "family": f"f{family}",
        "size": {"value": size * 100 + 100, "unit": "g"}, "base_unit": "pc", "units": {"pc": 1, "box": 12, "case": 24},
        "default_unit": "pc", "aliases": {"en": [name, f"{name} soap"], "hi": [other]}, "mrp_paise": 1000 + 500 * size,
    }  # fmt: skip

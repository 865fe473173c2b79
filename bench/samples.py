"""The arithmetic of a run: ratios of pairs, their spread, percentiles."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

NOISY_ABOVE = 0.25


@dataclass(frozen=True)
class Cost:
    """What one burst cost: CPU seconds of the web processes and of PostgreSQL, and how long it took."""

    operations: int
    web_seconds: float
    database_seconds: float
    elapsed_seconds: float

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds per operation."""
        return 1000 * (self.web_seconds + self.database_seconds) / self.operations

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.elapsed_seconds


@dataclass(frozen=True)
class Ratio:
    """The middle of a few ratios, and how far they lie apart."""

    median: float
    low: float
    high: float
    spread: float  # the middle half's width as a part of the median

    @property
    def is_noisy(self) -> bool:
        """True when the machine was too busy for the median to mean much."""
        return self.spread > NOISY_ABOVE


@dataclass
class Series:
    """One operation's pairs: what it cost, and what the floor cost right before or after."""

    name: str
    title: str
    goal: float | None
    pairs: list[tuple[Cost, Cost]] = field(default_factory=list)

    @property
    def ratio(self) -> Ratio:
        """CPU of the operation over CPU of the floor."""
        return ratio_of(product.cpu_ms / floor.cpu_ms for product, floor in self.pairs)

    @property
    def is_met(self) -> bool | None:
        """Whether the median keeps the goal; None when there is no goal."""
        return None if self.goal is None else self.ratio.median <= self.goal

    def middle(self, what: str) -> float:
        """The median of one property of the operation's costs."""
        return statistics.median(getattr(product, what) for product, _ in self.pairs)

    def share(self, what: str) -> float:
        """The median milliseconds per operation of `web_seconds` or `database_seconds`."""
        return statistics.median(1000 * getattr(product, what) / product.operations for product, _ in self.pairs)

    def as_json(self) -> dict[str, Any]:
        """Everything that was measured."""
        return {
            "name": self.name,
            "goal": self.goal,
            "met": self.is_met,
            "ratio": asdict(self.ratio),
            "noisy": self.ratio.is_noisy,
            "cpu_ms": self.middle("cpu_ms"),
            "requests_per_second": self.middle("rate"),
            "pairs": [{"product": asdict(product), "floor": asdict(floor)} for product, floor in self.pairs],
        }


def ratio_of(values: Iterable[float]) -> Ratio:
    """Median, extremes and spread. Raises ValueError for none."""
    known = sorted(values)
    if not known:
        raise ValueError("no samples")
    median = statistics.median(known)
    return Ratio(median, known[0], known[-1], (percentile(known, 75) - percentile(known, 25)) / median)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which this share of the values lies, between two of them in proportion."""
    known = sorted(values)
    if not known:
        raise ValueError("no samples")
    place = (len(known) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(known) - 1)
    return known[below] + (known[above] - known[below]) * (place - below)

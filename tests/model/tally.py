"""How far the model went: lives, steps, checks, and for each rule how often it fired, took effect or was refused."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Tally:
    """Counts of one run. A rule took effect when the database said something else after it, or when it only asks."""

    lives: int = 0
    steps: int = 0
    checks: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    took_effect: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def idle(self, rules: Iterable[str]) -> list[str]:
        """Rules that never took effect."""
        return sorted(set(rules) - set(+self.took_effect))

    def as_dict(self) -> dict[str, Any]:
        """For a test report, which carries it from a worker process to the summary."""
        return {name: dict(count) if isinstance(count, Counter) else count for name, count in vars(self).items()}

    def add(self, other: dict[str, Any]) -> None:
        """Count another run too."""
        for name in ("lives", "steps", "checks"):
            setattr(self, name, getattr(self, name) + other[name])
        for name in ("fired", "took_effect", "refused", "codes"):
            getattr(self, name).update(other[name])

    def lines(self) -> list[str]:
        """What the summary prints."""
        refused = sum(self.refused.values())
        told = [
            f"Model: {self.lives:,} lives, {self.steps:,} steps, {self.checks:,} checks of an invariant,"
            f" {refused:,} refusals as expected.",
            f"{'rule':<24}{'fired':>9}{'effect':>9}{'refused':>9}",
        ]
        told += [
            f"{rule:<24}{count:>9,}{self.took_effect[rule]:>9,}{self.refused[rule]:>9,}"
            for rule, count in sorted(self.fired.items())
        ]
        codes = ", ".join(f"{code} {count:,}" for code, count in sorted(self.codes.items()))
        return [*told, f"Refused with: {codes}"]

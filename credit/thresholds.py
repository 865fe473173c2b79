"""The thresholds of the status ladder: from which value on a rule fires, by level. A rule that is not named is off."""

from collections.abc import Mapping
from itertools import combinations

from core.errors import Invalid
from credit.decisions import BLOCKED, PAUSED, WATCH

STOPS = {"pause": PAUSED, "block": BLOCKED}
LEVELS = {"watch": WATCH, **STOPS}
AGE = "overdue_days"
RULES = (AGE, "overdue_minor", "limit_used_percent", "broken_promises", "bounced_cheques")
HIGHEST = 10**15

Ladder = Mapping[str, Mapping[str, int]]

USUAL: Ladder = {
    "watch": {AGE: 7, "limit_used_percent": 90, "broken_promises": 1, "bounced_cheques": 1},
    "pause": {AGE: 45, "broken_promises": 3, "bounced_cheques": 2},
    "block": {AGE: 180, "bounced_cheques": 4},
}


class LadderOrder(Invalid):
    """A milder level must not ask for more than a stricter one: who is paused would never have been watched."""

    code = "LADDER_ORDER"


def check(ladder: Ladder) -> dict[str, dict[str, int]]:
    """Thresholds as they are kept, every level named. Raises Invalid, LadderOrder."""
    if set(ladder) - set(LEVELS):
        raise Invalid(f"The levels are {', '.join(LEVELS)}.", field="ladder")
    for level, thresholds in ladder.items():
        if set(thresholds) - set(RULES):
            raise Invalid(f"The rules are {', '.join(RULES)}.", field=f"ladder/{level}")
        if not all(type(least) is int and 0 < least <= HIGHEST for least in thresholds.values()):
            raise Invalid("A threshold is a whole number above zero.", field=f"ladder/{level}")
    kept = {level: dict(ladder.get(level, {})) for level in LEVELS}
    for (milder, lower), (stricter, upper) in combinations(kept.items(), 2):
        for rule in [rule for rule in RULES if rule in lower and rule in upper and lower[rule] > upper[rule]]:
            raise LadderOrder(
                f"{rule}: {milder} begins at {lower[rule]}, after {stricter} at {upper[rule]}.",
                field=f"ladder/{milder}/{rule}",
            )
    return kept

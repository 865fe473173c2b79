"""The table that a run prints."""

from collections.abc import Iterable

from bench.books import Measured
from bench.counting import Counted
from bench.measuring import Latency
from bench.samples import Series
from bench.understanding import GOAL_BUILD_S, GOAL_P99_MS, Reading

HEAD = (
    f"{'operation':<22}{'CPU ms':>8}{'web':>7}{'db':>7}{'req/s':>8}{'/ RAW':>8}{'spread':>8}{'low-high':>12}{'goal':>6}"
)
GOAL_P50, GOAL_P99 = 2.0, 2.5


def costs(series: Iterable[Series]) -> list[str]:
    """One line per operation."""
    return [HEAD, *(_line(one) for one in series)]


def _line(one: Series) -> str:
    ratio = one.ratio
    goal = "" if one.goal is None else f"{one.goal:>6.1f}  {'met' if one.is_met else 'MISSED'}"
    noisy = "  noisy, run again" if ratio.is_noisy else ""
    return (
        f"{one.title:<22}{one.middle('cpu_ms'):>8.2f}{one.share('web_seconds'):>7.2f}"
        f"{one.share('database_seconds'):>7.2f}{one.middle('rate'):>8.0f}{ratio.median:>8.2f}"
        f"{ratio.spread:>8.0%}{f'{ratio.low:.2f}-{ratio.high:.2f}':>12}{goal}{noisy}"
    )


def delays(found: Latency) -> list[str]:
    """p50 and p99 at the fixed rate, against the floor's."""
    p50, p99 = found.turn_p50 / found.floor_p50, found.turn_p99 / found.floor_p99
    return [
        f"at {found.rate:.0f}/s: turn p50 {found.turn_p50:.1f} ms, p99 {found.turn_p99:.1f} ms; "
        f"RAW p50 {found.floor_p50:.1f} ms, p99 {found.floor_p99:.1f} ms",
        f"  p50 ratio {p50:.2f} (goal {GOAL_P50}, {_word(p50 <= GOAL_P50)}), "
        f"p99 ratio {p99:.2f} (goal {GOAL_P99}, {_word(p99 <= GOAL_P99)})",
    ]


def counts(found: dict[str, Counted]) -> list[str]:
    """Bytecodes, statements and round trips per operation: the same on every machine."""
    return [
        f"{'counted':<22}{'bytecodes':>12}{'statements':>12}{'round trips':>13}",
        *(f"{name:<22}{one.bytecodes:>12,}{one.statements:>12}{one.round_trips:>13}" for name, one in found.items()),
    ]


def reading(found: Reading) -> list[str]:
    """The index's building and the reading of one message."""
    built, slow = found.build_s <= GOAL_BUILD_S, found.p99_ms <= GOAL_P99_MS
    return [
        f"understanding, {found.products} products: index built in {found.build_s:.2f} s CPU (goal {GOAL_BUILD_S:.0f}, "
        f"{_word(built)}); {found.messages} messages: p50 {found.p50_ms:.2f} ms, p99 {found.p99_ms:.2f} ms "
        f"(goal {GOAL_P99_MS:.0f}, {_word(slow)}), slowest {found.worst_ms:.1f} ms"
    ]


BOOKS_HEAD = f"{'the books':<26}{'CPU ms':>8}{'here':>7}{'db':>7}{'/ floor':>9}{'spread':>8}{'low-high':>13}{'goal':>6}"


def books(found: Iterable[Measured]) -> list[str]:
    """One line per size, and how the largest compares with the smallest."""
    lines = [BOOKS_HEAD]
    for one in found:
        lines += [_book(series) for series in one.series.values()]
        if one.growth is not None and one.growth_goal is not None:
            met = _word(one.growth <= one.growth_goal)
            lines.append(f"  {one.title}: {one.growth:.2f}x (goal {one.growth_goal}, {met})")
    return lines


def _book(one: Series) -> str:
    ratio = one.ratio
    goal = "" if one.goal is None else f"{one.goal:>6.1f}  {_word(bool(one.is_met))}"
    noisy = "  noisy, run again" if ratio.is_noisy else ""
    return (
        f"{one.title:<26}{one.middle('cpu_ms'):>8.2f}{one.share('web_seconds'):>7.2f}"
        f"{one.share('database_seconds'):>7.2f}{ratio.median:>9.2f}{ratio.spread:>8.0%}"
        f"{f'{ratio.low:.2f}-{ratio.high:.2f}':>13}{goal}{noisy}"
    )


def growth(found: dict[int, list[Series]]) -> list[str]:
    """How the ratios grow with the number of customers, against the smallest."""
    smallest = min(found)
    at_first = {one.name: one.ratio.median for one in found[smallest]}
    return [
        f"{shops:>8} customers: "
        + ", ".join(f"{one.name} {one.ratio.median:.2f} ({one.ratio.median / at_first[one.name]:.2f}x)" for one in each)
        for shops, each in sorted(found.items())
    ]


def _word(is_met: bool) -> str:
    return "met" if is_met else "MISSED"

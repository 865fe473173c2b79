"""The arithmetic behind the printed ratios."""

import pytest

from bench.samples import Cost, Series, percentile, ratio_of


def cost(cpu_ms: float, operations: int = 1000, elapsed: float = 2.0) -> Cost:
    seconds = cpu_ms * operations / 1000
    return Cost(operations, seconds * 0.75, seconds * 0.25, elapsed)


def test_cpu_per_operation_adds_web_and_database_and_divides() -> None:
    assert Cost(operations=500, web_seconds=0.4, database_seconds=0.1, elapsed_seconds=1.0).cpu_ms == 1.0


def test_rate_is_operations_per_second() -> None:
    assert cost(1.0, operations=900, elapsed=1.5).rate == 600


def test_percentile_lies_between_neighbours_in_proportion() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2.5
    assert percentile([1, 2, 3, 4, 5], 25) == 2
    assert percentile(range(101), 99) == 99
    assert percentile([7], 99) == 7


@pytest.mark.parametrize("percent", [0, 100])
def test_the_outer_percentiles_are_the_extremes(percent: int) -> None:
    assert percentile([9, 2, 5], percent) == (2 if percent == 0 else 9)


def test_nothing_measured_has_no_percentile_and_no_ratio() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)
    with pytest.raises(ValueError, match="no samples"):
        ratio_of([])


def test_the_ratio_is_the_median_of_pairs_and_not_the_ratio_of_medians() -> None:
    series = Series("turn", "turn", 1.8, [(cost(2.0), cost(1.0)), (cost(6.0), cost(4.0)), (cost(9.0), cost(3.0))])
    assert series.ratio.median == pytest.approx(2.0)
    assert (series.ratio.low, series.ratio.high) == (pytest.approx(1.5), pytest.approx(3.0))


def test_one_disturbed_pair_does_not_make_a_run_noisy() -> None:
    assert not ratio_of([1.50, 1.52, 1.48, 1.51, 1.49, 1.50, 4.0]).is_noisy


def test_a_middle_half_wider_than_a_quarter_is_noisy() -> None:
    found = ratio_of([1.0, 1.1, 1.4, 1.5, 1.9, 2.0, 2.1])
    assert found.spread == pytest.approx((1.95 - 1.25) / 1.5)
    assert found.is_noisy


def test_a_goal_is_met_by_the_median_and_unknown_without_a_goal() -> None:
    pairs = [(cost(1.8), cost(1.0))]
    assert Series("turn", "turn", 1.8, pairs).is_met
    assert Series("turn", "turn", 1.7, pairs).is_met is False
    assert Series("quote", "quote", None, pairs).is_met is None


def test_the_json_keeps_every_pair() -> None:
    kept = Series("turn", "turn", 1.8, [(cost(2.0), cost(1.0))] * 3).as_json()
    assert len(kept["pairs"]) == 3
    assert kept["ratio"]["median"] == pytest.approx(2.0)
    assert kept["cpu_ms"] == pytest.approx(2.0)
    assert kept["met"] is False

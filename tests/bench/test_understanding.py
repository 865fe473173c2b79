"""The measuring of understanding itself: small, and complete."""

from bench import table, understanding


def test_a_small_catalogue_is_measured_and_told_in_one_line() -> None:
    found = understanding.measure(products=300, rounds=1)
    assert found.messages >= 285
    assert 0 < found.p50_ms <= found.p99_ms <= found.worst_ms
    [line] = table.reading(found)
    assert line.startswith("understanding, 300 products: index built in ")

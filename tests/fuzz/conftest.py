"""What the fuzz tests tried, added up and printed at the end of `make fuzz`, also when several processes shared it."""

from collections import Counter

import pytest

from tests.chats import chat, open_chat, org, shop, stocked

__all__ = ["chat", "open_chat", "org", "shop", "stocked"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    total: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        for key, told in report.user_properties:
            total.update(told if key == "fuzzed" else {})
    for name, count in sorted(total.items()):
        terminalreporter.write_line(f"{count:>10,}  {name}")
    if total:
        terminalreporter.write_line(f"{total.total():>10,}  in all")

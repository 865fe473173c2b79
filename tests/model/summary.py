"""Says at the end, and after each shard of a deep run, how far the model went: a machine that took no step proves
nothing. The counts travel in the test reports, so that they arrive from worker processes too."""

import json
from typing import Any

import pytest

from tests.model.tally import Tally

LONG = 10_000  # steps from which on each shard says how far all have come


class Summary:
    """A plugin of pytest that adds up what the shards report."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.tally, self.seeds = config, Tally(), list[int]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a shard has noted."""
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "model":
                self._add(json.loads(str(value)), report.outcome)

    def _add(self, counts: dict[str, Any], outcome: str) -> None:
        self.tally.add(counts)
        self.seeds.append(counts["seed"])
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if self.tally.steps > LONG and terminal:
            far = f"{self.tally.lives:,} lives, {self.tally.steps:,} steps so far"
            terminal.write_line(f" seed {counts['seed']} {outcome}: {far}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts."""
        if self.seeds:
            terminalreporter.section(f"credit model, seeds {min(self.seeds)} to {max(self.seeds)}")
            for line in self.tally.lines():
                terminalreporter.write_line(line)

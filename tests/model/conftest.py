"""Says at the end how far the model went."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The number of steps is part of the result: a machine that took none proves nothing."""
    from tests.model.machine import counted

    if counted["lives"]:
        terminalreporter.write_line(
            f"Model: {counted['lives']} lives, {counted['steps']} steps, {counted['refused']} of them refused as they"
            " should be; the invariants were asked after each."
        )

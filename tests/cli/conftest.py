"""What tests of commands share."""

import pytest


@pytest.fixture
def on_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No services of the tests before are named in the environment, where `services.find` would take them for ours."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "")

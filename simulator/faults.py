"""What can go wrong on purpose: set from the page's fault menu or by tests."""

import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Faults:
    """Counters are used up one send at a time; flags stay until switched off; lists hold phone numbers."""

    send_429: int = 0
    send_500_after_accept: int = 0
    drop_callbacks: bool = False
    duplicate_inbound: bool = False
    bad_signature: bool = False
    reject_templates: bool = False
    not_on_whatsapp: list[str] = field(default_factory=list)
    opted_out: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def use_up(self, name: str) -> bool:
        """True once for each time a counter was set."""
        with self._lock:
            left = int(getattr(self, name))
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0

    def change(self, values: dict[str, Any]) -> None:
        """Set some faults. Raises ValueError on an unknown name or a value of the wrong kind."""
        kinds = {f.name: type(getattr(self, f.name)) for f in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no fault called {name}")
            if type(value) is not kinds[name]:
                raise ValueError(f"{name} must be a {kinds[name].__name__}")
        with self._lock:
            for name, value in values.items():
                setattr(self, name, value)

    def clear(self) -> None:
        self.change(asdict(Faults()))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def active(self) -> list[str]:
        return [name for name, value in self.to_json().items() if value]

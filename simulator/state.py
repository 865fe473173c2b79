"""Everything the simulator remembers, behind one lock, optionally kept in a JSON file over a restart."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from simulator.records import STATUS_RANK, Call, Message, Person, chat_id

log = logging.getLogger(__name__)

MAX_MESSAGES = 2000
MAX_CALLS = 400


class State:
    """People added by hand, messages, content resources, calls. Use `changing()` around every write."""

    def __init__(self, path: Path | None = None):
        self._path = path
        self._lock = threading.RLock()
        # Starts from the wall clock so that a page left open notices a restarted simulator.
        self.version = time.time_ns() // 1_000_000
        self._saved_version = self.version
        self.people: dict[str, Person] = {}
        self.messages: dict[str, Message] = {}
        self.contents: dict[str, dict[str, Any]] = {}
        self.last_inbound_at: dict[str, datetime] = {}
        self.typing_until: dict[str, datetime] = {}
        self.calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self._load()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock and mark the state as changed, so that pages and the file follow."""
        with self._lock:
            self.version += 1
            yield

    def add_message(self, message: Message) -> None:
        with self.changing():
            message.revision = self.version
            self.messages[message.sid] = message
            while len(self.messages) > MAX_MESSAGES:
                self.messages.pop(next(iter(self.messages)))

    def update(self, message: Message, **values: Any) -> None:
        with self.changing():
            for name, value in values.items():
                setattr(message, name, value)
            message.revision = self.version

    def advance(self, message: Message, status: str, at: datetime, error_code: int | None = None) -> bool:
        """Raise a message's status; False when it already stands as high or higher."""
        with self._lock:
            if STATUS_RANK[status] <= STATUS_RANK[message.status]:
                return False
            statuses = [*message.statuses, status]
            self.update(message, status=status, changed_at=at, error_code=error_code, statuses=statuses)
            return True

    def chat(self, wanted: str) -> list[Message]:
        with self._lock:
            return [message for message in self.messages.values() if message.chat_id == wanted]

    def all_messages(self) -> list[Message]:
        with self._lock:
            return list(self.messages.values())

    def add_call(self, call: Call) -> None:
        with self.changing():
            call.number = self.version
            self.calls.append(call)

    def all_calls(self) -> list[Call]:
        with self._lock:
            return list(self.calls)

    def heard(self, phone: str, business_number: str, at: datetime) -> None:
        """Note an inbound message: it opens the 24-hour window."""
        with self.changing():
            self.last_inbound_at[chat_id(phone, business_number)] = at

    def reset(self) -> None:
        """Forget chats, calls and people added by hand. Content resources stay: the app has stored their sids."""
        with self.changing():
            self.people.clear()
            self.messages.clear()
            self.last_inbound_at.clear()
            self.typing_until.clear()
            self.calls.clear()

    def save(self) -> None:
        """Write the file if anything changed since the last time; whole or not at all."""
        if self._path is None:
            return
        with self._lock:
            if self.version == self._saved_version:
                return
            version, text = self.version, json.dumps(self._to_json(), ensure_ascii=False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text(text, encoding="utf-8")
        draft.replace(self._path)
        self._saved_version = version

    def _to_json(self) -> dict[str, Any]:
        return {
            "people": [asdict(person) for person in self.people.values()],
            "messages": [message.to_json() for message in self.messages.values()],
            "contents": self.contents,
            "last_inbound_at": {key: at.isoformat() for key, at in self.last_inbound_at.items()},
        }

    def _load(self) -> None:
        if self._path is None or not self._path.exists():
            return
        try:
            self._take_over(json.loads(self._path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError):
            aside = self._path.with_name(self._path.name + ".unreadable")
            log.exception("the kept chats cannot be read; they are now in %s", aside)
            self._path.replace(aside)

    def _take_over(self, kept: dict[str, Any]) -> None:
        people = (Person(**row) for row in kept["people"])
        self.people = {person.chat_id: person for person in people}
        self.messages = {row["sid"]: Message.from_json(row) for row in kept["messages"]}
        self.contents = kept["contents"]
        self.last_inbound_at = {key: datetime.fromisoformat(at) for key, at in kept["last_inbound_at"].items()}

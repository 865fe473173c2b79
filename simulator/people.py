"""Who can be played: the people of people.json, those added by hand and every number the app wrote to."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.records import PHONE, Person
from simulator.settings import Settings
from simulator.state import State

INDIAN_MOBILE = re.compile(r"[6-9]\d{9}")

log = logging.getLogger(__name__)


class People:
    """The cast. people.json is read again whenever it changes, so seeding data while we run just works."""

    def __init__(self, settings: Settings, state: State):
        self._path: Path = settings.people_path
        self._defaults = settings.business_numbers
        self._state = state
        self._stamp: int | None = None
        self._from_file: dict[str, Person] = {}

    @property
    def stamp(self) -> int | None:
        """Changes whenever people.json does."""
        self._refresh()
        return self._stamp

    def all(self) -> list[Person]:
        """File first, then those added by hand, then strangers the app wrote to."""
        self._refresh()
        cast = {**self._from_file}
        for person in list(self._state.people.values()):
            cast.setdefault(person.chat_id, person)
        for message in self._state.all_messages():
            if message.chat_id not in cast:
                cast[message.chat_id] = Person(message.phone, message.business_number, name=message.phone)
        return list(cast.values())

    def get(self, wanted: str) -> Person | None:
        return next((person for person in self.all() if person.chat_id == wanted), None)

    def find(self, phone: str, business_number: str | None = None) -> Person | None:
        """The person with this phone, who talks to this business if one is named."""
        found = (p for p in self.all() if p.phone == phone and business_number in (None, p.business_number))
        return next(found, None)

    def business_numbers(self) -> list[str]:
        numbers = [person.business_number for person in self.all()]
        return list(dict.fromkeys([*numbers, *self._defaults]))

    def add(self, row: dict[str, Any]) -> Person:
        """Add or rename a person. Raises ValueError on a number that cannot be one."""
        person = _person(row, self.business_numbers()[0])
        with self._state.changing():
            self._state.people[person.chat_id] = person
        return person

    def _refresh(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
        except OSError:
            stamp = None
        if stamp == self._stamp:
            return
        rows = _read(self._path) if stamp is not None else []
        if rows is None:  # half-written: look again next time
            return
        self._from_file = {person.chat_id: person for person in _cast(rows, self._defaults[0])}
        self._stamp = stamp


def _read(path: Path) -> list[dict[str, Any]] | None:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return rows if isinstance(rows, list) else None


def _cast(rows: list[dict[str, Any]], default_business_number: str) -> Iterator[Person]:
    for row in rows:
        try:
            yield _person(row, default_business_number)
        except (ValueError, AttributeError) as error:
            log.warning("people file: left out a row: %s", error)


def _person(row: dict[str, Any], default_business_number: str) -> Person:
    phone = _phone(row.get("phone"))
    business_number = _phone(row.get("business_number") or default_business_number)
    name = str(row.get("name") or phone).strip()[:60]
    situation = str(row.get("situation") or "").strip()[:120]
    return Person(phone, business_number, name, str(row.get("language") or "")[:10], situation)


def _phone(value: object) -> str:
    """A number in E.164 form; spaces, dashes, a forgotten plus or +91 are forgiven. Raises ValueError."""
    text = "".join(ch for ch in str(value or "") if ch not in " -()").removeprefix("whatsapp:")
    if text.isdigit():
        text = ("+91" if INDIAN_MOBILE.fullmatch(text) else "+") + text
    if not PHONE.fullmatch(text):
        raise ValueError(f"{text or 'An empty value'} is not a phone number with its country code")
    return text

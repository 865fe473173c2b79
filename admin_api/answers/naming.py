"""Names for one answer: the shops and people that its rows mention, each list of them read in one statement."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import g
from sqlalchemy.orm import Session

from core import ids
from core.errors import NotFound
from parties import organisations, retailers, users


class Names:
    """What the rows of an answer are called. Ask for many before showing them: `expect` reads them together."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._shops: dict[UUID, Mapping[str, Any]] = {}
        self._people: dict[UUID, str] = {}

    def expect(self, shops: Iterable[Any] = (), people: Iterable[Any] = ()) -> None:
        """Read what is not known yet of these shops (ids in either form) and these actors."""
        if unknown := {_shop(one) for one in shops if one} - self._shops.keys():
            self._shops |= retailers.names(self._session, unknown)
        if strange := {_user(one) for one in people} - self._people.keys() - {None}:
            self._people |= users.names(self._session, [one for one in strange if one])

    def shop(self, retailer_id: Any) -> Mapping[str, Any]:
        """`{id, code, name}` of a shop."""
        self.expect(shops=[retailer_id])
        return self._shops[_shop(retailer_id)]

    def person(self, actor: UUID | str) -> dict[str, Any]:
        """`{id, name}` of a user; what is no person has a word for its name: job, retailer, gateway, cli, system."""
        user_id = _user(actor)
        if user_id is None:
            return {"id": None, "name": str(actor).partition(":")[0]}
        self.expect(people=[user_id])
        return {"id": user_id, "name": self._people.get(user_id, "")}

    @property
    def currency(self) -> str:
        """The organisation's currency."""
        return organisations.get(self._session).currency


def start(session: Session) -> None:
    """Begin an answer: names are read in its transaction."""
    g.names = Names(session)


def current() -> Names:
    """The names of the answer that is being made."""
    names: Names = g.names
    return names


def _shop(retailer_id: Any) -> UUID:
    if isinstance(retailer_id, UUID):
        return retailer_id
    return ids.parse("ret", retailer_id) if retailer_id.startswith("ret_") else UUID(retailer_id)


def _user(actor: UUID | str | None) -> UUID | None:
    if actor is None or isinstance(actor, UUID):
        return actor
    if not actor.startswith("usr_"):
        return None
    try:
        return ids.parse("usr", actor)
    except NotFound:
        return None

"""Names for one answer: the shops and people that its rows mention, each list of them read in one statement."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core import audit, ids
from parties import organisations, retailers, users
from parties.retailers import Named
from parties.users import Identity

A_USER = "usr_"
_names: ContextVar["Names"] = ContextVar("names")


class Names:
    """What the rows of an answer are called. Ask for many before showing them: `expect` reads them together.

    Who asks is known, and so are the shops that the operation has looked up.
    """

    def __init__(self, session: Session, who: Identity) -> None:
        self._session = session
        self._shops: dict[UUID, dict[str, str]] = {}
        self._people = {audit.actor().name: who.name or who.email}

    def expect(self, shops: Iterable[Any] = (), people: Iterable[UUID | str | None] = ()) -> None:
        """Read what is not known yet of these shops (ids in either form) and these actors."""
        if unknown := {_shop(one) for one in shops if one} - self._shops.keys():
            self._shops |= {named.id: _told(named) for named in retailers.named(self._session, unknown)}
        if strange := [one for one in {_actor(one) for one in people if one} if self._is_strange(one)]:
            found = users.names(self._session, [ids.parse("usr", one) for one in strange])
            self._people |= {users.public_id(user_id): name for user_id, name in found.items()}

    def shop(self, retailer_id: Any) -> dict[str, str]:
        """`{id, code, name}` of a shop."""
        key = _shop(retailer_id)
        if key not in self._shops:
            self.expect(shops=[key])
        return self._shops[key]

    def person(self, actor: UUID | str) -> dict[str, str | None]:
        """`{id, name}` of a user; what is no person has a word for its name: job, retailer, gateway, cli, system."""
        actor = _actor(actor)
        if self._is_strange(actor):
            self.expect(people=[actor])
        if actor in self._people:
            return {"id": actor, "name": self._people[actor]}
        return {"id": None, "name": actor.partition(":")[0]}

    def _is_strange(self, actor: str) -> bool:
        return actor not in self._people and actor.startswith(A_USER)

    @property
    def currency(self) -> str:
        """The organisation's currency."""
        return organisations.get(self._session).currency


def start(session: Session, who: Identity) -> None:
    """Begin an answer to this person: names are read in its transaction."""
    _names.set(Names(session, who))


def current() -> Names:
    """The names of the answer that is being made."""
    return _names.get()


def _told(shop: Named) -> dict[str, str]:
    return {"id": retailers.public_id(shop.id), "code": shop.code, "name": shop.name}


def _shop(retailer_id: Any) -> UUID:
    if isinstance(retailer_id, UUID):
        return retailer_id
    return ids.parse("ret", retailer_id) if retailer_id.startswith("ret_") else UUID(retailer_id)


def _actor(actor: UUID | str) -> str:
    return actor if isinstance(actor, str) else users.public_id(actor)

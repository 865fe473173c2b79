"""What happened in a unit of work, told as values in the past tense, and followed before the unit is committed.

Domain functions say what they did with `happened`; they know nothing of what comes of it. Before the commit
`core.db.transaction` hands the events of the unit, in their order, to the one function that the composition root named
with `follow_with`, and hands over what that caused in turn, until nothing is left. So what follows from a change is in
the change's own transaction, whichever door it came through, and no door has to remember it.

What is undone has not happened: the events of a savepoint that is rolled back vanish with it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session, SessionTransaction

MAX_ROUNDS = 20  # a change causes a few others; what goes on for longer goes on for ever

Follow = Callable[[Session, Sequence[object]], None]

_KEY, _FOLLOWING = "events", "following"
_begun: WeakKeyDictionary[SessionTransaction, tuple[object, ...]] = WeakKeyDictionary()  # what waited when it began
_follow: list[Follow] = []


class NobodyFollows(RuntimeError):
    """Something happened, and this process was never told what follows from it."""


def follow_with(follow: Follow) -> None:
    """Name the one function that gets every unit's events. Called where a process is put together, and nowhere else."""
    _follow[:] = [follow]


def happened(session: Session, event: object) -> None:
    """Say what was done just now in this unit of work, which must be an organisation's."""
    if "org_id" not in session.info:
        raise LookupError(f"{type(event).__name__} happened in no organisation")
    session.info.setdefault(_KEY, []).append(event)


def so_far(session: Session) -> tuple[object, ...]:
    """What happened and was not followed yet, in order."""
    return tuple(session.info.get(_KEY, ()))


def follow(session: Session) -> None:
    """Let everything that happened so far have its consequences, and theirs. Raises NobodyFollows.

    `core.db.transaction` does so before the commit. Sooner does only whoever answers with what the consequences made.
    """
    for _ in range(MAX_ROUNDS):
        found = session.info.get(_KEY)
        if not found:
            return
        if not _follow:
            raise NobodyFollows(f"{type(found[0]).__name__} happened, and nobody was named to follow it")
        session.info[_KEY] = []
        session.info[_FOLLOWING] = True
        try:
            _follow[0](session, tuple(found))
        finally:
            session.info[_FOLLOWING] = False
    raise RuntimeError(f"after {MAX_ROUNDS} rounds still: {', '.join(type(one).__name__ for one in so_far(session))}")


def is_following(session: Session) -> bool:
    """True while consequences are had: what happens now was done by nobody who is at the door."""
    return bool(session.info.get(_FOLLOWING))


@contextmanager
def apart(session: Session) -> Iterator[None]:
    """Follow only what happens in the block; what happened before it waits."""
    before: list[object] = session.info.pop(_KEY, [])
    try:
        yield
    finally:
        session.info[_KEY] = before + session.info.get(_KEY, [])


def forget(session: Session) -> None:
    """Let nothing follow from what happened so far: for history that is written down long after it was."""
    session.info.pop(_KEY, None)


def _begin(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _begun[transaction] = so_far(session)


def _undo(session: Session, transaction: SessionTransaction) -> None:
    """With a savepoint goes what happened or was followed since it began; with the transaction, everything."""
    if transaction.nested:
        session.info[_KEY] = list(_begun.get(transaction, ()))
    elif transaction.parent is None:
        forget(session)


sqlalchemy_event.listen(Session, "after_transaction_create", _begin)
sqlalchemy_event.listen(Session, "after_soft_rollback", _undo)

"""What happened in a unit of work: followed once before the commit, in order, and gone with what was undone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import db, events


@dataclass(frozen=True)
class Done:
    """Something that a test did."""

    what: str


@dataclass(frozen=True)
class Caused:
    """What follows from it."""

    what: str


@pytest.fixture
def followed() -> Iterator[list[object]]:
    """What was handed over, by a function that lets each thing done cause another."""
    before, seen = list(events._follow), list[object]()

    def follow(session: Session, found: Sequence[object]) -> None:
        seen.extend(found)
        for one in found:
            if isinstance(one, Done):
                events.happened(session, Caused(one.what))

    events.follow_with(follow)
    yield seen
    events._follow[:] = before


def test_a_unit_hands_over_what_happened_in_order_and_then_what_that_caused(org: UUID, followed: list[object]) -> None:
    with db.transaction(org) as session:
        for what in ("a", "b"):
            events.happened(session, Done(what))
        assert followed == []
    assert followed == [Done("a"), Done("b"), Caused("a"), Caused("b")]


def test_a_repeated_unit_hands_over_what_its_last_try_did(org: UUID, followed: list[object]) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        events.happened(session, Done(str(len(tries))))
        if len(tries) == 1:
            db.execute(session, "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$")

    db.run(work, org)
    assert followed == [Done("2"), Caused("2")]


@pytest.mark.parametrize("how", ["error", "rollback", "outer"])
def test_what_happened_in_a_savepoint_vanishes_with_it(org: UUID, followed: list[object], how: str) -> None:
    with db.transaction(org) as session:
        events.happened(session, Done("before"))
        with pytest.raises(ZeroDivisionError), session.begin_nested() as savepoint:
            events.happened(session, Done("inside"))
            with session.begin_nested():
                events.happened(session, Done("deeper"))
            if how == "rollback":
                savepoint.rollback()
            raise ZeroDivisionError
        with session.begin_nested():
            events.happened(session, Done("kept"))
        events.happened(session, Done("after"))
    assert [one.what for one in followed if isinstance(one, Done)] == ["before", "kept", "after"]


def test_a_statement_that_fails_in_a_savepoint_takes_along_what_happened_in_it(
    org: UUID, followed: list[object]
) -> None:
    with db.transaction(org) as session:
        with pytest.raises(Exception, match="division by zero"), session.begin_nested():
            events.happened(session, Done("inside"))
            db.execute(session, "SELECT 1 / 0")
        events.happened(session, Done("after"))
    assert [one.what for one in followed if isinstance(one, Done)] == ["after"]


def test_what_was_followed_in_a_savepoint_that_is_rolled_back_is_to_be_followed_still(
    org: UUID, followed: list[object]
) -> None:
    with db.transaction(org) as session:
        events.happened(session, Done("before"))
        savepoint = session.begin_nested()
        events.follow(session)
        events.happened(session, Done("inside"))
        savepoint.rollback()
        assert events.so_far(session) == (Done("before"),)
        followed.clear()
    assert followed == [Done("before"), Caused("before")]


def test_a_unit_that_fails_or_is_rolled_back_hands_over_nothing(org: UUID, followed: list[object]) -> None:
    with pytest.raises(ZeroDivisionError), db.transaction(org) as session:
        events.happened(session, Done("lost"))
        raise ZeroDivisionError
    with db.transaction(org) as session:
        events.happened(session, Done("lost"))
        session.rollback()
    assert followed == []


def test_whoever_asks_early_has_it_followed_once(org: UUID, followed: list[object]) -> None:
    with db.transaction(org) as session:
        events.happened(session, Done("a"))
        events.follow(session)
        assert followed == [Done("a"), Caused("a")]
        assert events.so_far(session) == ()
    assert followed == [Done("a"), Caused("a")]


def test_a_process_that_was_not_told_what_follows_fails_and_keeps_nothing(org: UUID, followed: list[object]) -> None:
    events._follow.clear()
    with pytest.raises(events.NobodyFollows, match="Done"), db.transaction(org) as session:
        db.execute(session, "UPDATE organisation SET name = 'Changed' WHERE org_id = %s", (str(org),))
        events.happened(session, Done("a"))
    with db.transaction(org) as session:
        assert db.execute(session, "SELECT name FROM organisation").scalar() != "Changed"


def test_what_causes_itself_for_ever_is_stopped(org: UUID, followed: list[object]) -> None:
    events.follow_with(lambda session, found: [events.happened(session, one) for one in found] and None)
    with pytest.raises(RuntimeError, match="rounds"), db.transaction(org) as session:
        events.happened(session, Done("again"))


def test_nothing_happens_in_no_organisation(database: str, followed: list[object]) -> None:
    with pytest.raises(LookupError, match="no organisation"), db.transaction() as session:
        events.happened(session, Done("nowhere"))


def test_history_that_is_written_down_later_is_forgotten(org: UUID, followed: list[object]) -> None:
    with db.transaction(org) as session:
        events.happened(session, Done("long ago"))
        events.forget(session)
    assert followed == []

"""Twelve ways to falsify the audit trail, each by somebody who owns the database; all are found.

The thorough ones repair hashes and heads after themselves. Only the anchors outside the database tell on them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import policy
from core import anchors, audit, crypto, db, ids
from credit import accounts, pauses
from parties import organisations, retailers
from reports import doctor
from reports.invariants import i21_audit_chain

RECHAIN = """
DO $$
DECLARE
    entry record;
    head bytea := '\\x00';
    place bigint := 0;
BEGIN
    FOR entry IN SELECT * FROM audit_entry WHERE org_id = '{org}' AND chain_id = '{chain}' ORDER BY seq, id LOOP
        place := place + 1;
        UPDATE audit_entry SET seq = place, prev_hash = head, hash = sha256(head || int8send(place) || body)
            WHERE org_id = entry.org_id AND id = entry.id;
        head := sha256(head || int8send(place) || entry.body);
    END LOOP;
    UPDATE credit_account SET audit_seq = place, audit_head = head WHERE org_id = '{org}' AND retailer_id = '{chain}';
END
$$
"""
THIRD = "WHERE org_id = '{org}' AND chain_id = '{chain}' AND seq = 3"
COPY = (
    "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).*"
    " FROM audit_entry e " + THIRD
)


@pytest.fixture
def books(database: str, home: Any) -> Iterator[tuple[Session, UUID]]:
    """Two organisations' sessions as the owner of the tables, with every guard lifted; one shop's chain of five."""
    engine = create_engine(db.driver_url(database), connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            _shop(session, "+917000000001")
            session.info["neighbour"] = db.org_of(session)
            shop = _shop(session, "+917000000002")
            for number in range(2):
                pauses.pause(session, shop, f"late {number}")
                pauses.unpause(session, shop, f"paid {number}")
            db.execute(session, "ALTER TABLE audit_entry DISABLE TRIGGER append_only")
            db.execute(session, "ALTER TABLE audit_entry DROP CONSTRAINT uq_audit_entry_org_id_chain_id_seq")
            anchors.append(session)
            yield session, shop
            anchors.path_of(db.org_of(session)).unlink()
        outer.rollback()
    engine.dispose()


def _shop(session: Session, phone: str) -> UUID:
    db.enter(session, ids.new())
    organisations.create(
        session,
        organisations.NewOrganisation(name="Audited", country="IN", state_code="27", gstin="27AAPFU0939F1ZV"),
        policy.of_a_new_organisation(),
    )
    shop = retailers.create(session, retailers.Details(code="R1", name="Sharma Kirana", phone=phone))
    accounts.open_account(session, shop.id, accounts.Terms(limit_minor=5_000))
    session.flush()  # before another organisation is entered
    return shop.id


def _verified(session: Session) -> doctor.Finding:
    return doctor.examine(session, i21_audit_chain.INVARIANT, db.org_of(session), doctor.FULL)


def _sql(*statements: str) -> Callable[[Session, UUID], None]:
    def tamper(session: Session, shop: UUID) -> None:
        for statement in statements:
            db.execute(
                session, statement.format(org=db.org_of(session), chain=shop, neighbour=session.info["neighbour"])
            )

    return tamper


def _edit_the_anchor(session: Session, _shop: UUID) -> None:
    path = anchors.path_of(db.org_of(session))
    line = json.loads(path.read_text())
    chain = next(iter(line["heads"]))
    line["heads"][chain][1] = "00" * 32
    path.write_text(json.dumps(line) + "\n")


def _sign_with_another_key(session: Session, _shop: UUID) -> None:
    path = anchors.path_of(db.org_of(session))
    line = json.loads(path.read_text())
    line.pop("signature")
    body = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
    line["signature"] = "dev:" + crypto._mac(b"another key", body, anchors.PURPOSE)
    path.write_text(json.dumps(line, sort_keys=True, separators=(",", ":")) + "\n")


TAMPERS: dict[str, Callable[[Session, UUID], None]] = {
    "an entry is edited": _sql("UPDATE audit_entry SET reason = 'fine' " + THIRD),
    "an entry in the middle is deleted and the rest renumbered": _sql("DELETE FROM audit_entry " + THIRD, RECHAIN),
    "the tail is cut off and the head moved back": _sql(
        "DELETE FROM audit_entry WHERE org_id = '{org}' AND chain_id = '{chain}' AND seq > 3", RECHAIN
    ),
    "an entry is inserted and the chain made anew": _sql(COPY, RECHAIN),
    "two entries change places and the chain is made anew": _sql(
        "UPDATE audit_entry SET seq = 7 - seq WHERE org_id = '{org}' AND chain_id = '{chain}' AND seq IN (3, 4)",
        RECHAIN,
    ),
    "an entry's bytes are rewritten and the chain made anew": _sql(
        "UPDATE audit_entry SET reason = 'fine', body = convert_to(replace(convert_from(body, 'UTF8'),"
        " '\"' || reason || '\"', '\"fine\"'), 'UTF8') " + THIRD,
        RECHAIN,
    ),
    "an entry is moved to another organisation": _sql(
        "ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY", "UPDATE audit_entry SET org_id = '{neighbour}' " + THIRD
    ),
    "the time of an entry is turned back and the chain made anew": _sql(
        "UPDATE audit_entry SET at = at - interval '1 day', body = convert_to((convert_from(body, 'UTF8')::jsonb"
        " || jsonb_build_object('at', at - interval '1 day'))::text, 'UTF8') " + THIRD,
        RECHAIN,
    ),
    "a number stands twice": _sql(COPY),
    "a space is added to the hashed bytes": _sql("UPDATE audit_entry SET body = body || ' '::bytea " + THIRD),
    "the anchor is signed with another key": _sign_with_another_key,
    "the anchor is edited": _edit_the_anchor,
}


def test_what_nobody_touched_verifies(books: tuple[Session, UUID]) -> None:
    session, _ = books
    assert _verified(session).violations == ()


@pytest.mark.parametrize("what", TAMPERS)
def test_a_tamper_is_found(books: tuple[Session, UUID], what: str) -> None:
    session, shop = books
    TAMPERS[what](session, shop)
    found = _verified(session)
    assert (found.id, found.status, bool(found.violations)) == ("I21", doctor.VIOLATED, True), found


def test_there_are_twelve_of_them() -> None:
    assert len(TAMPERS) == 12


def test_a_chain_made_anew_verifies_by_itself_and_only_the_anchor_tells(books: tuple[Session, UUID]) -> None:
    session, shop = books
    TAMPERS["the tail is cut off and the head moved back"](session, shop)
    found = _verified(session)
    assert all("was anchored" in violation for violation in found.violations)
    assert any("entry 5 of chain" in violation and "gone" in violation for violation in found.violations)


def test_a_forgery_that_was_anchored_afterwards_is_still_found(books: tuple[Session, UUID]) -> None:
    session, shop = books
    TAMPERS["the tail is cut off and the head moved back"](session, shop)
    pauses.pause(session, shop, "later")
    anchors.append(session)
    assert _verified(session).status == doctor.VIOLATED


def test_an_anchor_line_cannot_be_dropped(books: tuple[Session, UUID]) -> None:
    session, shop = books
    for reason in ("later", "later still"):
        pauses.pause(session, shop, reason) or pauses.unpause(session, shop, reason)
        anchors.append(session)
    path = anchors.path_of(db.org_of(session))
    first, _, third = path.read_text().splitlines()
    path.write_text(f"{first}\n{third}\n")
    assert "line 2" in _verified(session).violations[0]


def test_anchors_that_a_run_wrote_must_be_there(books: tuple[Session, UUID]) -> None:
    session, shop = books
    pauses.pause(session, shop, "later")
    path = anchors.path_of(db.org_of(session))
    before = path.read_bytes()
    db.execute(
        session,
        "INSERT INTO job_run (org_id, job, slot, status, started_at, result)"
        " VALUES (%s, 'anchor_audit', 'x', 'done', clock_timestamp(), '{\"anchored\": 1}')",
        (str(db.org_of(session)),),
    )
    anchors.append(session)
    assert _verified(session).status == doctor.HOLDS
    path.write_bytes(before)
    assert "wrote more" in _verified(session).violations[0]


def test_nothing_is_written_while_nothing_moves(books: tuple[Session, UUID]) -> None:
    session, shop = books
    before = anchors.path_of(db.org_of(session)).read_bytes()
    assert anchors.append(session) == 0
    assert anchors.path_of(db.org_of(session)).read_bytes() == before
    audit.record(session, "terms.changed", subject=ids.public("ret", shop), retailer_id=shop)
    assert anchors.append(session) == 1

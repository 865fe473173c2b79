"""Retailers, contacts and users."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import db, outbox
from core.audit import AuditEntry
from core.errors import Invalid, NotFound
from parties import consent, contacts, phones, retailers, sessions, users
from parties.tables import Contact, User


def test_a_phone_written_in_any_usual_way_is_one_number() -> None:
    written = ["98100 00001", "+91 98100-00001", "919810000001", "09810000001"]
    assert {phones.e164(text) for text in written} == {"+919810000001"}


def test_letters_are_not_a_phone() -> None:
    with pytest.raises(phones.NotAPhone):
        phones.e164("call me")


def test_somebody_who_wrote_before_becomes_the_contact_of_the_new_shop(session: Session) -> None:
    contact = Contact(phone="+919810000001", created_at=db.execute(session, "SELECT now()").scalar())
    session.add(contact)
    session.flush()
    shop = retailers.create(session, retailers.Details(code="R1", name="Sharma Kirana", phone="+919810000001"))
    assert contact.retailer_id == shop.id


def test_a_shop_is_reached_in_its_own_language_and_only_by_template_before_it_wrote(session: Session) -> None:
    shop = retailers.create(session, retailers.Details(code="R1", name="खान", phone="+919810000001", language="hi"))
    session.flush()
    reach = contacts.reach(session, shop.id)
    assert (reach.to_address, reach.language, reach.window_open) == ("whatsapp:+919810000001", "hi", False)


def test_an_unknown_language_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        retailers.create(session, retailers.Details(code="R1", name="A", phone="+919810000001", language="xx"))


DETAILS = retailers.Details(code="R1", name="Sharma Kirana", phone="+919810000001", state_code="27")


@pytest.mark.parametrize("same", [{"code": "R2"}, {"phone": "+919810000002"}])
def test_a_shop_cannot_become_another_one(session: Session, make_retailer, same: dict[str, str]) -> None:
    retailers.create(session, DETAILS)
    other = make_retailer(session, code="R2", phone="+919810000002")
    with pytest.raises(retailers.RetailerExists):
        retailers.change(session, other, replace(DETAILS, **same))
    assert retailers.get(session, other.id).code == "R2", "the transaction goes on"


def test_of_two_who_add_the_same_shop_at_once_one_is_told(org: UUID) -> None:
    def add() -> None:
        with db.transaction(org) as session:
            retailers.create(session, replace(DETAILS, code="R9"))

    with ThreadPoolExecutor(1) as pool:
        with db.transaction(org) as session:
            retailers.create(session, DETAILS)
            second = pool.submit(add)
            while not db.execute(session, "SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
                assert not second.done()
                time.sleep(0.01)
        with pytest.raises(retailers.RetailerExists):
            second.result()


@pytest.mark.parametrize("wrong", [{"state_code": "99"}, {"gstin": "27AAPFU0939F1ZV", "state_code": "24"}])
def test_a_state_that_does_not_exist_or_is_not_the_gstins_is_refused(session: Session, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        retailers.create(session, replace(DETAILS, **wrong))


def test_a_shop_of_undivided_andhra_may_show_its_old_number(session: Session) -> None:
    assert retailers.create(session, replace(DETAILS, state_code="28")).state_code == "28"


def test_in_pakistan_a_province_is_no_gst_state(new_org) -> None:
    with db.transaction(new_org(country="PK", state_code="Sindh")) as session:
        assert retailers.create(session, replace(DETAILS, state_code="Sindh")).state_code == "Sindh"


def test_the_phone_that_a_shop_leaves_behind_is_a_strangers(session: Session, make_retailer) -> None:
    shop = make_retailer(session, code="R1", phone="+919810000001")
    session.flush()
    old = session.query(Contact).filter_by(phone="+919810000001").one()
    waiting = outbox.put(
        session,
        channel_id=contacts.reach(session, shop.id).channel_id,
        to_address="whatsapp:+919810000001",
        language="en",
        body="You owe us",
        retailer_id=shop.id,
    )
    assert retailers.change(session, shop, replace(DETAILS, phone="+919810000009"))
    assert old.retailer_id is None
    assert contacts.reach(session, shop.id).to_address == "whatsapp:+919810000009"
    entry = session.query(AuditEntry).filter_by(action="contact.released").one()
    assert (entry.chain_id, entry.before["phone"]) == (shop.id, "+919810000001")
    assert db.execute(session, "SELECT status FROM outbox_message WHERE id = %s", (str(waiting),)).scalar() != "queued"


def test_a_change_that_keeps_the_phone_keeps_its_access(session: Session, make_retailer) -> None:
    shop = make_retailer(session, code="R1", phone="+919810000001")
    session.flush()
    assert retailers.change(session, shop, replace(DETAILS, name="Sharma and Sons"))
    assert session.query(Contact).filter_by(phone="+919810000001").one().retailer_id == shop.id


def test_a_phone_left_behind_can_be_another_shops(session: Session, make_retailer) -> None:
    first = make_retailer(session, code="R1", phone="+919810000001")
    session.flush()
    retailers.change(session, first, replace(DETAILS, phone="+919810000009"))
    second = make_retailer(session, code="R2", phone="+919810000001")
    assert session.query(Contact).filter_by(phone="+919810000001").one().retailer_id == second.id


def test_an_organisation_needs_a_state_that_exists(new_org) -> None:
    with pytest.raises(Invalid):
        new_org(state_code="99")


def test_stop_is_noted_once_and_start_takes_it_back(session: Session, make_retailer) -> None:
    shop = make_retailer(session)
    session.flush()
    contact_id = session.query(Contact.id).filter_by(retailer_id=shop.id).scalar()
    assert [consent.stop(session, contact_id), consent.stop(session, contact_id)] == [True, False]
    assert contacts.reach(session, shop.id).opted_out
    assert consent.start(session, contact_id)
    assert not contacts.reach(session, shop.id).opted_out


def test_another_organisations_shop_is_not_found(new_org, make_retailer) -> None:
    mine, theirs = new_org(), new_org()
    with db.transaction(theirs) as session:
        shop = make_retailer(session)
    with db.transaction(mine) as session, pytest.raises(NotFound):
        retailers.get(session, shop.id)


def test_signing_in_takes_the_right_password_and_locks_after_wrong_ones(org: UUID) -> None:
    email = f"{org}@example.com"
    with db.transaction(org) as session:
        users.create(session, email=email, role="owner", password="correct horse battery")
    assert users.authenticate(email.upper(), "correct horse battery").role == "owner"
    for _ in range(users.FREE_TRIES):
        with pytest.raises(users.WrongCredentials):
            users.authenticate(email, "wrong wrong wrong")
    with pytest.raises(users.TooManyTries):
        users.authenticate(email, "correct horse battery")


def test_an_unknown_address_gets_the_same_refusal(database: str) -> None:
    with pytest.raises(users.WrongCredentials):
        users.authenticate("nobody@example.com", "whatever it may be")


def test_unknown_wrong_and_disabled_are_the_same_refusal_after_the_same_work(
    org: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    matches = users._matches

    def noted(hashed: str, given: str) -> bool:
        tried.append(hashed.rsplit("$", 2)[0])  # without salt and hash
        return matches(hashed, given)

    monkeypatch.setattr(users, "_matches", noted)
    people = {name: f"{name}.{org}@example.com" for name in ("known", "disabled")}
    with db.transaction(org) as session:
        for email in people.values():
            users.create(session, email=email, role="owner", password="correct horse battery")
        session.query(User).filter_by(email=people["disabled"]).update({"status": "disabled"})
    for email, given in (
        (f"unknown.{org}@example.com", "correct horse battery"),
        (people["known"], "wrong wrong wrong"),
        (people["disabled"], "correct horse battery"),
    ):
        with pytest.raises(users.WrongCredentials):
            users.authenticate(email, given)
    assert len(tried) == 3
    assert len(set(tried)) == 1, "hashed with the same cost"


def test_a_refresh_token_is_replaced_at_each_use_and_a_late_reuse_revokes_the_family(org: UUID) -> None:
    from datetime import timedelta

    from core import clock

    with db.transaction(org) as session:
        user = users.create(session, email=f"{org}@example.com", role="owner", password="correct horse battery")
        first = sessions.start(session, user.id)
    second = sessions.rotate(first).refresh_token
    assert sessions.rotate(first).refresh_token == second, "two tabs at once get the same successor"
    clock.advance(timedelta(minutes=1))
    with pytest.raises(users.WrongCredentials):
        sessions.rotate(first)
    with pytest.raises(users.WrongCredentials):
        sessions.rotate(second)


def test_stop_also_holds_back_what_waits_to_be_sent_but_no_answers(session: Session, make_retailer) -> None:
    shop = make_retailer(session)
    session.flush()
    reach = contacts.reach(session, shop.id)
    contact_id = session.query(Contact.id).filter_by(retailer_id=shop.id).scalar()
    to = {"channel_id": reach.channel_id, "to_address": reach.to_address, "language": "en"}
    outbox.put(session, **to, template="payment_due_today", params={})
    outbox.put(session, **to, body="the answer to a question")
    consent.stop(session, contact_id)
    waiting = db.execute(session, "SELECT kind, status FROM outbox_message ORDER BY kind").all()
    assert [tuple(row) for row in waiting] == [("template", "cancelled"), ("text", "queued")]

"""Retailers, contacts and users."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from core import db
from core.errors import Invalid, NotFound
from parties import consent, contacts, phones, retailers, sessions, users
from parties.tables import Contact


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

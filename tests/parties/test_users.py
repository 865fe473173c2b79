"""Signing in side by side: comparing a password takes long, and nothing is locked meanwhile."""

from collections.abc import Callable
from uuid import UUID

import pytest
from argon2 import PasswordHasher, Type

from core import db, ids
from parties import users

PASSWORD = "correct horse battery"

Meanwhile = Callable[[Callable[[], None]], None]


@pytest.fixture
def email(org: UUID) -> str:
    """The address of an owner."""
    address = f"owner-{ids.new()}@example.com"
    with db.transaction(org) as session:
        users.create(session, email=address, role="owner", password=PASSWORD)
    return address


@pytest.fixture
def while_comparing(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let something happen while the next password is compared."""
    compare = users._matches

    def arrange(happens: Callable[[], None]) -> None:
        def matches(hashed: str, password: str) -> bool:
            monkeypatch.setattr(users, "_matches", compare)
            happens()
            return compare(hashed, password)

        monkeypatch.setattr(users, "_matches", matches)

    return arrange


def test_one_person_signs_in_while_another_is_at_it(email: str, while_comparing: Meanwhile) -> None:
    seen: list[str] = []
    while_comparing(lambda: seen.append(users.authenticate(email, PASSWORD).role))
    assert users.authenticate(email, PASSWORD).role == "owner"
    assert seen == ["owner"]


def test_a_right_password_under_way_when_the_account_is_locked_is_refused(
    email: str, while_comparing: Meanwhile
) -> None:
    def guess() -> None:
        for _ in range(users.FREE_TRIES):
            with pytest.raises(users.WrongCredentials):
                users.authenticate(email, "a wrong password")

    while_comparing(guess)
    with pytest.raises(users.TooManyTries):
        users.authenticate(email, PASSWORD)


def test_a_password_costs_a_thief_time_and_memory(product_hasher: PasswordHasher) -> None:
    """At least what RFC 9106 recommends where memory is short."""
    assert product_hasher.type is Type.ID
    assert product_hasher.memory_cost >= 64 * 1024
    assert product_hasher.time_cost >= 3
    assert product_hasher.hash_len >= 32

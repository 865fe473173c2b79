"""Creating organisations and users from the command line."""

import itertools
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import org, user
from core import db, settings
from core.errors import DomainError, Invalid
from parties import channels, organisations, users

_numbers = itertools.count(1)


def create(**changes: Any) -> Result:
    given = {
        "name": "Shree Ganesh Traders",
        "country": "IN",
        "state": "27",
        "gstin": "27AAPFU0939F1ZV",
        "whatsapp": f"+9182{next(_numbers):08d}",
        "upi-vpa": "ganeshtraders@okhdfcbank",
        **changes,
    }
    line = [part for name, value in given.items() if value is not None for part in (f"--{name}", str(value))]
    return CliRunner().invoke(org.command, ["create", *line, "--json"], standalone_mode=False)


def made(result: Result) -> str:
    assert result.exception is None, result.exception
    public: str = json.loads(result.stdout)["org_id"]
    return public


def test_an_organisation_comes_with_its_number_and_token(database: str) -> None:
    public = made(create(whatsapp="+91 98765 43210", address="APMC Market"))
    with db.transaction(organisations.parse_id(public)) as session:
        organisation = organisations.get(session)
        assert (organisation.gstin, organisation.timezone, organisation.currency) == (
            "27AAPFU0939F1ZV", "Asia/Kolkata", "INR",
        )  # fmt: skip
    line = channels.resolve(settings.current().twilio_account_sid, "+919876543210")
    assert line is not None
    assert line.tokens == settings.current().twilio_auth_tokens


def test_without_a_registration_it_is_told_that_no_tax_is_charged(database: str) -> None:
    plain, registered = create(gstin=None), create()
    made(plain)
    made(registered)
    assert ("no tax is charged" in plain.stderr, registered.stderr) == (True, "")


def test_a_number_belongs_to_one_organisation(database: str) -> None:
    made(create(whatsapp="+919876543211"))
    assert isinstance(create(whatsapp="+919876543211").exception, channels.NumberTaken)


@pytest.mark.parametrize(
    "changes",
    [
        {"gstin": "27AAPFU0939F1ZX"},
        {"gstin": "27AAPFU0939F1ZV", "state": "24"},
        {"state": "99", "gstin": None},
        {"whatsapp": "hello"},
        {"upi-vpa": "not an address"},
        {"timezone": "Asia/Atlantis"},
    ],
)
def test_what_cannot_be_true_is_refused(database: str, changes: dict[str, Any]) -> None:
    assert isinstance(create(**changes).exception, Invalid)


def test_a_wrong_account_is_a_matter_of_configuration(database: str) -> None:
    assert isinstance(create(**{"twilio-account-sid": "AC123"}).exception, settings.ConfigurationError)


def test_a_user_signs_in_with_the_password_of_the_environment(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    public, email = made(create()), f"owner{next(_numbers)}@example.com"
    monkeypatch.setenv("BAHI_PASSWORD", "correct horse battery staple")
    line = ["create", "--org", public, "--email", email, "--role", "owner", "--json"]
    result = CliRunner().invoke(user.command, line, standalone_mode=False)
    who = users.authenticate(email, "correct horse battery staple")
    assert json.loads(result.stdout) == {"user_id": users.public_id(who.user_id)}
    assert who.role == "owner"
    again = CliRunner().invoke(user.command, line, standalone_mode=False)
    assert isinstance(again.exception, users.EmailTaken)


def test_a_short_password_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAHI_PASSWORD", "elevenchars")
    line = ["create", "--org", made(create()), "--email", "a@example.com", "--role", "owner"]
    assert isinstance(CliRunner().invoke(user.command, line, standalone_mode=False).exception, DomainError)

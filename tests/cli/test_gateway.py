"""`bahi gateway`: secrets come from the environment or stdin, never from the command line."""

import json
from uuid import UUID

import pytest
from click.testing import CliRunner

from cli import gateway
from core import db
from core.settings import ConfigurationError
from credit import gateway_accounts
from parties import organisations


def test_a_gateway_is_connected_and_its_address_printed(org: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAHI_GATEWAY_KEY", "key secret")
    arguments = [
        "connect",
        "--org",
        organisations.public_id(org),
        "--provider",
        "razorpay",
        "--key-id",
        "rzp_1",
        "--json",
    ]
    answer = CliRunner().invoke(gateway.command, arguments, input="webhook secret\n")
    shown = json.loads(answer.stdout)
    assert shown["webhook_url"] == f"http://bahi.test/webhooks/razorpay/{shown['gateway_id']}"
    with db.transaction(org) as session:
        account = gateway_accounts.of_provider(session, "razorpay")
    assert account.webhook_secrets == ("webhook secret",)
    assert account.keys == gateway_accounts.Keys("rzp_1", "key secret")


def test_a_key_without_its_secret_is_refused(org: UUID) -> None:
    arguments = ["connect", "--org", organisations.public_id(org), "--provider", "razorpay", "--key-id", "rzp_1"]
    assert isinstance(CliRunner().invoke(gateway.command, arguments).exception, ConfigurationError)


def test_no_secret_is_no_gateway(org: UUID) -> None:
    arguments = ["connect", "--org", organisations.public_id(org), "--provider", "stripe"]
    assert isinstance(CliRunner().invoke(gateway.command, arguments, input="").exception, ConfigurationError)

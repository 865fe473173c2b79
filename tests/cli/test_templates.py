"""`bahi templates sync` makes what is missing, once, and tells where it stands."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from click.testing import CliRunner

from bot.gateway import contents
from cli import templates
from core import settings
from parties import organisations
from tests.twilio_stand_in import TwilioStandIn


@pytest.fixture
def twilio(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        monkeypatch.setenv("TWILIO_API_BASE_URL", stand_in.url)
        settings.current.cache_clear()
        contents.forget()
        yield stand_in
    monkeypatch.undo()
    settings.current.cache_clear()


def test_templates_are_made_and_submitted_once(twilio: TwilioStandIn, org: UUID) -> None:
    arguments = ["sync", "--org", organisations.public_id(org), "--json"]
    first = CliRunner().invoke(templates.command, arguments)
    rows = json.loads(first.stdout)
    assert {row["approval"] for row in rows} == {"approved"}
    assert {row["language"] for row in rows} == {"en", "hi", "ur", "hi_Latn"}
    made = len(twilio.contents)
    assert made == len(rows) == len(set(twilio.approvals_asked)) >= 24
    CliRunner().invoke(templates.command, arguments)
    assert (len(twilio.contents), len(twilio.approvals_asked)) == (made, made)


def test_a_rejected_template_is_an_error_for_scripts(twilio: TwilioStandIn, org: UUID) -> None:
    twilio.approval = "rejected"
    answer = CliRunner().invoke(
        templates.command, ["sync", "--org", organisations.public_id(org)], standalone_mode=False
    )
    assert answer.return_value == 1
    assert "rejected" in answer.stdout

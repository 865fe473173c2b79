"""What the provider's answers mean."""

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from bot.gateway.errors import Action, NotTaken, RefusedByProvider, Uncertain, action_for, from_answer, from_twilio


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, 20429, NotTaken),
        (500, 20500, Uncertain),
        (503, None, Uncertain),
        (401, 20003, RefusedByProvider),
        (400, 21211, RefusedByProvider),
    ],
)
def test_only_429_is_safe_to_repeat_and_5xx_is_uncertain(status: int, code: int | None, kind: type[Exception]) -> None:
    assert type(from_answer(status, code, "")) is kind


def test_an_error_without_a_status_is_uncertain() -> None:
    assert isinstance(from_twilio(TwilioException("unreadable")), Uncertain)
    refused = from_twilio(TwilioRestException(400, "/", "no", 21617))
    assert isinstance(refused, RefusedByProvider)
    assert refused.action is Action.PERMANENT


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (63016, Action.TEMPLATE),
        (63018, Action.RETRY),
        (63014, Action.SUPPRESS),
        (20003, Action.CONFIG),
        (63024, Action.PERMANENT),
        (99999, Action.PERMANENT),
        (None, Action.PERMANENT),
    ],
)
def test_codes_have_one_meaning_and_unknown_ones_are_permanent(code: int | None, action: Action) -> None:
    assert action_for(code) is action

"""What the provider's error codes mean for us: one table, for answers to a request and for later callbacks.

Codes not listed are taken as permanent: Twilio adds codes without notice, and a person sees the task.
Source: Twilio's error dictionary; WhatsApp reports most failures by callback, after the request was accepted.
"""

from enum import Enum

from twilio.base.exceptions import TwilioException


class Action(Enum):
    """What to do with a message that met an error."""

    RETRY = "retry"  # not taken, or worth another try later
    CONFIG = "config"  # right after somebody repairs account, sender or template: keep it, ask staff
    TEMPLATE = "template"  # free text was not allowed: once more as an approved template
    SUPPRESS = "suppress"  # this person wants or can have no more messages from us
    PERMANENT = "permanent"  # never: ask staff


_CODES = {
    Action.RETRY: (20429, 21611, 30001, 30008, 30410, 63009, 63010, 63012, 63017, 63018, 63019, 63029, 63037, 63038),
    Action.CONFIG: (
        *(20003, 20005, 30002, 21609, 21703, 21705, 63001, 63002, 63007, 63008, 63020, 63022, 63027),
        *(63040, 63041, 63042, 63051, 63062),
    ),
    Action.TEMPLATE: (63016,),
    Action.SUPPRESS: (21610, 63014, 63033),
}
_ACTION_OF = {code: action for action, codes in _CODES.items() for code in codes}

WINDOW_CLOSED = 63016
TOO_MANY_REQUESTS = 20429


class GatewayError(Exception):
    """Something went wrong between us and the provider."""

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


class NotTaken(GatewayError):
    """The provider certainly did not take the request: it may be repeated."""


class Uncertain(GatewayError):
    """The provider may have taken the request: it must not be repeated before we know."""


class MediaGone(GatewayError):
    """A picture or file that cannot be had: deleted, too large, or not at the provider's own address."""


class RefusedByProvider(GatewayError):
    """The provider answered with a reason; `action` says what to do."""

    @property
    def action(self) -> Action:
        return action_for(self.code)


def action_for(code: int | None) -> Action:
    """What an error code asks for."""
    return _ACTION_OF.get(code or 0, Action.PERMANENT)


def from_answer(status: int, code: int | None, text: str) -> GatewayError:
    """The error behind an HTTP status and Twilio's code."""
    if status == 429:
        return NotTaken(f"HTTP 429: {text}", code or TOO_MANY_REQUESTS)
    if status >= 500:
        return Uncertain(f"HTTP {status}: {text}", code or status)
    if status == 401:
        return RefusedByProvider(f"HTTP 401: {text}", 20003)
    return RefusedByProvider(f"HTTP {status}: {text}", code or status)


def from_twilio(error: TwilioException) -> GatewayError:
    """The error behind what the SDK raised; without a status nothing is known."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if not isinstance(status, int):
        return Uncertain(f"{type(error).__name__}: {error}")
    text = str(getattr(error, "msg", None) or getattr(error, "detail", None) or "")
    return from_answer(status, int(code) if code else None, text[:200])

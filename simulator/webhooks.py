"""Posting to the app as Twilio does: form-encoded, signed, 15 seconds, one more try if nothing was connected."""

import time
import uuid

import requests
from twilio.request_validator import RequestValidator

from simulator.clock import Clock
from simulator.records import Call
from simulator.settings import Settings
from simulator.state import State

SHOWN_ANSWER_CHARACTERS = 600


def signature(token: str, url: str, form: dict[str, str]) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def spoiled(right: str) -> str:
    """A signature of the right length that is certainly wrong."""
    return ("y" if right[0] == "x" else "x") + right[1:]


class Webhooks:
    """Signs, posts and logs. `post` returns the HTTP status, or None when the app gave no answer."""

    def __init__(self, settings: Settings, clock: Clock, state: State):
        self._settings = settings
        self._clock = clock
        self._state = state

    def post(self, url: str, form: dict[str, str], *, chat_id: str, note: str, is_spoiled: bool = False) -> int | None:
        right = signature(self._settings.signing_token, url, form)
        headers = {"X-Twilio-Signature": spoiled(right) if is_spoiled else right, "User-Agent": "TwilioProxy/1.1"}
        started = time.monotonic()
        status, answer = self._send(self._settings.reachable(url), form, headers)
        self._state.add_call(
            Call(
                at=self._clock.now(),
                to_app=True,
                method="POST",
                path=url,
                status=status,
                milliseconds=round((time.monotonic() - started) * 1000),
                form=form,
                note=note + (" · wrong signature on purpose" if is_spoiled else ""),
                answer=answer[:SHOWN_ANSWER_CHARACTERS],
                signature=headers["X-Twilio-Signature"],
                chat_id=chat_id,
            )
        )
        return status

    def _send(self, url: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int | None, str]:
        for is_last in (False, True):
            # A new token for each attempt is how Twilio lets one tell a retry from the first try.
            attempt = {**headers, "I-Twilio-Idempotency-Token": str(uuid.uuid4())}
            try:
                return self._once(url, form, attempt)
            except requests.exceptions.Timeout:
                return None, f"No answer within {self._settings.webhook_timeout_seconds:g} seconds"
            except requests.exceptions.ConnectionError as error:
                if is_last:
                    return None, f"Could not connect: {error}"
            except requests.exceptions.RequestException as error:
                return None, f"Could not post: {error}"
        raise AssertionError("unreachable")

    def _once(self, url: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
        with requests.Session() as session:
            session.trust_env = False  # a proxy for the outside world must not see local traffic
            reply = session.post(
                url,
                data=form,
                headers=headers,
                timeout=self._settings.webhook_timeout_seconds,
                allow_redirects=False,
            )
            return reply.status_code, reply.text

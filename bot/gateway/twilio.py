"""Twilio over HTTP: sending a message, listing what was taken, content resources. The only module that imports the SDK.

One client per account and process, with short timeouts and no retries of its own: whether a request may be repeated is
decided by `core/sending.py`, never by a library.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from bot.gateway.errors import GatewayError, NotTaken, Uncertain, from_answer, from_twilio
from core import settings
from parties.channels import Line

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
LISTED = 50  # a person gets far fewer messages than this while one of them is uncertain
POOL = 16
CONTENT_API = "https://content.twilio.com/v1/Content"

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """One message as the provider wants it: free text, or a content resource with its variables."""

    to_address: str
    callback_url: str
    body: str | None = None
    content_sid: str | None = None
    content_variables: dict[str, str] | None = None
    media_url: str | None = None


@dataclass(frozen=True)
class Listed:
    """A message that the provider has."""

    sid: str
    body: str
    has_media: bool


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the SDK has no types
    """The SDK's HTTP client with our timeouts; outside production it can be pointed at a stand-in."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.timeout = (CONNECT_SECONDS, READ_SECONDS)  # the SDK passes it on, requests takes a pair
        self._base = urlsplit(base_url) if base_url else None
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=POOL))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        if self._base is not None:
            wanted = urlsplit(url)
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Fake-Host": wanted.netloc}
            url = urlunsplit((self._base.scheme, self._base.netloc, wanted.path, wanted.query, ""))
        return super().request(method, url, *args, **kwargs)


class Gateway:
    """One WhatsApp number at Twilio."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._client = _client(os.getpid(), line.account_sid, line.tokens[0], settings.current().twilio_api_base_url)

    def send(self, request: Request) -> str:
        """Hand a message over; returns the provider's id. Raises NotTaken, Uncertain or Refused."""
        fields: dict[str, Any] = {
            "from_": f"whatsapp:{self.line.number}",
            "to": request.to_address,
            "status_callback": request.callback_url,
        }
        if request.content_sid:
            fields["content_sid"] = request.content_sid
            fields["content_variables"] = json.dumps(request.content_variables or {}, ensure_ascii=False)
        else:
            fields["body"] = request.body
            if request.media_url:
                fields["media_url"] = [request.media_url]
        return str(_guarded(lambda: self._client.messages.create(**fields)).sid)

    def listed(self, to_address: str) -> list[Listed]:
        """The newest messages from this number to a person. Without a date filter: a message that waits has no date."""
        found = _guarded(
            lambda: self._client.messages.list(
                to=to_address, from_=f"whatsapp:{self.line.number}", limit=LISTED, page_size=LISTED
            )
        )
        return [Listed(str(m.sid), m.body or "", str(m.num_media or "0") != "0") for m in found]

    def create_content(self, definition: dict[str, Any]) -> str:
        """Make a content resource; returns its id."""
        return str(self._json("POST", CONTENT_API, definition)["sid"])

    def find_content(self, friendly_name: str) -> str | None:
        """The content resource with this name, if one was made before."""
        url: str | None = f"{CONTENT_API}?PageSize=500"
        while url:
            page = self._json("GET", url)
            for content in page["contents"]:
                if content.get("friendly_name") == friendly_name:
                    return str(content["sid"])
            url = page["meta"].get("next_page_url")
        return None

    def ask_approval(self, content_sid: str, name: str, category: str) -> str:
        """Submit a template to WhatsApp; returns its state."""
        answer = self._json(
            "POST", f"{CONTENT_API}/{content_sid}/ApprovalRequests/whatsapp", {"name": name, "category": category}
        )
        return str(answer.get("status") or "received")

    def approval(self, content_sid: str) -> str:
        """WhatsApp's state of a template: unsubmitted, received, pending, approved, rejected, paused, disabled."""
        answer = self._json("GET", f"{CONTENT_API}/{content_sid}/ApprovalRequests")
        return str((answer.get("whatsapp") or {}).get("status") or "unsubmitted")

    def _json(self, method: str, url: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        response = _guarded(lambda: self._client.request(method, url, data=data, headers=headers))
        try:
            answer = json.loads(response.text or "{}")
        except ValueError:
            answer = {}
        if response.status_code >= 400:
            code = answer.get("code")
            raise from_answer(response.status_code, code if isinstance(code, int) else None, str(answer.get("message")))
        return dict(answer)


@lru_cache(maxsize=256)
def _client(_pid: int, account_sid: str, token: str, base_url: str) -> Client:
    """The SDK's client: an API key when one is configured for this account, else the account's token."""
    current, http = settings.current(), _Http(base_url)
    if current.twilio_api_key and current.twilio_account_sid == account_sid:
        return Client(current.twilio_api_key, current.twilio_api_secret, account_sid, http_client=http)
    return Client(account_sid, token, http_client=http)


def _guarded(call: Callable[[], T]) -> T:
    """Run one SDK call and sort its failures into what they mean."""
    try:
        return call()
    except TwilioException as error:
        raise from_twilio(error) from error
    except requests.RequestException as error:
        raise _from_requests(error) from error


def _from_requests(error: requests.RequestException) -> GatewayError:
    text = type(error).__name__
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return NotTaken(text)
    if isinstance(error, requests.exceptions.ConnectionError) and _never_connected(error):
        return NotTaken(text)
    return Uncertain(text)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)

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

from bot.gateway.errors import GatewayError, MediaGone, NotTaken, Uncertain, from_answer, from_twilio
from core import settings
from parties.channels import ChannelLine

CONNECT_SECONDS, READ_SECONDS = 3.0, 5.0
LISTED = 50  # a person gets far fewer messages than this while one of them is uncertain
POOL = 16
API_HOST = "api.twilio.com"
MAX_MEDIA_BYTES = 16 * 1024 * 1024  # WhatsApp's own limit
CONTENT_API = "https://content.twilio.com/v1/Content"

T = TypeVar("T")


@dataclass(frozen=True)
class ProviderRequest:
    """One message as the provider wants it: free text, or a content resource with its variables."""

    to_address: str
    callback_url: str
    body: str | None = None
    content_sid: str | None = None
    content_variables: dict[str, str] | None = None
    media_url: str | None = None


@dataclass(frozen=True)
class ListedMessage:
    """A message that the provider has."""

    sid: str
    body: str
    has_media: bool


@dataclass(frozen=True)
class Media:
    """A picture or file that somebody sent."""

    content: bytes
    content_type: str


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
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Fake-Host": urlsplit(url).netloc}
        return super().request(method, self._at_base(url), *args, **kwargs)

    def fetch(self, url: str, auth: tuple[str, str]) -> tuple[int, str, bytes]:
        """Status, content type, at most one byte more than is allowed; elsewhere redirects go without the password."""
        with self.session.get(self._at_base(url), auth=auth, timeout=self.timeout, stream=True) as response:
            content = response.raw.read(MAX_MEDIA_BYTES + 1, decode_content=True)
            return response.status_code, response.headers.get("Content-Type", ""), content

    def _at_base(self, url: str) -> str:
        if self._base is None:
            return url
        wanted = urlsplit(url)
        return urlunsplit((self._base.scheme, self._base.netloc, wanted.path, wanted.query, ""))


class TwilioGateway:
    """One WhatsApp number at Twilio."""

    def __init__(self, line: ChannelLine) -> None:
        self.line = line
        self._client = _client(os.getpid(), line.account_sid, line.tokens[0], settings.current().twilio_api_base_url)

    def send(self, request: ProviderRequest) -> str:
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

    def listed(self, to_address: str) -> list[ListedMessage]:
        """The newest messages from this number to a person. Without a date filter: a message that waits has no date."""
        found = _guarded(
            lambda: self._client.messages.list(
                to=to_address, from_=f"whatsapp:{self.line.number}", limit=LISTED, page_size=LISTED
            )
        )
        return [ListedMessage(str(m.sid), m.body or "", str(m.num_media or "0") != "0") for m in found]

    def fetch(self, url: str) -> Media:
        """A picture or file that somebody sent. Raises MediaGone, and what may pass: NotTaken, Uncertain, Refused."""
        wanted = urlsplit(url)
        ours = f"/2010-04-01/Accounts/{self.line.account_sid}/"
        if (wanted.scheme, wanted.netloc) != ("https", API_HOST) or not wanted.path.startswith(ours):
            raise MediaGone("not at the provider's address")
        http, auth = self._client.http_client, (self._client.username, self._client.password)
        status, content_type, content = _guarded(lambda: http.fetch(url, auth))
        if status in (404, 410):
            raise MediaGone(f"HTTP {status}")
        if status >= 400:
            raise from_answer(status, None, "media")
        if len(content) > MAX_MEDIA_BYTES:
            raise MediaGone("too large")
        return Media(content, content_type.partition(";")[0].strip().lower()[:100])

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

"""A simulator on a free port and a tiny shop that answers it, both over real HTTP."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import requests
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from simulator.server import Server
from simulator.settings import Settings

SID, TOKEN = "AC" + "5" * 32, "0123456789abcdef0123456789abcdef"
BUSINESS, RETAILER = "+918000000001", "+919810000001"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"


class LocalTwilio(TwilioHttpClient):
    """The SDK's own client with only the host changed, the way the product uses the simulator."""

    def __init__(self, base_url: str):
        super().__init__(timeout=5)
        self.base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        parts = urlsplit(url)
        local = urlunsplit((self.base.scheme, self.base.netloc, parts.path, parts.query, ""))
        return super().request(method, local, *args, **options)


@dataclass
class Shop:
    """What the tiny app heard; `on_message` may answer through the SDK."""

    url: str = ""
    messages: list[dict[str, str]] = field(default_factory=list)
    statuses: list[dict[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    on_message: Callable[[dict[str, str]], None] | None = None
    delay_seconds: float = 0
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def hear(self, kind: list[dict[str, str]]) -> Response:
        time.sleep(self.delay_seconds)
        signature = request.headers.get("X-Twilio-Signature", "")
        url = self.url + request.full_path.rstrip("?")
        if not RequestValidator(TOKEN).validate(url, request.form, signature):
            return Response(status=403)
        kind.append({**request.form.to_dict(), **{f"query_{k}": v for k, v in request.args.items()}})
        self.tokens.append(request.headers["I-Twilio-Idempotency-Token"])
        if kind is self.messages and self.on_message:
            threading.Thread(target=self.on_message, args=(kind[-1],)).start()
        return Response("<Response/>", content_type="text/xml")

    def statuses_of(self, sid: str) -> list[str]:
        return [row["MessageStatus"] for row in list(self.statuses) if row["MessageSid"] == sid]


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    heard, app = Shop(), Flask("shop")
    app.post("/webhooks/twilio/messages")(lambda: heard.hear(heard.messages))
    app.post("/webhooks/twilio/status", endpoint="status")(lambda: heard.hear(heard.statuses))

    @app.get("/i/<name>")
    def file(name: str) -> Response:
        content_type, data = heard.files[name]
        return Response(data, content_type=content_type)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    heard.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings(shop: Shop, tmp_path: Path) -> Settings:
    bahi = tmp_path / "bahi"
    bahi.write_text(FAKE_BAHI)
    bahi.chmod(0o755)
    return Settings(
        account_sid=SID,
        auth_tokens=(TOKEN,),
        app_url=shop.url,
        public_base_url=shop.url,
        home=tmp_path,
        people_path=tmp_path / "people.json",
        state_path=tmp_path / "simulator.json",
        bahi_path=bahi,
        step_seconds=0.02,
    )


# Stands in for `bahi clock`: keeps the offset the way the product does.
FAKE_BAHI = """#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/clock-commands"
case "$2 $3" in
  "advance 1 hour") echo '{"offset_seconds": 3600}' > "$here/clock.json" ;;
  "advance 1 day") echo '{"offset_seconds": 86400}' > "$here/clock.json" ;;
  "advance 26 hours") echo '{"offset_seconds": 93600}' > "$here/clock.json" ;;
  reset*) rm -f "$here/clock.json" ;;
  set*) echo '{"offset_seconds": 50000}' > "$here/clock.json" ;;
  *) echo "cannot do that" >&2; exit 6 ;;
esac
"""


@dataclass
class Phone:
    """The running simulator as tests use it."""

    url: str
    shop: Shop
    server: Server
    retailer: str = RETAILER
    business: str = BUSINESS
    account_sid: str = SID
    token: str = TOKEN

    @property
    def client(self) -> Client:
        return Client(SID, TOKEN, http_client=LocalTwilio(self.url))

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=20)

    def get(self, path: str) -> Any:
        return requests.get(self.url + path, timeout=20).json()

    def say(self, body: str = "hi", **more: Any) -> dict[str, Any]:
        reply = self.post("/__/inbound", {"from": RETAILER, "body": body, **more})
        assert reply.status_code == 200, reply.text
        return reply.json()

    def send(self, **values: Any) -> Any:
        row = {"from_": f"whatsapp:{BUSINESS}", "to": f"whatsapp:{RETAILER}"}
        row["status_callback"] = f"{self.shop.url}/webhooks/twilio/status?ref=7"
        return self.client.messages.create(**{**row, **values})

    def rest(self, path: str = "/Messages.json", **form: Any) -> requests.Response:
        row = {"From": f"whatsapp:{BUSINESS}", "To": f"whatsapp:{RETAILER}", **form}
        return requests.post(
            f"{self.url}/2010-04-01/Accounts/{SID}{path}",
            data={k: v for k, v in row.items() if v is not None},
            auth=(SID, TOKEN),
            timeout=10,
        )

    def content(self, name: str, types: dict[str, Any], is_approved: bool = True, **variables: str) -> str:
        """Create a content resource, maybe approved; its sid."""
        body = {"friendly_name": name, "language": "en", "types": types}
        body["variables"] = {key.lstrip("v"): value for key, value in variables.items()}
        made = requests.post(f"{self.url}/v1/Content", json=body, auth=(SID, TOKEN), timeout=10)
        assert made.status_code == 201, made.text
        sid = made.json()["sid"]
        if is_approved:
            path = f"{self.url}/v1/Content/{sid}/ApprovalRequests/whatsapp"
            asked = {"name": name, "category": "UTILITY"}
            assert requests.post(path, json=asked, auth=(SID, TOKEN), timeout=10).status_code == 201
        return sid

    def ends_as(self, sid: str, *statuses: str) -> list[str]:
        """Wait until the shop has heard these callbacks about a message; those it heard."""
        self.wait_for(lambda: self.shop.statuses_of(sid) == list(statuses), lambda: self.shop.statuses_of(sid))
        return self.shop.statuses_of(sid)

    @staticmethod
    def wait_for(question: Callable[[], Any], saw: Callable[[], Any] = lambda: "", seconds: float = 8) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = question()
            if answer:
                return answer
            time.sleep(0.02)
        raise AssertionError(f"it did not happen in {seconds} s; saw {saw()}")


@pytest.fixture
def phone(settings: Settings, shop: Shop) -> Iterator[Phone]:
    server = Server(settings, 0)
    server.start()
    yield Phone(server.url, shop, server)
    server.stop()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

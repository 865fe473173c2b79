"""A small Twilio on loopback for tests: takes what the real SDK sends, keeps it, and fails on demand."""

import base64
import json
import threading
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

NOW = "Fri, 20 Nov 2026 05:01:45 +0000"


class TwilioStandIn:
    """`faults` are used up one by one: an HTTP status to refuse with, `500-after` (taken, then an error),
    `hang-after` (taken, answered too late), `drop` (taken, connection closed), or (status, code)."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.contents: dict[str, dict[str, Any]] = {}
        self.approvals_asked: list[str] = []
        self.approval = "approved"
        self.faults: list[Any] = []
        self.content_faults: list[int] = []
        self.media: dict[str, tuple[str, bytes] | int] = {}  # by path: what is there, or the status to refuse with
        self.lists = 0
        self.lists_fail = False
        self.delay_seconds = 0.0
        self.hang_seconds = 1.0
        self.account_sid = "AC" + "5" * 32
        self.token = "0123456789abcdef0123456789abcdef"
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.twilio = self  # type: ignore[attr-defined]
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def bodies(self) -> Counter[str]:
        """How often each text was taken."""
        with self.lock:
            return Counter(message.get("Body") or message.get("ContentVariables", "") for message in self.sent)

    def numbered(self) -> dict[str, int]:
        """The same of `message 1`, `message 2`: other tests' messages may wait in the same database."""
        return {text: times for text, times in self.bodies().items() if text.startswith("message ")}

    def take(self, form: dict[str, str]) -> tuple[int, dict[str, Any], Any]:
        """Apply the next fault and keep the message; returns (status, body, fault)."""
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
            if isinstance(fault, int | tuple):
                status, code = fault if isinstance(fault, tuple) else (fault, 20429 if fault == 429 else 20001)
                return status, {"code": code, "message": "on purpose", "status": status, "more_info": ""}, fault
            kind = "MM" if "ContentSid" in form or "MediaUrl" in form else "SM"
            self.sent.append({"sid": kind + uuid.uuid4().hex, **form})
            if fault == "500-after":
                return 500, {"code": 20500, "message": "on purpose", "status": 500, "more_info": ""}, fault
            return 201, self.public(self.sent[-1]), fault

    def public(self, message: dict[str, str]) -> dict[str, Any]:
        return {
            "sid": message["sid"],
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.get("Body", ""),
            "from": message.get("From"),
            "to": message.get("To"),
            "status": "queued",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "date_created": NOW,
            "date_updated": NOW,
            "date_sent": None,
            "num_media": "1" if message.get("MediaUrl") else "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "messaging_service_sid": None,
            "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message['sid']}.json",
            "subresource_uris": {},
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def twilio(self) -> TwilioStandIn:
        return self.server.twilio  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        try:
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True

    def is_known(self) -> bool:
        wanted = base64.b64encode(f"{self.twilio.account_sid}:{self.twilio.token}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {wanted}":
            return True
        self.answer(401, {"code": 20003, "message": "Authenticate", "status": 401, "more_info": ""})
        return False

    def do_GET(self) -> None:
        if not self.is_known():
            return
        parts = urlsplit(self.path)
        if parts.path.endswith("/Messages.json") and self.twilio.lists_fail:
            self.answer(503, {"code": 20503, "message": "on purpose", "status": 503, "more_info": ""})
        elif parts.path.endswith("/Messages.json"):
            self.answer(200, self.listing(parse_qs(parts.query)))
        elif "/Media/" in parts.path:
            self.answer_media(parts.path)
        elif parts.path.endswith("/ApprovalRequests"):
            self.answer(200, {"whatsapp": {"status": self.twilio.approval}})
        else:
            meta = {"page": 0, "page_size": 500, "next_page_url": None, "key": "contents"}
            self.answer(200, {"contents": list(self.twilio.contents.values()), "meta": meta})

    def answer_media(self, path: str) -> None:
        found = self.twilio.media.get(path, 404)
        if isinstance(found, int):
            self.answer(found, {"code": 20404, "message": "on purpose", "status": found, "more_info": ""})
            return
        kind, content = found
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def listing(self, query: dict[str, list[str]]) -> dict[str, Any]:
        with self.twilio.lock:
            self.twilio.lists += 1
            wanted = {key: query[key][0] for key in ("To", "From") if key in query}
            found = [m for m in self.twilio.sent if wanted.items() <= m.items()]
        return {
            "messages": [self.twilio.public(m) for m in reversed(found)],
            "page": 0,
            "page_size": 50,
            "start": 0,
            "end": len(found),
            "uri": self.path,
            "first_page_uri": self.path,
            "next_page_uri": None,
            "previous_page_uri": None,
        }

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.is_known():
            return
        path = urlsplit(self.path).path
        if path.endswith("/ApprovalRequests/whatsapp"):
            with self.twilio.lock:
                self.twilio.approvals_asked.append(json.loads(raw)["name"])
            self.answer(201, {**json.loads(raw), "status": "received"})
        elif path.endswith("/v1/Content"):
            self.create_content(json.loads(raw))
        else:
            self.create_message(raw)

    def create_content(self, body: dict[str, Any]) -> None:
        with self.twilio.lock:
            fault = self.twilio.content_faults.pop(0) if self.twilio.content_faults else None
            if fault is None:
                sid = "HX" + uuid.uuid4().hex
                self.twilio.contents[sid] = {**body, "sid": sid}
        if fault:
            self.answer(fault, {"code": 20001, "message": "on purpose", "status": fault, "more_info": ""})
        else:
            self.answer(201, self.twilio.contents[sid])

    def create_message(self, raw: bytes) -> None:
        form = {key: values[0] for key, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
        time.sleep(self.twilio.delay_seconds)
        status, body, fault = self.twilio.take(form)
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "hang-after":
            time.sleep(self.twilio.hang_seconds)
        self.answer(status, body)

"""A stand-in for Twilio: takes every message, so that nothing started here can reach anybody outside."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(201, f'{{"sid": "SM{secrets.token_hex(16)}", "status": "queued"}}'.encode())

    def do_GET(self) -> None:
        self._answer(200, b'{"messages": [], "next_page_uri": null}')

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the figures are the output."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def listening() -> Iterator[str]:
    """Its address, for the length of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

"""The HTTP server: one Flask application, a thread per request, and the state file saved as it changes."""

import logging
import socket
import threading

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator import content_api, control, page, twilio_api
from simulator.access import guard_page
from simulator.settings import Settings
from simulator.world import World, build

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
SAVE_EVERY_SECONDS = 1.0
MAX_REQUEST_BYTES = 24 * 1024 * 1024  # a 16 MB file as base64, and some room


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open, as Twilio does, and leaves the log to the inspector."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the page polls every second."""


def create_app(world: World) -> Flask:
    app = Flask("simulator")
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    guard_page(app)
    for module in (twilio_api, content_api, control, page):
        app.register_blueprint(module.blueprint(world))
    return app


class Server:
    """A running simulator. `start` returns at once; `stop` leaves no thread behind."""

    def __init__(self, settings: Settings, port: int):
        # Bound here because werkzeug ends the process itself when it meets a busy port.
        self._socket = socket.create_server((HOST, port))
        self.world = build(settings)
        self._http: BaseWSGIServer = make_server(
            HOST,
            self._socket.getsockname()[1],
            create_app(self.world),
            threaded=True,
            request_handler=QuietHandler,
            fd=self._socket.fileno(),
        )
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=(0.05,), name="http", daemon=True),
            threading.Thread(target=self._keep_saving, name="saver", daemon=True),
        ]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._http.port}"

    def start(self) -> None:
        self.world.delivery.resume()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._socket.close()
        self.world.delivery.stop()
        for thread in self._threads:
            thread.join()
        self.world.state.save()

    def _keep_saving(self) -> None:
        while not self._stopping.wait(SAVE_EVERY_SECONDS):
            try:
                self.world.state.save()
            except OSError:
                log.exception("could not save the chats")

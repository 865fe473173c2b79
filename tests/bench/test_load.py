"""The load client: reads answers whole, keeps its rate, and counts what a stalled server hides."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bench import load

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REQUEST = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


class Plain:
    """A server that reads requests of one size and answers each, after a pause if told so."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pause, self.hang_up = 0.0, False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while connection.recv(len(REQUEST)):
                if self.hang_up:
                    return
                time.sleep(self.pause)
                connection.sendall(ANSWER)


@pytest.fixture
def server() -> Iterator[Plain]:
    running = Plain()
    yield running
    running.listener.close()


def test_an_answer_counts_when_its_last_byte_is_there() -> None:
    assert load.status_of(ANSWER[:10]) is None
    assert load.status_of(ANSWER[:-1]) is None
    assert load.status_of(ANSWER) == 200
    assert load.status_of(b"HTTP/1.1 503 Busy\r\ncontent-length:0\r\n\r\n") == 503


def test_an_answer_without_a_length_is_refused() -> None:
    with pytest.raises(load.NoAnswer):
        load.status_of(b"HTTP/1.1 200 OK\r\n\r\nwhatever")


def test_a_burst_ends_when_its_requests_are_answered(server: Plain) -> None:
    burst = load.drive(server.port, [REQUEST] * 100, seconds=10)
    assert burst.statuses == {200: 100}
    assert len(burst.latencies) == 100


def test_a_burst_ends_when_its_time_is_over_and_awaits_what_is_under_way(server: Plain) -> None:
    server.pause = 0.02
    burst = load.drive(server.port, [REQUEST] * 100_000, seconds=0.3)
    assert 0.3 <= burst.elapsed_seconds < 2
    assert load.CONNECTIONS <= burst.answered < 1000


def test_a_paced_run_keeps_its_rate(server: Plain) -> None:
    burst = load.drive(server.port, [REQUEST] * 60, seconds=20, rate=200)
    assert burst.elapsed_seconds >= 59 / 200
    assert burst.answered == 60


def test_waiting_for_a_free_connection_counts_as_latency(server: Plain) -> None:
    server.pause = 0.05  # 16 connections hold 320 a second; 640 are due
    burst = load.drive(server.port, [REQUEST] * 160, seconds=20, rate=640)
    assert max(burst.latencies) > 0.15


def test_a_server_that_hangs_up_is_an_error(server: Plain) -> None:
    server.hang_up = True
    with pytest.raises((load.NoAnswer, ConnectionError)):
        load.drive(server.port, [REQUEST] * 10, seconds=5)

"""A cheap load client: one thread, keep-alive connections over loopback, requests that were built beforehand.

`rate=None` sends as fast as the answers come; with a rate requests become due at fixed moments, and the latency counts
from the moment a request was due, so that a server that stalls cannot hide it.
"""

import re
import selectors
import socket
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

CONNECTIONS = 16
PATIENCE_SECONDS = 20.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class NoAnswer(Exception):
    """The server closed a connection or stayed silent."""


@dataclass
class Burst:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # seconds
    elapsed_seconds: float = 0.0

    @property
    def answered(self) -> int:
        return self.statuses.total()


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.buffer = b""

    def send(self, request: bytes, due: float) -> None:
        """Start a request. Its few hundred bytes always fit into the socket's buffer."""
        self.due, self.buffer = due, b""
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """The status, once the whole answer is there. Raises NoAnswer."""
        piece = self.socket.recv(65536)
        if not piece:
            raise NoAnswer("the server closed the connection")
        self.buffer += piece
        return status_of(self.buffer)


def status_of(answer: bytes) -> int | None:
    """The status of an HTTP answer, or None while a part of it is missing. Raises NoAnswer without a length."""
    head_end = answer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    length = _LENGTH.search(answer, 0, head_end)
    if length is None:
        raise NoAnswer(f"an answer without a length: {answer[:80]!r}")
    return int(answer[9:12]) if len(answer) >= head_end + 4 + int(length[1]) else None


def drive(port: int, requests: Sequence[bytes], *, seconds: float, rate: float | None = None) -> Burst:
    """Send requests until they or the seconds run out, then wait for what is under way. Raises NoAnswer."""
    connections = [Connection(port) for _ in range(CONNECTIONS)]
    try:
        return _drive(connections, requests, seconds, rate)
    finally:
        for connection in connections:
            connection.socket.close()


def _drive(connections: list[Connection], requests: Sequence[bytes], seconds: float, rate: float | None) -> Burst:
    idle, burst, sent = deque(connections), Burst(), 0
    begin = perf_counter()
    end = begin + seconds
    with selectors.SelectSelector() as busy:  # unlike epoll, it waits for less than a millisecond when told so
        while True:
            now = perf_counter()
            due = begin + sent / rate if rate else now
            while idle and sent < len(requests) and due <= now < end:
                connection = idle.popleft()
                connection.send(requests[sent], due)
                busy.register(connection.socket, selectors.EVENT_READ, connection)
                sent += 1
                due = begin + sent / rate if rate else now
            is_over = sent == len(requests) or now >= end
            if is_over and not busy.get_map():
                break
            wait = due - now if rate and idle and not is_over else PATIENCE_SECONDS
            _collect(busy, idle, burst, wait)
    burst.elapsed_seconds = perf_counter() - begin
    return burst


def _collect(busy: selectors.SelectSelector, idle: deque[Connection], burst: Burst, wait: float) -> None:
    ready = busy.select(max(0.0, wait))
    if not ready and wait >= PATIENCE_SECONDS:
        raise NoAnswer(f"nothing came for {PATIENCE_SECONDS:.0f} seconds")
    for key, _ in ready:
        status = key.data.receive()
        if status is not None:
            burst.statuses[status] += 1
            burst.latencies.append(perf_counter() - key.data.due)
            busy.unregister(key.fileobj)
            idle.append(key.data)

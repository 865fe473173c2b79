"""Keeps child processes alive: restarts with back-off, one log with prefixes, an orderly stop."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cli import parent_death

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 30.0
SETTLED_SECONDS = 10.0  # a child that lived this long starts again without delay and without counting
GIVE_UP_AFTER = 5  # quick deaths of an essential child before everything was ready once
LOOK_SECONDS = 0.1
PIECE = 65536
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str | Path]
    stop_seconds: float = 10.0
    essential: bool = False  # nothing works without it: give up when it cannot start at all
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_again: float = 0.0
    rest: bytes = field(default=b"", repr=False)  # output after the last whole line


class Supervisor:
    """Runs children until a stop signal; `run` returns the exit code."""

    def __init__(self, children: Sequence[Child], *, folder: Path, on_start: Callable[[], None] = lambda: None) -> None:
        self.children = list(children)
        self.folder = folder
        self.on_start = on_start
        self.ready = False  # set by whoever sees that everything answers
        self.stopping = False
        self.code = 0
        self.outputs = selectors.DefaultSelector()
        self.width = max(len(child.name) for child in children)

    def run(self) -> int:
        """Start all in order, watch them, and stop them in the same order on SIGINT, SIGTERM or SIGHUP."""
        with self._signals():
            try:
                for child in self.children:
                    self._start(child)
                self.on_start()
                while not self.stopping:
                    self._pump(LOOK_SECONDS)
                    self._look_after()
            finally:
                for child in self.children:
                    self._stop(child)
                self.outputs.close()
        return self.code

    def stop(self, code: int = 0) -> None:
        self.stopping, self.code = True, code

    def say(self, name: str, line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone while we still stop in order
            print(f"{name:<{self.width}} | {line}", file=sys.stderr, flush=True)  # noqa: T201

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        before = {number: signal.signal(number, lambda *_: self.stop()) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _start(self, child: Child) -> None:
        # A session of its own: Ctrl-C in the terminal reaches us only, and we stop the children in order.
        child.process = subprocess.Popen(
            child.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, parent_death.VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
        )
        child.started = time.monotonic()
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.outputs.register(child.process.stdout, selectors.EVENT_READ, child)

    def _pump(self, seconds: float) -> None:
        for key, _ in self.outputs.select(seconds):
            self._pass_on(key.data, key.fileobj)

    def _pass_on(self, child: Child, output: object) -> None:
        piece = os.read(output.fileno(), PIECE)  # type: ignore[attr-defined]
        *lines, child.rest = (child.rest + piece).split(b"\n")
        if not piece and child.rest:
            lines, child.rest = [child.rest], b""
        for line in lines:
            self.say(child.name, line.decode(errors="replace"))
        if not piece:
            self.outputs.unregister(output)  # type: ignore[arg-type]
            output.close()  # type: ignore[attr-defined]

    def _look_after(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            elif child.process is None and now >= child.start_again and not self.stopping:
                self._start(child)

    def _bury(self, child: Child, now: float) -> None:
        """Note a death, say it, and set when to start again."""
        assert child.process is not None
        code, child.process = child.process.returncode, None
        settled = now - child.started >= SETTLED_SECONDS
        child.quick_deaths = 1 if settled else child.quick_deaths + 1
        if child.essential and not self.ready and child.quick_deaths >= GIVE_UP_AFTER:
            self.say(child.name, f"ended with {code} for the {child.quick_deaths}th time: giving up, see above")
            self.stop(1)
            return
        delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (child.quick_deaths - 1))
        child.start_again = now + delay
        self.say(child.name, f"ended with {code}; starting it again in {delay:.1f} s")

    def _stop(self, child: Child) -> None:
        """SIGTERM, patience while its output still flows, then SIGKILL to whatever it left."""
        process = child.process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        end = time.monotonic() + child.stop_seconds
        while process.poll() is None and time.monotonic() < end:
            self._pump(0.02)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._pump(0)

"""`bahi up`: everything on this machine, in one terminal, until Ctrl-C."""

import contextlib
import fcntl
import functools
import http.client
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import click

from cli import environment, metering, schema
from cli.embedded.processes import port_is_free, wait_until
from cli.services import Terminated, ready
from cli.supervisor import Child, Supervisor

PORT = click.IntRange(1, 65535)
READY_SECONDS = 90
LOOK_SECONDS = 0.2
CONFIGURATION, REFUSED = 3, 6


class CannotStart(click.ClickException):
    """Something on this machine stands in the way."""

    exit_code = CONFIGURATION


class AlreadyRuns(CannotStart):
    """Two supervisors on one home would only fight over its ports."""

    exit_code = REFUSED


@dataclass(frozen=True)
class Plan:
    """What this `up` runs, and where."""

    port: int
    simulator_port: int
    demo: bool
    simulator: bool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"


@click.command()
@click.option("--port", default=8000, show_default=True, type=PORT, help="Of the web server.")
@click.option("--simulator-port", default=8001, show_default=True, type=PORT)
@click.option("--no-demo", is_flag=True, help="Leave the database empty.")
@click.option("--no-simulator", is_flag=True, help="Without the WhatsApp stand-in.")
def command(port: int, simulator_port: int, no_demo: bool, no_simulator: bool) -> int:
    """Start services, web, worker, scheduler and simulator, and keep them running until Ctrl-C.

    Examples: ./bahi up;  ./bahi up --port 9000 --no-demo;  DATABASE_URL=... REDIS_URL=... ./bahi up

    Without DATABASE_URL and REDIS_URL it runs PostgreSQL and Redis of its own below BAHI_HOME. In production there
    is neither demo data nor a simulator.
    """
    live = environment.is_production()
    plan = Plan(port, simulator_port, demo=not (no_demo or live), simulator=not (no_simulator or live))
    try:
        with _only_one():
            _check_ports(plan)
            return _run(plan)
    except (KeyboardInterrupt, Terminated):
        return 0


def _run(plan: Plan) -> int:
    if plan.simulator and not environment.has_provider():
        environment.play_provider(app_url=plan.url, simulator_url=plan.simulator_url)
    if not environment.is_production():
        os.environ["PUBLIC_BASE_URL"] = os.environ.get("PUBLIC_BASE_URL") or plan.url
    _say("starting PostgreSQL and Redis")
    with ready(migrated=False) as endpoints:
        if schema.migrate(endpoints.database_url):
            _say("the database is migrated")
        sign_in = _seed() if plan.demo else ()
        metering.begin()
        supervisor = Supervisor(_children(plan), folder=environment.ROOT)
        watch = threading.Thread(target=_wait_until_ready, args=(plan, supervisor, sign_in), daemon=True)
        supervisor.on_start = watch.start
        code = supervisor.run()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a server behind
        return code


def _children(plan: Plan) -> list[Child]:
    """In the order in which they are started, and stopped: no request may come in while the rest is leaving."""
    bahi = [sys.executable, "-P", "-m", "cli"]
    children = [
        Child("web", [*bahi, "web", "--port", str(plan.port)], stop_seconds=15, essential=True),
        Child("scheduler", [*bahi, "scheduler"], stop_seconds=5),
        Child("worker", [*bahi, "worker"], stop_seconds=15),
    ]
    if plan.simulator:
        line = [*bahi, "simulator", "--port", str(plan.simulator_port), "--app-url", plan.url]
        children.append(Child("simulator", line, stop_seconds=5))
    return children


def _seed() -> tuple[str, ...]:
    """Demo data once; what it says is how to sign in."""
    from cli import demo  # noqa: PLC0415  loads the whole domain, after the environment is settled
    from core import db  # noqa: PLC0415

    _say("looking after the demo data")
    said = demo.seed()
    db.dispose()
    return tuple(said or ())


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    home = environment.home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRuns(f"Bahi already runs on {home}. Stop it first, or use another BAHI_HOME.") from None
        yield


def _check_ports(plan: Plan) -> None:
    wanted = {"--port": plan.port}
    if plan.simulator:
        wanted["--simulator-port"] = plan.simulator_port
    for option, port in wanted.items():
        # A web server whose `up` was killed a moment ago is still leaving.
        if not wait_until(functools.partial(port_is_free, port), 3):
            raise CannotStart(f"Port {port} is taken by another program. Choose one with {option}.")


def _say(text: str) -> None:
    click.echo(f"bahi: {text}", err=True)


def _answers(url: str) -> tuple[bool, str]:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.status == 200, ""
    except urllib.error.HTTPError as error:
        return False, f"{error.code} {error.read(400).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return False, str(error)


def _wait_until_ready(plan: Plan, supervisor: Supervisor, sign_in: tuple[str, ...]) -> None:
    """Announce that everything answers as soon as it does; on a busy machine that may be long after it was expected."""
    late_at: float | None = time.monotonic() + READY_SECONDS
    while not supervisor.stopping:
        supervisor.ready, why = _answers(plan.url + "/readyz")
        if supervisor.ready:
            _announce(plan, sign_in)
            return
        if late_at and time.monotonic() >= late_at:
            _say(f"not ready after {READY_SECONDS} s, still trying: {why}")
            late_at = None
        time.sleep(LOOK_SECONDS)


def _announce(plan: Plan, sign_in: tuple[str, ...]) -> None:
    lines = ["", "Bahi is ready.", f"  Console    {plan.url}/console", f"  API        {plan.url}/docs"]
    if plan.simulator:
        lines.append(f"  WhatsApp   {plan.simulator_url}/   (write hi)")
    lines += [f"  {line}" for line in sign_in] or [
        "  Sign in    make an organisation and a user: ./bahi org create --help"
    ]
    click.echo("\n".join([*lines, "  Stop with Ctrl-C.", ""]))

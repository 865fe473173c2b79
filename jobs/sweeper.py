"""Every five seconds: does from PostgreSQL alone whatever a lost hint should have started.

It also wakes earlier when a message is to be tried again sooner. Beside it, in a thread of its own, an understudy ticks
when nobody else has for a minute of business time: neither Redis nor the scheduler is needed for anything to happen,
and a long night's work holds up no message.
"""

import threading
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from core import audit, db, logs, sending
from jobs import fetch_media, heartbeats, make_links, repair_outbox, retry_inbound, send_outbox, tick

EVERY_SECONDS = 5.0
SHORTEST_SECONDS = 0.25
STOP_SECONDS = 12.0
TICK_LATE_SECONDS = 65.0  # the scheduler ticks every 60

ACTOR = audit.Actor("job:sweeper")

_stop = threading.Event()
_look = threading.Event()
_threads: list[threading.Thread] = []
_log = logs.get("sweeper")


def start() -> None:
    """Sweep, and tick when it is late, in threads of their own until `stop`."""
    _stop.clear()
    for name, work in (("sweeper", _sweep_until_stopped), ("understudy", _tick_until_stopped)):
        _threads.append(threading.Thread(target=work, name=name, daemon=True))
        _threads[-1].start()


def stop() -> None:
    """Let the running sweep and tick end, and wait for them."""
    end = time.monotonic() + STOP_SECONDS
    _stop.set()
    _look.set()
    while _threads:
        _threads.pop().join(max(0.0, end - time.monotonic()))


def look_soon() -> None:
    """Something may have to be tried again before the next sweep: find out when."""
    _look.set()


def sweep() -> None:
    """One round. A part that fails is logged and tried again in the next round."""
    for work in (repair_outbox.run, send_outbox.run, retry_inbound.run, make_links.run, fetch_media.run):
        audit.act_as(ACTOR)  # a turn or a job that the work before took up named its own
        _safely(work)


def _sweep_until_stopped() -> None:
    while not _stop.is_set():
        sweep()
        _safely(lambda: heartbeats.beat("sweeper"))
        _rest()


def _tick_until_stopped() -> None:
    while not _stop.is_set():
        audit.act_as(ACTOR)
        _safely(_tick_if_late)
        _stop.wait(EVERY_SECONDS)


def _rest() -> None:
    """Wait for the next round, for a message that becomes due before it, or for the end."""
    end = time.monotonic() + EVERY_SECONDS
    while not _stop.is_set():
        _look.clear()
        pause = min(end - time.monotonic(), max(SHORTEST_SECONDS, _seconds_until_due()))
        if pause <= 0 or not _look.wait(pause):
            return


def _seconds_until_due() -> float:
    try:
        with db.transaction(role=db.DOCTOR) as session:
            seconds = sending.seconds_until_due(session)
    except DBAPIError as error:
        _log.warning("sweeper.database", error=str(error.orig))
        return EVERY_SECONDS
    return EVERY_SECONDS if seconds is None else seconds


def _tick_if_late() -> None:
    if heartbeats.seconds_since("tick") > TICK_LATE_SECONDS:
        tick.tick()


def _safely(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        _log.exception("sweep.failed", work=getattr(work, "__module__", "?"))

"""What happens to an accepted message: the window rule, the media check, sent, delivered, read, and callbacks."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from simulator import content as content_rules
from simulator.clock import Clock
from simulator.errors import plain_reason
from simulator.faults import Faults
from simulator.media import MediaRefused, MediaStore
from simulator.records import Call, Message
from simulator.settings import Settings
from simulator.state import State
from simulator.webhooks import Webhooks

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=24)
NEXT_STATUS = {"queued": "sent", "sent": "delivered", "delivered": "read"}
TEMPLATE_REFUSALS = {"paused": 63041, "disabled": 63042}
WORKERS = 4


def window_closes_at(last_inbound_at: datetime | None) -> datetime | None:
    return last_inbound_at + WINDOW if last_inbound_at else None


def is_window_open(last_inbound_at: datetime | None, now: datetime) -> bool:
    return last_inbound_at is not None and now < last_inbound_at + WINDOW


class Timetable:
    """Runs functions later, a few at a time, until stopped."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._stopping = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)
        self._thread.start()

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        with self._wake:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._order), work))
            self._wake.notify()

    def stop(self) -> None:
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            self._pool.submit(_guarded, work)

    def _next(self) -> Callable[[], None] | None:
        with self._wake:
            while not self._stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._wake.wait(wait)
        return None


def _guarded(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("a delivery step failed")


class Delivery:
    """Walks each message of the app through its statuses and tells the app by signed callbacks."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        state: State,
        faults: Faults,
        media: MediaStore,
        webhooks: Webhooks,
    ):
        self._settings = settings
        self._clock = clock
        self._state = state
        self._faults = faults
        self._media = media
        self._webhooks = webhooks
        self._timetable = Timetable()

    def accept(self, message: Message) -> None:
        self._timetable.later(self._settings.step_seconds, lambda: self._step(message))

    def resume(self) -> None:
        """Carry on with messages that a restart left half-way."""
        for message in self._state.all_messages():
            if not message.is_from_person and message.status in NEXT_STATUS:
                self.accept(message)

    def stop(self) -> None:
        self._timetable.stop()

    def _step(self, message: Message) -> None:
        if message.status not in NEXT_STATUS or message.sid not in self._state.messages:
            return
        code = self._failure(message) if message.status == "queued" else None
        if code is not None:
            self._report(message, "undelivered" if code == 63016 else "failed", code)
            return
        self._report(message, NEXT_STATUS[message.status])
        if message.status in NEXT_STATUS and message.phone not in self._faults.blocked:
            self.accept(message)

    def _failure(self, message: Message) -> int | None:
        """The error code this message ends with, or None when it may travel."""
        if message.phone in self._faults.not_on_whatsapp:
            return 63003
        is_open = is_window_open(self._state.last_inbound_at.get(message.chat_id), self._clock.now())
        code = None if is_open else 63016
        if message.content_sid:
            code = self._content_failure(message, is_open)
        return code if code is not None else self._media_failure(message)

    def _content_failure(self, message: Message, is_open: bool) -> int | None:
        content = self._state.contents.get(message.content_sid)
        status = approval_status(content) if content else "deleted"
        kind = message.rendered["kind"]
        if not is_open and kind in content_rules.NEVER_TEMPLATES:
            return 63016
        if status != "approved" and not (is_open and kind in content_rules.IN_WINDOW_TYPES):
            return TEMPLATE_REFUSALS.get(status, 63040)
        return content_rules.breaks_limits(message.rendered, status == "approved")

    def _media_failure(self, message: Message) -> int | None:
        if not message.media_url:
            return None
        try:
            media = self._media.fetch(message.media_url)
        except MediaRefused as refused:
            self._note(message, "GET", message.media_url, f"Media refused: {refused}")
            return 63019
        self._media.keep(message.sid, media)
        self._note(message, "GET", message.media_url, f"Media fetched: {media.content_type}", status=200)
        self._state.update(message, media_type=media.content_type, media_name=media.name, media_bytes=len(media.data))
        return None

    def _report(self, message: Message, status: str, code: int | None = None) -> None:
        if not self._state.advance(message, status, self._clock.now(), code) or not message.callback_url:
            return
        if self._faults.drop_callbacks:
            self._note(message, "POST", message.callback_url, f"Callback “{status}” lost on purpose")
            return
        form = callback_form(message, self._settings.account_sid, status, code)
        note = f"Status: {status}" + (f" · {code}" if code else "")
        self._webhooks.post(message.callback_url, form, chat_id=message.chat_id, note=note)

    def _note(self, message: Message, method: str, path: str, note: str, status: int | None = None) -> None:
        now = self._clock.now()
        self._state.add_call(Call(now, True, method, path, status, 0, {}, note, chat_id=message.chat_id))


def approval_status(content: dict[str, Any]) -> str:
    return str((content.get("approval") or {}).get("status", "unsubmitted"))


def callback_form(message: Message, account_sid: str, status: str, code: int | None) -> dict[str, str]:
    """The parameters of a status callback, as Twilio posts them for WhatsApp."""
    form = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "AccountSid": account_sid,
        "ApiVersion": "2010-04-01",
        "From": f"whatsapp:{message.business_number}",
        "To": f"whatsapp:{message.phone}",
        "ChannelPrefix": "whatsapp",
        "ChannelInstallSid": "XE" + account_sid[2:],
        "ChannelToAddress": message.phone,
        "EventType": status.upper(),
    }
    if code:
        form |= {"ErrorCode": str(code), "ErrorMessage": plain_reason(code)}
    if status in ("delivered", "read"):
        form["ExternalUserId"] = external_user_id(message.phone)
    return form


def external_user_id(phone: str) -> str:
    """The business-scoped id that goes with a number; a sender without a number has only this."""
    return f"whatsapp:IN.{phone[1:]}" if phone.startswith("+") else f"whatsapp:{phone}"

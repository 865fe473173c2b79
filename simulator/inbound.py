"""What the person says: kept as a message and posted to the app as a signed webhook."""

import json
from dataclasses import dataclass, field
from typing import Any

from simulator.clock import Clock
from simulator.delivery import external_user_id
from simulator.faults import Faults
from simulator.media import Media, MediaStore, from_base64
from simulator.people import People
from simulator.records import FROM_PERSON, Message, Person, new_sid
from simulator.settings import Settings
from simulator.state import State
from simulator.webhooks import Webhooks

WEBHOOK_PATH = "/webhooks/twilio/messages"
MAX_TEXT_CHARACTERS = 4096


class InboundRefused(Exception):
    """The control API cannot send this; the text says why."""


@dataclass(frozen=True)
class Said:
    """One thing a person does: writes, taps a button, picks a row or attaches a file."""

    person: Person
    body: str = ""
    button_text: str = ""
    button_payload: str = ""
    is_list_row: bool = False
    reply_to: str = ""
    media: Media | None = None
    sid: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class Inbound:
    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        state: State,
        people: People,
        faults: Faults,
        media: MediaStore,
        webhooks: Webhooks,
    ):
        self._settings = settings
        self._clock = clock
        self._state = state
        self._people = people
        self._faults = faults
        self._media = media
        self._webhooks = webhooks

    @property
    def url(self) -> str:
        return self._settings.public_base_url + WEBHOOK_PATH

    def said(self, request: dict[str, Any]) -> Said:
        """Understand a request of the control API. Raises InboundRefused, MediaRefused or ValueError."""
        body = str(request.get("body") or "")
        if len(body) > MAX_TEXT_CHARACTERS:
            raise InboundRefused(f"WhatsApp takes at most {MAX_TEXT_CHARACTERS} characters")
        button, media = request.get("button") or {}, request.get("media") or {}
        text = str(button.get("text") or "")
        return Said(
            person=self._sender(request),
            body=body or text,
            button_text=text,
            button_payload=str(button.get("payload") or ""),
            is_list_row=bool(button.get("is_list_row")),
            reply_to=str(button.get("reply_to") or ""),
            media=from_base64(media.get("data", ""), media.get("content_type", ""), media.get("name", ""))
            if media
            else None,
            sid=str(request.get("message_sid") or ""),
            extra={str(key): str(value) for key, value in (request.get("extra") or {}).items()},
        )

    def send(self, said: Said, *, is_spoiled: bool = False) -> tuple[str, int | None]:
        """Keep the message, post it, and return its sid and what the app answered."""
        message = self._kept(said)
        spoil = is_spoiled or self._faults.bad_signature
        if not spoil:
            self._state.heard(message.phone, message.business_number, self._clock.now())
        status = self._post(message, "Message", spoil)
        if self._faults.duplicate_inbound:
            self._post(message, "Same message again", spoil)
        return message.sid, status

    def replay(self, sid: str, *, is_spoiled: bool = False) -> int | None:
        """Post a kept message once more, byte for byte. Raises InboundRefused when there is none."""
        message = self._state.messages.get(sid)
        if message is None or not message.is_from_person:
            raise InboundRefused("There is no such message from a person")
        note = "Same message again" if not is_spoiled else "Message"
        return self._webhooks.post(self.url, message.form, chat_id=message.chat_id, note=note, is_spoiled=is_spoiled)

    def _sender(self, request: dict[str, Any]) -> Person:
        phone, business = str(request.get("from") or ""), request.get("to") or None
        person = self._people.find(phone, business)
        if person is None:
            row = {"phone": phone, "name": request.get("profile_name"), "business_number": business}
            person = self._people.add(row)
        return person

    def _kept(self, said: Said) -> Message:
        now, known = self._clock.now(), self._state.messages.get(said.sid)
        if known is not None and known.is_from_person:
            return known
        form = self._form(said, said.sid or new_sid("MM" if said.media else "SM"))
        person = said.person
        message = Message(
            sid=form["MessageSid"],
            direction=FROM_PERSON,
            phone=person.phone,
            business_number=person.business_number,
            at=now,
            changed_at=now,
            body=said.body,
            status="received",
            form=form,
        )
        if said.media:
            self._attach(message, said.media)
        self._state.add_message(message)
        self._mark_tapped(said)
        return message

    def _attach(self, message: Message, media: Media) -> None:
        self._media.keep(message.sid, media)
        message.media_type, message.media_name = media.content_type, media.name
        message.media_bytes, message.media_url = len(media.data), message.form["MediaUrl0"]

    def _mark_tapped(self, said: Said) -> None:
        asked = self._state.messages.get(said.reply_to)
        if asked is not None:
            self._state.update(asked, tapped=said.button_payload or said.button_text)

    def _post(self, message: Message, note: str, is_spoiled: bool) -> int | None:
        status = self._webhooks.post(self.url, message.form, chat_id=message.chat_id, note=note, is_spoiled=is_spoiled)
        self._state.update(message, answer=str(status) if status else "no answer")
        return status

    def _form(self, said: Said, sid: str) -> dict[str, str]:
        """All parameters of Twilio's inbound webhook, and one that nobody has heard of."""
        person = said.person
        sender = f"whatsapp:{person.phone}"
        form = {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "AccountSid": self._settings.account_sid,
            "ApiVersion": "2010-04-01",
            "SmsStatus": "received",
            "NumSegments": "1",
            "NumMedia": "1" if said.media else "0",
            "ReferralNumMedia": "0",
            "MessageType": self._message_type(said),
            "From": sender,
            "To": f"whatsapp:{person.business_number}",
            "WaId": person.phone.lstrip("+"),
            "ProfileName": person.name,
            "ExternalUserId": external_user_id(person.phone),
            "Forwarded": "false",
            "FrequentlyForwarded": "false",
            "Body": said.body,
            # Twilio adds parameters without notice; whoever listens must not mind.
            "SimulatorUnknownParameter": "ignore me",
        }
        form |= self._choice(said) | self._file(said, sid)
        form["ChannelMetadata"] = _channel_metadata(form)
        return form | said.extra

    def _message_type(self, said: Said) -> str:
        if said.media:
            return "image" if said.media.content_type.startswith("image/") else "document"
        if not said.button_text:
            return "text"
        asked = self._state.messages.get(said.reply_to)
        content = self._state.contents.get(asked.content_sid, {}) if asked else {}
        is_template = (content.get("approval") or {}).get("status") == "approved"
        return "button" if is_template and not said.is_list_row else "interactive"

    def _choice(self, said: Said) -> dict[str, str]:
        if not said.button_text:
            return {}
        names = ("ListTitle", "ListId") if said.is_list_row else ("ButtonText", "ButtonPayload")
        form = dict(zip(names, (said.button_text, said.button_payload), strict=True))
        if not said.is_list_row:
            form["ButtonType"] = "REPLY"
        if said.reply_to:
            form["OriginalRepliedMessageSid"] = said.reply_to
            form["OriginalRepliedMessageSender"] = f"whatsapp:{said.person.business_number}"
        return form

    def _file(self, said: Said, sid: str) -> dict[str, str]:
        if said.media is None:
            return {}
        media_path = f"/2010-04-01/Accounts/{self._settings.account_sid}/Messages/{sid}/Media/ME{sid[2:]}"
        return {
            "MediaUrl0": "https://api.twilio.com" + media_path,
            "MediaContentType0": said.media.content_type,
        }


def _channel_metadata(form: dict[str, str]) -> str:
    names = ("ProfileName", "WaId", "Forwarded", "ButtonText", "ButtonPayload")
    context = {name: form[name] for name in names if name in form}
    return json.dumps({"type": "whatsapp", "data": {"context": context}}, ensure_ascii=False)

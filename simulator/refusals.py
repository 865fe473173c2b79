"""What Twilio refuses at once when a message is created: one check after the other, first failure wins."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from simulator import content as content_rules
from simulator.errors import Refusal
from simulator.records import ADDRESS, phone_of

MAX_BODY_CHARACTERS = 1600
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
FORBIDDEN_IN_VALUE = re.compile(r"[\n\r\t]| {5,}")


@dataclass(frozen=True)
class Senders:
    """What the checks need to know about the account."""

    business_numbers: Collection[str]
    opted_out: Collection[str]
    contents: dict[str, dict[str, Any]]


def check_message(form: MultiDict[str, str], senders: Senders) -> dict[str, str]:
    """The content variables of an acceptable message. Raises Refusal with Twilio's code otherwise."""
    _check_addresses(form, senders)
    _check_body(form)
    variables = _check_content(form, senders.contents)
    callback = form.get("StatusCallback")
    if callback and not is_web_address(callback):
        raise Refusal(21609)
    if form.get("SendAt") or form.get("ScheduleType"):
        raise Refusal(35118)
    if phone_of(form["To"]) in senders.opted_out:
        raise Refusal(21610)
    return variables


def _check_addresses(form: MultiDict[str, str], senders: Senders) -> None:
    if not form.get("To"):
        raise Refusal(21604)
    if form.get("MessagingServiceSid"):
        raise Refusal(21705)
    if not form.get("From"):
        raise Refusal(21603)
    if not ADDRESS.fullmatch(form["To"]):
        raise Refusal(21211, f"The 'To' number {form['To']} is not a valid WhatsApp address")
    if not form["From"].startswith("whatsapp:") or phone_of(form["From"]) not in senders.business_numbers:
        raise Refusal(63007)


def _check_body(form: MultiDict[str, str]) -> None:
    body, media = form.get("Body", ""), form.getlist("MediaUrl")
    if not body and not media and not form.get("ContentSid"):
        raise Refusal(21602)
    if len(body) > MAX_BODY_CHARACTERS:
        raise Refusal(21617)
    if not all(is_web_address(url) for url in media):
        raise Refusal(21620)


def _check_content(form: MultiDict[str, str], contents: dict[str, dict[str, Any]]) -> dict[str, str]:
    sid, given = form.get("ContentSid"), form.getlist("ContentVariables")
    if not sid:
        if given:
            raise Refusal(21654)
        return {}
    if not CONTENT_SID.fullmatch(sid) or sid not in contents:
        raise Refusal(21655)
    variables = _variables(given)
    known = {**(contents[sid].get("variables") or {}), **variables}
    missing = content_rules.variables_used(contents[sid]) - known.keys()
    if missing:
        raise Refusal(21656, f"No value for the variables {', '.join(sorted(missing))}")
    return variables


def _variables(given: list[str]) -> dict[str, str]:
    """ContentVariables as texts. A dict passed to the SDK arrives as repeated plain values and fails here."""
    if not given:
        return {}
    try:
        variables = json.loads(given[0]) if len(given) == 1 else None
    except ValueError:
        variables = None
    if not isinstance(variables, dict):
        raise Refusal(21656)
    for name, value in variables.items():
        if not isinstance(value, str) or not value.strip() or FORBIDDEN_IN_VALUE.search(value):
            raise Refusal(21656, f"The content variable {name} is empty, not a text or has forbidden spaces")
    return variables


def is_web_address(url: str) -> bool:
    """Whether url is http(s) with a host name that Twilio takes (no underscore)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")

"""Phone numbers: E.164 at one choke point, so that +91..., 91... and 0... are one shop."""

import re

import phonenumbers

import countries
from core.errors import Invalid

_DIGITS = re.compile(r"[^\d+]")


class NotAPhone(Invalid):
    """The text is not a mobile number of any country we know."""

    code = "INVALID_PHONE"


def e164(text: str, country: str = "") -> str:
    """`98100 00001` -> `+919810000001`. Raises NotAPhone."""
    try:
        parsed = phonenumbers.parse(_DIGITS.sub("", text), countries.get(country).phone_region)
    except phonenumbers.NumberParseException as error:
        raise NotAPhone(f"{text!r} is not a phone number") from error
    if not phonenumbers.is_possible_number(parsed):
        raise NotAPhone(f"{text!r} is not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)

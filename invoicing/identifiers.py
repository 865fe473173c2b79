"""Numbers and addresses that money is paid to: UPI address, IBAN. Those of tax are each country's own."""

import re

from stdnum import iban
from stdnum.exceptions import ValidationError

from countries.registration import normalised

VPA = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,254}[A-Za-z0-9])@[A-Za-z][A-Za-z0-9]{1,63}")


def is_vpa(text: str) -> bool:
    """True for a well-formed UPI address; that somebody owns it only a payment shows."""
    return VPA.fullmatch(text) is not None


def is_iban(text: str) -> bool:
    """True for an IBAN with the right length and check digits."""
    value = normalised(text)
    try:
        return value.isascii() and bool(iban.validate(value))
    except ValidationError:
        return False

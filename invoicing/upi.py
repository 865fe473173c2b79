"""Paying by UPI: the `upi://pay` link and the same link as a QR code.

Chat apps do not make the link tappable and some payment apps cap what a code from the gallery may pay, so the
address itself is always shown beside the code.
"""

import io
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

import segno

from core.errors import Invalid
from invoicing.identifiers import is_vpa

CURRENCY = "INR"  # of every UPI payment
MAX_REFERENCE = 35
MAX_NOTE = 50
MAX_NAME = 60
MAX_AMOUNT_MINOR = 10**12
MASK = 2  # columns of three: text in bytes never lines up with it, so no large even areas come out
JOINERS = "\u200c\u200d"  # Hindi and Urdu spelling needs them
MERCHANT_CODE = re.compile(r"[0-9]{4}")


class UpiInvalid(Invalid):
    """A link that a payment app would refuse."""

    code = "UPI_INVALID"


def reference_for(number: str) -> str:
    """A document number as a UPI reference: letters and digits only, `SGT2627000123`."""
    return "".join(letter for letter in number if letter.isascii() and letter.isalnum())[:MAX_REFERENCE]


def pay_link(
    *,
    vpa: str,
    name: str,
    amount_minor: int | None = None,
    reference: str = "",
    note: str = "",
    merchant_code: str = "",
) -> str:
    """`upi://pay?...` in rupees; without an amount the payer types it. Raises UpiInvalid."""
    _check(vpa, amount_minor, merchant_code)
    fields = {
        "pn": quote(_plain(name, MAX_NAME), safe=""),
        "mc": merchant_code,
        "tr": reference_for(reference),
        "tn": quote(_plain(note, MAX_NOTE), safe=""),
        "am": "" if amount_minor is None else f"{amount_minor // 100}.{amount_minor % 100:02d}",
        "cu": CURRENCY,
    }
    return "&".join([f"upi://pay?pa={vpa}", *(f"{key}={value}" for key, value in fields.items() if value)])


@lru_cache(maxsize=64)
def qr_matrix(link: str) -> tuple[tuple[bool, ...], ...]:
    """The code's modules without its quiet zone, True is dark; error correction M."""
    return tuple(tuple(bool(module) for module in row) for row in _qr(link).matrix)


def qr_png(link: str, scale: int = 8) -> bytes:
    """The code as a picture with its quiet zone, `scale` pixels a module."""
    picture = io.BytesIO()
    _qr(link).save(picture, kind="png", scale=scale, border=4)
    return picture.getvalue()


def _qr(link: str) -> "segno.QRCode":
    """Every mask gives a valid code; trying all eight for the prettiest one takes longer than the rest of the page."""
    return segno.make_qr(link, error="m", boost_error=False, mask=MASK)


def _check(vpa: str, amount_minor: int | None, merchant_code: str) -> None:
    if not is_vpa(vpa):
        raise UpiInvalid(f"{vpa!r} is not a UPI address", vpa=vpa)
    if amount_minor is not None and not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        raise UpiInvalid(f"{amount_minor} paise cannot be paid by UPI", amount_minor=amount_minor)
    if merchant_code and MERCHANT_CODE.fullmatch(merchant_code) is None:
        raise UpiInvalid(f"{merchant_code!r} is not a merchant code", merchant_code=merchant_code)


def _plain(text: str, limit: int) -> str:
    """One line without control and direction characters, cut to what the field holds."""
    kept = (letter if unicodedata.category(letter)[0] != "C" or letter in JOINERS else " " for letter in text)
    return " ".join("".join(kept).split())[:limit].strip()

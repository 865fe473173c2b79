"""Invoice reference numbers: computed to check what the registration portal (IRP) answered, never to print unasked.

An IRN is the SHA-256 of the seller's GSTIN, the financial year, the document's type and its number. Only the portal's
signature makes one valid: a JWT by RS256, whose claims hold the registered facts and are what the printed code shows.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from jwt import InvalidTokenError, PyJWS

from core.errors import Invalid

TYPES = {"tax_invoice": "INV", "credit_note": "CRN", "debit_note": "DBN"}
CAPITALS_SINCE = date(2025, 6, 1)  # the portal takes numbers without regard to case, as if written in capitals
FIRST_MONTH = 4  # of India's financial year
MAX_TOKEN = 8_000
MOST_SHOWN = 60


class NoIrn(Invalid):
    """No reference number exists for this type of document."""

    code = "IRN_NOT_FOR_DOCUMENT"


class KeyInvalid(Invalid):
    """Not the public key or certificate of a portal."""

    code = "IRP_KEY_INVALID"


@dataclass(frozen=True, slots=True)
class Registered:
    """What a document says of itself, and what its registration must therefore say."""

    seller_gstin: str
    buyer_gstin: str
    kind: str
    number: str
    issued_on: date
    total_minor: int
    line_count: int
    main_hsn: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: problems in words, none when all fits. `irn` is the one that the document must have.

    `differences` are the problems without the one that no portal's key is known here.
    """

    irn: str
    is_signed: bool
    problems: tuple[str, ...]
    differences: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Signed by a portal, and about this very document."""
        return self.is_signed and not self.problems


def irn_of(gstin: str, kind: str, number: str, issued_on: date) -> str:
    """The reference number that a document must have. Raises NoIrn."""
    if kind not in TYPES:
        raise NoIrn(f"A {kind.replace('_', ' ')} is not registered: it has no IRN.", kind=kind)
    first = issued_on.year if issued_on.month >= FIRST_MONTH else issued_on.year - 1
    text = number.upper() if issued_on >= CAPITALS_SINCE else number
    return hashlib.sha256(f"{gstin}{first}-{(first + 1) % 100:02d}{TYPES[kind]}{text}".encode()).hexdigest()


def check(document: Registered, given: str, signed_code: str = "", keys: Sequence[str] = ()) -> Checked:
    """Compare what the portal answered with the document. Raises NoIrn, KeyInvalid.

    `keys` are the portals' public keys or certificates (PEM); without one no signature counts.
    """
    irn = irn_of(document.seller_gstin, document.kind, document.number, document.issued_on)
    differences = (
        [] if hmac.compare_digest(given.strip().encode(), irn.encode()) else ["the IRN is not this document's"]
    )
    claims = _claims(signed_code, [_public(key) for key in keys]) if keys else _unsigned(signed_code)
    if claims is None:
        differences.append("no known portal signed the code" if keys else "the code cannot be read")
    else:
        differences += _deviations(document, irn, claims)
    unknown = () if keys else ("no portal's key is known here",)
    return Checked(irn, bool(keys) and claims is not None, (*differences, *unknown), tuple(differences))


def _deviations(document: Registered, irn: str, claims: Mapping[str, Any]) -> list[str]:
    return [
        f"the code says {name} {str(claims.get(name))[:MOST_SHOWN]}, the document {wanted}"
        for name, wanted in _wanted(document, irn).items()
        if not _is(claims.get(name), wanted)
    ]


def _wanted(document: Registered, irn: str) -> dict[str, str | Decimal]:
    return {
        "SellerGstin": document.seller_gstin,
        "BuyerGstin": document.buyer_gstin,
        "DocNo": document.number,
        "DocTyp": TYPES[document.kind],
        "DocDt": f"{document.issued_on:%d/%m/%Y}",
        "TotInvVal": Decimal(document.total_minor).scaleb(-2),
        "ItemCnt": Decimal(document.line_count),
        "MainHsnCode": document.main_hsn,
        "Irn": irn,
    }


def _is(found: Any, wanted: str | Decimal) -> bool:
    """Equal as a number, or as text without regard to case: portals write numbers as text too."""
    if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
        return False
    if isinstance(wanted, str):
        return str(found).strip().upper() == wanted.upper()
    try:
        return Decimal(found) == wanted
    except InvalidOperation:
        return False


def _claims(token: str, keys: Sequence[Any]) -> Mapping[str, Any] | None:
    """What a signed code says; None unless one of the keys signed it."""
    for key in keys if len(token) <= MAX_TOKEN else ():
        try:
            payload = PyJWS().decode(token, key, algorithms=["RS256"])
        except InvalidTokenError:
            continue
        return _facts(payload)
    return None


def _unsigned(token: str) -> Mapping[str, Any] | None:
    """What a code says, whoever wrote it; None when it is no code."""
    try:
        payload = PyJWS().decode(token, options={"verify_signature": False}) if len(token) <= MAX_TOKEN else b""
    except InvalidTokenError:
        return None
    return _facts(payload) or None


def _facts(payload: bytes) -> dict[str, Any]:
    """The facts stand in `data`, as JSON in text."""
    found = _object(payload)
    return _object(found["data"]) if isinstance(found.get("data"), str) else found


def _object(text: str | bytes) -> dict[str, Any]:
    """A JSON object with exact numbers; empty for anything else."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _public(pem: str) -> RSAPublicKey:
    try:
        is_certificate = "BEGIN CERTIFICATE" in pem
        key = (
            load_pem_x509_certificate(pem.encode()).public_key()
            if is_certificate
            else load_pem_public_key(pem.encode())
        )
    except ValueError as error:
        raise KeyInvalid("This is no public key and no certificate in PEM.") from error
    if not isinstance(key, RSAPublicKey):
        raise KeyInvalid("A portal signs by RSA; this is another kind of key.")
    return key

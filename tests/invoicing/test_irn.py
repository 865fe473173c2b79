"""Reference numbers: the worked ones, and a registration that is believed only when a portal signed it."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from invoicing import irn
from invoicing.irn import KeyInvalid, NoIrn, Registered

EXAMPLES = json.loads(Path(__file__).with_name("tax_examples.json").read_text(encoding="utf-8"))["aux"]["irn"]
KINDS = {code: kind for kind, code in irn.TYPES.items()}
DOCUMENT = Registered(
    "27AAPFU0939F1ZV", "27AAGCB7383J1Z8", "tax_invoice", "SGT/26-27/000123", date(2026, 11, 20), 3270_00, 4, "22021010"
)
IRN = irn.irn_of(DOCUMENT.seller_gstin, DOCUMENT.kind, DOCUMENT.number, DOCUMENT.issued_on)
FACTS = {
    "SellerGstin": "27AAPFU0939F1ZV", "BuyerGstin": "27AAGCB7383J1Z8", "DocNo": "SGT/26-27/000123", "DocTyp": "INV",
    "DocDt": "20/11/2026", "TotInvVal": 3270.0, "ItemCnt": 4, "MainHsnCode": "22021010", "Irn": IRN,
    "IrnDt": "2026-11-20 10:00:00",
}  # fmt: skip


@pytest.fixture(scope="module")
def portal() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(key: Any) -> str:
    encoded: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return encoded.decode()


def signed(key: rsa.RSAPrivateKey, **changes: Any) -> str:
    return jwt.encode({"data": json.dumps({**FACTS, **changes}), "iss": "NIC"}, key, algorithm="RS256")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["doc_no"])
def test_the_worked_numbers_come_out(example: dict[str, str]) -> None:
    first = int(example["fy"][:4])
    for issued_on in (date(first, 4, 1), date(first + 1, 3, 31)):
        found = irn.irn_of(example["supplier_gstin"], KINDS[example["doc_type"]], example["doc_no"], issued_on)
        assert found == example["irn"]


def test_numbers_count_as_capitals_since_june_2025() -> None:
    def of(number: str, on: date) -> str:
        return irn.irn_of(DOCUMENT.seller_gstin, "tax_invoice", number, on)

    assert of("sgt/1", date(2025, 6, 1)) == of("SGT/1", date(2025, 6, 1))
    assert of("sgt/1", date(2025, 5, 31)) != of("SGT/1", date(2025, 5, 31))


@pytest.mark.parametrize("kind", ["bill_of_supply", "commercial_credit_note", "statement"])
def test_what_is_not_registered_has_no_number(kind: str) -> None:
    with pytest.raises(NoIrn):
        irn.irn_of(DOCUMENT.seller_gstin, kind, "SGT/1", DOCUMENT.issued_on)


def test_a_registration_that_fits_is_valid(portal: rsa.RSAPrivateKey) -> None:
    checked = irn.check(DOCUMENT, IRN, signed(portal), [public(portal)])
    assert (checked.irn, checked.is_valid, checked.problems) == (IRN, True, ())


def test_numbers_may_be_written_as_text(portal: rsa.RSAPrivateKey) -> None:
    code = signed(portal, TotInvVal="3270.00", ItemCnt="4", DocNo="sgt/26-27/000123")
    assert irn.check(DOCUMENT, IRN.upper().lower(), code, [public(portal)]).is_valid


def test_a_certificate_is_a_key_and_the_old_one_still_counts(portal: rsa.RSAPrivateKey) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal")])
    now = datetime.fromisoformat("2026-11-20T00:00:00+00:00")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(portal.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(portal, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )
    other = public(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert irn.check(DOCUMENT, IRN, signed(portal), [other, certificate]).is_valid


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SellerGstin", "27AAGCB7383J1Z8"), ("BuyerGstin", None), ("DocNo", "SGT/26-27/000124"), ("DocTyp", "CRN"),
        ("DocDt", "21/11/2026"), ("TotInvVal", 3270.01), ("TotInvVal", "NaN"), ("TotInvVal", True), ("ItemCnt", 5),
        ("MainHsnCode", "1"), ("Irn", "0" * 64),
    ],
)  # fmt: skip
def test_a_code_about_something_else_is_not_valid(portal: rsa.RSAPrivateKey, name: str, value: Any) -> None:
    checked = irn.check(DOCUMENT, IRN, signed(portal, **{name: value}), [public(portal)])
    assert checked.is_signed
    assert [problem.split()[3] for problem in checked.problems] == [name]
    assert not checked.is_valid


def test_another_documents_number_is_told(portal: rsa.RSAPrivateKey) -> None:
    other = replace(DOCUMENT, number="SGT/26-27/000124")
    checked = irn.check(other, IRN, signed(portal), [public(portal)])
    assert "the IRN is not this document's" in checked.problems


def test_no_signature_by_another_counts(portal: rsa.RSAPrivateKey) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body = signed(portal).split(".")
    unsigned = jwt.encode({"data": json.dumps(FACTS)}, "", algorithm="none")
    with_the_key_as_secret = jwt.encode({"data": json.dumps(FACTS)}, "k" * 40, algorithm="HS256")
    for code in (
        signed(stranger),
        unsigned,
        with_the_key_as_secret,
        ".".join([*body[:2], "AAAA"]),
        "x",
        "",
        "a" * 9_000,
    ):
        checked = irn.check(DOCUMENT, IRN, code, [public(portal)])
        assert (checked.is_signed, checked.is_valid) == (False, False)
        assert checked.problems == ("no known portal signed the code",)


def test_without_a_portals_key_nothing_is_believed(portal: rsa.RSAPrivateKey) -> None:
    checked = irn.check(DOCUMENT, IRN, signed(portal))
    assert (checked.is_valid, checked.problems) == (False, ("no portal's key is known here",))


@pytest.mark.parametrize("key", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "junk"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(KeyInvalid):
        irn.check(DOCUMENT, IRN, "x", [key])


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(KeyInvalid):
        irn.check(DOCUMENT, IRN, "x", [public(ec.generate_private_key(ec.SECP256R1()))])


def test_amounts_are_compared_exactly(portal: rsa.RSAPrivateKey) -> None:
    large = replace(DOCUMENT, total_minor=9_007_199_254_740_993)
    facts = json.dumps({**FACTS, "TotInvVal": "@"}).replace('"@"', str(Decimal(large.total_minor).scaleb(-2)))
    code = jwt.encode({"data": facts}, portal, algorithm="RS256")
    assert irn.check(large, IRN, code, [public(portal)]).is_valid

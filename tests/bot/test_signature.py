"""Our signature is Twilio's, whatever the form holds."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot import signature

URL = "https://bahi.example/webhooks/twilio/messages?ref=a%2Fb&x=1"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(TEXT.filter(bool), TEXT, max_size=12), st.text("abcdef0123456789", min_size=32, max_size=32))
def test_it_equals_the_signature_of_the_official_library(form: dict[str, str], token: str) -> None:
    fields = signature.pairs(urlencode(form).encode())
    assert signature.sign(URL, fields, token).decode() == RequestValidator(token).compute_signature(URL, form)


def test_it_is_accepted_by_the_official_library() -> None:
    form = {"Body": "दो पेटी कोक + 5 & more", "From": "whatsapp:+919812345678", "Empty": ""}
    ours = signature.sign(URL, signature.pairs(urlencode(form).encode()), "token").decode()
    assert RequestValidator("token").validate(URL, form, ours)


@pytest.mark.parametrize("given_signature", ["", "x", "ü", "AAAA" * 7])
def test_anything_else_is_refused(given_signature: str) -> None:
    assert not signature.is_genuine(URL, [(b"Body", b"hi")], given_signature, ["one", "two"])


def test_any_of_the_tokens_of_a_rotation_is_accepted_and_no_other() -> None:
    fields = [(b"Body", b"hi")]
    signed = signature.sign(URL, fields, "next").decode()
    assert signature.is_genuine(URL, fields, signed, ["current", "next"])
    assert not signature.is_genuine(URL, fields, signed, ["current"])
    assert not signature.is_genuine(URL, fields, signed, [])


def test_changing_one_letter_of_the_form_breaks_it() -> None:
    signed = signature.sign(URL, [(b"Body", b"yes")], "token").decode()
    assert not signature.is_genuine(URL, [(b"Body", b"yes ")], signed, ["token"])


def test_repeated_keys_are_seen() -> None:
    assert signature.repeats(signature.pairs(b"Body=b&Body=a"))
    assert signature.repeats(signature.pairs(b"Body=b&B%6Fdy=a"))
    assert not signature.repeats(signature.pairs(b"Body=b&body=a&&"))

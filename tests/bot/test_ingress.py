"""What comes in is made safe without losing what was meant."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ingress


def read(**fields: str) -> ingress.Incoming:
    return ingress.read([(name.encode(), value.encode("utf-8", "surrogatepass")) for name, value in fields.items()])


def test_nul_bytes_broken_characters_and_control_characters_go() -> None:
    assert ingress.clean(b"a\x00b\x07c") == "a b c"
    assert ingress.clean(b"\xed\xa0\x80 coke \xff").endswith("coke \ufffd")
    assert ingress.clean(b"2 peti\ncoke\t500") == "2 peti\ncoke\t500"


def test_letters_are_composed_one_way() -> None:
    assert ingress.clean("cafe\u0301".encode()) == "café"


def test_text_is_cut_at_four_thousand_and_ninety_six_characters() -> None:
    assert len(read(From="whatsapp:+919812345678", Body="क" * 20_000).body) == 4096


@given(st.binary(max_size=300))
def test_any_bytes_become_text_that_postgresql_takes(raw: bytes) -> None:
    text = ingress.clean(raw)
    assert "\x00" not in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("address", "external", "phone", "scoped"),
    [
        ("whatsapp:+919812345678", "", "+919812345678", None),
        ("whatsapp:+919812345678", "whatsapp:IN.45665461", "+919812345678", "IN.45665461"),
        ("whatsapp:IN.45665461", "whatsapp:IN.45665461", None, "IN.45665461"),
        ("whatsapp:IN.ENT.abc9", "", None, "IN.ENT.abc9"),
        ("whatsapp:919812345678", "", None, None),
        ("+919812345678", "", None, None),
        ("whatsapp:+91981234567\n8", "", None, None),
        ("whatsapp:IN." + "a" * 129, "", None, None),
    ],
)
def test_senders_are_phones_or_scoped_ids(address: str, external: str, phone: str | None, scoped: str | None) -> None:
    incoming = read(From=address, ExternalUserId=external, MessageSid="SM1")
    assert (incoming.phone, incoming.external_user_id) == (phone, scoped)
    assert incoming.is_known_shape is bool(phone or scoped)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Body": "hi"}, "text"),
        ({"Body": "hi", "MessageType": "text"}, "text"),
        ({"MessageType": "image", "MediaContentType0": "image/jpeg"}, "picture"),
        ({"MediaContentType0": "image/webp"}, "sticker"),
        ({"MediaContentType0": "audio/ogg"}, "voice"),
        ({"MediaContentType0": "application/pdf"}, "document"),
        ({"MediaContentType0": "text/vcard"}, "person"),
        ({"Latitude": "19.07", "Longitude": "72.87"}, "location"),
        ({"MessageType": "reaction", "Body": "👍"}, "reaction"),
        ({"MessageType": "unsupported"}, "unsupported"),
        ({"MessageType": "unknown", "Body": "hi"}, "text"),
        ({}, "nothing"),
        ({"ButtonPayload": "a:b:c:1"}, "text"),
    ],
)
def test_what_was_sent_is_told_from_the_fields_that_came(fields: dict[str, str], kind: str) -> None:
    assert read(From="whatsapp:+919812345678", **fields).message(uuid4()).kind == kind


def test_the_sign_of_a_reaction_is_no_text() -> None:
    assert read(MessageType="reaction", Body="👍").message(uuid4()).text == ""


def test_a_list_row_or_a_button_is_a_tap() -> None:
    assert read(ListId="one", ButtonPayload="two").message(uuid4()).tap == "one"
    assert read(ButtonPayload="two").message(uuid4()).tap == "two"


def test_profile_names_cannot_turn_lines_around_or_break_them() -> None:
    assert read(ProfileName="Ra\u202eme\nsh  PAID\u200b").profile_name == "Rame sh PAID"


def test_unknown_fields_are_kept_within_bounds() -> None:
    incoming = read(**{f"New{number}": "x" * 9000 for number in range(200)})
    assert len(incoming.payload) <= ingress.MAX_FIELDS
    assert all(len(value) <= ingress.MAX_FIELD for value in incoming.payload.values())

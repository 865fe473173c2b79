"""Nothing that can be typed raises, and nothing costs more than a moment."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from language.numbers import parse_number
from language.yes_and_no import yes_or_no
from orders.understanding.facts import Context, Question, context_from
from orders.understanding.index import Index
from orders.understanding.read import understand

KINDS = {"order", "edit", "ambiguous", "unknown", "chatter"}
ORDER_WORDS = """
coke 500 250 2 peti ltr 2ltr maggi 12 wala box lux dozen nahi aur hata do kar karo 3 sorry ki jagah atta 10kg x - 5-6 ,
/ ? 1/2 sadhe dedh kg chini bada blue lays bournvita repeat cancel haan kam bhi 1-1 rs kilo dal tel pehla sab कोक दो
पेटी भेज चीनी چینی کلو دو بوری ½ 👍 2ya3 999999 0 00 mat all instead of
"""
WORDS = st.sampled_from([*ORDER_WORDS.split(), "\n"])
ANY_TEXT = st.text(st.characters(), max_size=60)


@given(ANY_TEXT)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_unicode_is_understood_as_something(index: Index, text: str) -> None:
    assert understand(index, text).kind in KINDS


@given(st.lists(WORDS, max_size=14).map(" ".join), st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_heap_of_order_words_is_understood_as_something(index: Index, text: str, cart: bool, asked: bool) -> None:
    question = Question("size_missing", "coke 2", None, "case", ("COKE-250", "COKE-500", "COKE-2L")) if asked else None
    lines = [{"sku": "COKE-500", "qty": 2, "unit": "case", "base_qty": 48}] if cart else []
    base = context_from({"cart": lines, "last_sku": "COKE-500"})
    found = understand(index, text, context=Context(base.cart, base.last_sku, question))
    assert found.kind in KINDS
    assert all(line.base_qty > 0 and line.sku in index.by_sku for line in found.lines)
    assert all(line.base_qty > 0 for line in found.cart or ())


HOSTILE = [
    "",
    "\x00",
    "\ud800 coke \udfff",
    "\u202e2 peti coke 500",
    "a" * 65536,
    "2 peti coke 500 " * 4096,
    "coke 500 2 peti,\n" * 4096,
    "lux aur " * 4096,
    "nahi " * 9999,
    "9" * 5000,
    "1/" * 3000,
    "- " * 4096,
    "x" * 4096,
    "½" * 4096,
    "coke 1-1 peti lux 1-1 peti maggi " * 99,
    "﷽" * 4096,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
def test_hostile_text_is_answered_in_a_moment(index: Index, text: str) -> None:
    started = time.process_time()
    assert understand(index, text).kind in KINDS
    assert time.process_time() - started < 1.0
    yes_or_no(text)
    parse_number(text)

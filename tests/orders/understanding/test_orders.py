"""Classes of order text, a few of each: what becomes a line and what must be asked."""

from collections.abc import Callable
from typing import Any

import pytest

Read = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("2 peti coke 500 aur 1 case maggi 12", ["COKE-500:48", "MAGGI-12:96"]),
        ("1 case bisleri 1 litre", ["BISLERI-1L:12"]),
        ("500ml coke 2 peti", ["COKE-500:48"]),
        ("5kg chini 2kg jeera 1 bori namak", ["SUGAR:5", "JEERA-L:2", "TATASALT-1:25"]),
        ("chini 5kg jeera 2kg namak 1 bori", ["SUGAR:5", "JEERA-L:2", "TATASALT-1:25"]),
        ("2 sprite 3 pepsi 1 maaza", ["SPRITE-500:48", "PEPSI-500:72", "MAAZA-600:24"]),
        ("sprite-2 pepsi-3", ["SPRITE-500:48", "PEPSI-500:72"]),
        ("aadhi peti coke 500", ["COKE-500:12"]),
        ("pepsi aur sprite 1-1 peti", ["PEPSI-500:24", "SPRITE-500:24"]),
        ("Coke 500\n2 peti\nMaggi 12\n1 box", ["COKE-500:48", "MAGGI-12:24"]),
        ("lays blue 10 wala 1 peti, yellow 2 peti", ["LAYS-MM-10:60", "LAYS-CS-10:120"]),
        ("badi coke 1 peti chhoti coke 2 peti", ["COKE-2L:9", "COKE-250:60"]),
        ("250 gm jeera", ["JEERA-L:0.25"]),
        ("mustard oil 5 litre", ["SARSON-1:5"]),
        ("gemini 15 kg 2 tin", ["SUNOIL-15:2"]),
        ("choclairs 2 dabba", ["CHOCLAIRS-JAR:2"]),
        ("pepsi bhej do 2 peti", ["PEPSI-500:48"]),
        ("pepsi de do do peti", ["PEPSI-500:48"]),
        ("parle g 10rs 1 peti", ["PARLEG-10:72"]),
        ("coke 500 nahi 250 2 peti", ["COKE-250:60"]),
        ("pepsi 2 peti nahi sprite 2 peti", ["SPRITE-500:48"]),
        ("lux 2 dozen, sorry 3 dozen", ["LUX-100:36"]),
        ("coke 500 2 peti, lux 1 dozen, sorry coke 500 3 peti", ["LUX-100:12", "COKE-500:72"]),
        ("can you send 5 cases of sprite?", ["SPRITE-500:120"]),
        ("2 peti pepsi bhej do payment kal karunga", ["PEPSI-500:48"]),
        ("5 baje tak 2 peti pepsi", ["PEPSI-500:48"]),
    ],
)
def test_an_order_becomes_exactly_these_lines(read: Read, lines_of: Read, text: str, lines: list[str]) -> None:
    found = read(text)
    assert (found.kind, lines_of(found)) == ("order", lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("coke 2", "size_or_quantity"),
        ("coke 500", "size_or_quantity"),
        ("vim 10", "size_or_quantity"),
        ("parle g 5 10", "number_unclear"),
        ("coke 500 2 peti 3 peti", "two_quantities"),
        ("pepsi 5-6 peti", "qty_vague"),
        ("do teen peti pepsi", "qty_vague"),
        ("lux 5 ya 6 dozen", "qty_vague"),
        ("thodi chini bhej do", "qty_vague"),
        ("pepsi do", "qty_missing"),
        ("atta 2 bori", "variant_missing"),
        ("lays 10 wala 1 peti", "flavour_missing"),
        ("red lays 10 wala 1 peti", "variant_unknown"),
        ("lux rose 2 dozen", "variant_unknown"),
        ("tata 2 kg", "product_missing"),
        ("besan 750 gm", "size_unknown"),
        ("dairy milk 1 peti", "unit_unknown"),
        ("lux 0 dozen", "qty_zero"),
        ("lux 99999 dozen", "qty_too_large"),
        ("lux 1.5 pc", "qty_not_whole"),
        ("30 anda", "unit_unclear"),
        ("sprite 2 ltr", "size_or_quantity"),
        ("pepsi 2 peti 550 rs", "price_unclear"),
    ],
)
def test_what_could_be_read_two_ways_is_asked(read: Read, text: str, reason: str) -> None:
    found = read(text)
    assert (found.kind, found.reason, found.lines) == ("ambiguous", reason, ())


@pytest.mark.parametrize(
    "text",
    [
        "dove shampoo 6 pc",
        "saffola oil 5 ltr 2",
        "diet coke 500 2 peti",
        "amul milk 10 pkt",
        "gold flake 2 packet",
        "pan masala 5 pkt",
        "cigarette bhej do",
        "parle g 20 wala 2 box",
        "sprite 2 ltr 1 peti",
        "दूध 5 पैकेट",
    ],
)
def test_what_is_not_sold_is_never_substituted(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("unknown", ())
    assert found.unknown


@pytest.mark.parametrize(
    "text",
    [
        "maggi ka rate?",
        "coke 500 ki 2 peti kab aayegi",
        "2 peti coke 500 wapas le jao",
        "2 box maggi toota nikla",
        "coke 500 2 peti\nmaggi 12 wala 1 box\nye sab toota nikla",
        "lux par offer hai?",
        "5 kilo chini kam nikli",
        "i received only 2 cases of pepsi",
        "we returned 3 boxes of maggi",
        "coke wale ka payment kar diya 5000",
        "कोक 500 2 पेटी कब आएगी",
        "2 پیٹی پیپسی کب آئے گی",
        "9876543210",
        "good night",
        "coke mehngi ho gayi hai",
        "2 din baad order dunga",
        "agar rate kam ho to 10 peti pepsi dena",
        "aaj dukan band hai",
        "1",
        "menu",
        "ok",
    ],
)
def test_talk_about_goods_is_not_an_order(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.lines) == ("chatter", ())


def test_a_line_explains_itself(read: Read) -> None:
    line = read("2 peti coke 500").lines[0]
    assert line.span == "2 peti coke 500"
    assert line.reason == "by alias; 500 is size or price; 2 case = 48 pc"


def test_understanding_is_the_same_every_time(read: Read) -> None:
    assert read("coke 2 peti, lux 1 dozen") == read("coke 2 peti, lux 1 dozen")


@pytest.mark.parametrize("text", ["lux 2 dozen, " * 700, "lux 2 dozen " * 250])
def test_a_message_too_long_to_read_whole_is_not_taken_in_part(read: Read, text: str) -> None:
    found = read(text)
    assert (found.kind, found.reason, found.lines) == ("ambiguous", "too_long", ())


def test_ten_lines_without_a_separator_are_all_read(read: Read, lines_of: Read) -> None:
    one = "lux 2 dozen rin 3 pc vim 4 box pepsi 5 peti sprite 6 peti "
    one += "harpic 7 pc besan 8 pc kurkure 9 ladi oreo 1 box anda 2 tray"
    skus = ["LUX-100:24", "RIN-250:3", "VIM-10:48", "PEPSI-500:120", "SPRITE-500:144", "HARPIC-500:7", "BESAN-500:8"]
    skus += ["KURKURE-10:108", "OREO-10:12", "EGG:60"]
    found = read(one)
    assert (found.kind, lines_of(found)) == ("order", skus)

"""The invoice on paper, read back by a PDF library that did not write it."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from invoicing.pdf import FontsMissing, InvoicePaper, render
from invoicing.pdf.figures import amount, grouped, percent, quantity, signed, with_currency
from invoicing.pdf.fonts import FONT_FOLDER, LATIN, NASKH, REGULAR, typeface
from invoicing.pdf.plain_text import printable
from invoicing.pdf.shaping import Style, set_line
from tests.invoicing import papers

SAMPLES = {
    "english": papers.paper,
    "hindi": papers.hindi,
    "urdu": papers.urdu,
    "long": papers.long,
    "hostile": papers.hostile,
}
ACTIONS = {"/JavaScript", "/JS", "/Launch", "/URI", "/AA", "/OpenAction", "/Annots", "/EmbeddedFiles", "/AcroForm"}


def read(pdf: bytes) -> PdfReader:
    """The file as a strict reader sees it: a wrong cross-reference or stream length raises."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(pdf).pages)


def page_count(pdf: bytes) -> int:
    return len(read(pdf).pages)


def spoken_in(pdf: bytes) -> str:
    """What the file says its shaped lines mean, for search and for screen readers."""
    drawn = b"".join(page.get_contents().get_data() for page in read(pdf).pages)
    said = re.findall(rb"/ActualText <FEFF([0-9A-F]*)>", drawn)
    return "\n".join(bytes.fromhex(line.decode()).decode("utf-16-be") for line in said)


def keys_in(node: Any, seen: set[int]) -> Iterator[str]:
    """Every dictionary key that can be reached from a node."""
    if isinstance(node, IndirectObject):
        if node.idnum in seen:
            return
        seen.add(node.idnum)
        node = node.get_object()
    if isinstance(node, DictionaryObject):
        yield from node
        for value in node.values():
            yield from keys_in(value, seen)
    elif isinstance(node, ArrayObject):
        for value in node:
            yield from keys_in(value, seen)


def test_an_invoice_shows_all_that_the_law_asks_for() -> None:
    paper = papers.paper()
    text = text_of(render(paper))
    assert "TAX INVOICE" in text
    assert "ORIGINAL FOR RECIPIENT" in text
    for fact in (
        papers.NUMBER,
        "20 Nov 2026",
        "5 Dec 2026",
        "Shree Ganesh Traders",
        "27AAPFU0939F1ZV",
        "Maruti Kirana & General Stores",
        "27AAGCB7383J1Z8",
        "Maharashtra (27)",
        "22021010",
        "50.5 kg",
        "2,121.00",
        "REVERSE CHARGE",
        "Authorised signatory",
        "ganeshtraders@okhdfcbank",
        "₹5,497.00",
        "Five Thousand Four Hundred and Ninety Seven Rupees Only",
        "Page 1 of 1",
    ):
        assert fact in text, fact


def test_every_tax_head_shows_its_rate_and_amount() -> None:
    local, other = text_of(render(papers.paper())), text_of(render(papers.paper(place="24")))
    assert re.search(r"22021010\s+1,234\.08\s+20%\s+246\.82\s+20%\s+246\.82\s+493\.64", local)
    assert re.search(r"22021010\s+1,234\.08\s+40%\s+493\.63\s+493\.63", other)
    assert "CGST" not in other


def test_hindi_names_can_be_searched_as_they_are_spelled() -> None:
    text = spoken_in(render(papers.hindi()))
    assert "श्री गणेश ट्रेडर्स" in text
    assert "मारुति किराना एवं जनरल स्टोर्स" in text


def test_hindi_vowels_and_conjuncts_are_shaped() -> None:
    line = set_line("क्ति", Style(size=10), FONT_FOLDER)
    assert len(line.glyphs) == 1
    assert len(line.glyphs[0].characters) < 4
    assert line.glyphs[0].characters[0] != "क"  # the short i is written before the consonants that it follows


def test_urdu_letters_join_and_run_from_right_to_left() -> None:
    line = set_line("علی", Style(size=10), FONT_FOLDER)
    drawn = line.glyphs[0].characters
    assert len(drawn) >= 3
    assert not set(drawn) & set("علی")
    apart = sum(typeface(FONT_FOLDER, NASKH, REGULAR).width(letter) for letter in "علی") / 100
    assert line.width < apart


def test_amounts_in_an_urdu_line_stay_in_latin_digits() -> None:
    line = set_line("بل 123", Style(size=10), FONT_FOLDER)
    assert line.glyphs[0].characters == "123"
    assert line.glyphs[0].face is typeface(FONT_FOLDER, LATIN, REGULAR)


def test_the_rupee_sign_is_in_the_font() -> None:
    assert ord("₹") in typeface(FONT_FOLDER, LATIN, REGULAR).supported


@pytest.mark.parametrize("name", SAMPLES)
def test_a_strict_reader_finds_the_file_sound(name: str) -> None:
    for page in read(render(SAMPLES[name]())).pages:
        drawn = page.get_contents().get_data()
        assert drawn.count(b" BT 1 0 0 1 ") == drawn.count(b" ET Q") > 0
        assert drawn.count(b"/Span <</ActualText <") == drawn.count(b"\nEMC")


@pytest.mark.parametrize("name", SAMPLES)
def test_equal_papers_give_equal_bytes(name: str) -> None:
    first = render(SAMPLES[name]())
    render(papers.urdu())  # what else was drawn in between must not show
    assert render(SAMPLES[name]()) == first


def test_a_long_invoice_runs_over_pages_and_says_so() -> None:
    pdf = render(papers.long())
    text = text_of(pdf)
    assert page_count(pdf) == 3
    assert "Page 3 of 3" in text
    assert text.count("continued") == 2
    for number in range(1, 61):
        assert f"Item {number} of a long order" in text
    assert text.count("Total tax") == 2  # the summary's heading again where it continues


def test_a_short_invoice_is_one_page() -> None:
    assert page_count(render(papers.paper())) == 1


def test_hostile_names_stay_text() -> None:
    pdf = render(papers.hostile())
    text = text_of(pdf)
    assert "<script>alert(1)</script>" in text
    assert not ACTIONS & set(keys_in(read(pdf).trailer, set()))
    assert papers.NUMBER in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.text(alphabet="aक्िعلیبٹ ()123\u200d\u202e\u0301", max_size=80))
def test_no_name_can_break_the_drawing(first: str, second: str) -> None:
    paper = papers.paper(goods=[(first, "1", 500, 1, second, 100, second)])
    changed = replace(paper, buyer=replace(paper.buyer, name=first), seller=replace(paper.seller, name=second))
    assert render(changed).startswith(b"%PDF-")


def test_invisible_and_reversing_characters_are_taken_out() -> None:
    assert printable("a\u202eb\u2066c\u200f\x00\x1b\nd") == "abc d"
    assert printable("x" * 1000) == "x" * 299 + "…"
    assert printable("e" + "\u0301" * 50) == "é" + "\u0301" * 4
    assert printable("\ue000\ud800") == "\ufffd\ufffd"


def test_columns_without_anything_to_say_are_left_out() -> None:
    plain = papers.paper()
    untaxed = replace(plain, heads=(), title="Bill of supply")
    discounted = papers.paper(discount_bps=200)
    assert len(render(untaxed)) < len(render(plain)) < len(render(discounted))


def test_a_credit_note_names_the_invoice_that_it_corrects() -> None:
    paper: InvoicePaper = papers.paper()
    note = replace(paper, title="Credit note", number="SGTC/26-27/00001", refers_to=(papers.NUMBER, paper.issued_on))
    text = text_of(render(note))
    assert "CREDIT NOTE" in text
    assert re.search(r"Original invoice\s+SGT/26-27/000123", text)


def test_missing_fonts_are_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FontsMissing, match="npm ci"):
        render(papers.paper(), tmp_path)


def test_figures_are_grouped_the_indian_way() -> None:
    assert amount(123456750) == "12,34,567.50"
    assert with_currency(1000000000, "INR") == "₹1,00,00,000.00"
    assert with_currency(100, "PKR") == "Rs 1.00"
    assert amount(-14) == "−0.14"
    assert signed(49) == "+0.49"
    assert [grouped(number) for number in (0, 999, 1000, 99999, 100000)] == ["0", "999", "1,000", "99,999", "1,00,000"]
    assert percent(250) == "2.5%"
    assert percent(1000) == "10%"
    assert quantity(100) == "100"

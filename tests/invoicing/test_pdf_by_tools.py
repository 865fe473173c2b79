"""The paper seen by others' tools: qpdf finds the file sound, ZXing scans the code, PDFium reads what is printed."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib import import_module
from random import Random

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from invoicing.pdf import InvoicePaper, render, render_slip
from invoicing.upi import pay_link, qr_png
from tests.invoicing import papers

SAMPLES: dict[str, Callable[[], InvoicePaper]] = {
    "english": papers.paper,
    "hindi": papers.hindi,
    "urdu": papers.urdu,
    "hostile": papers.hostile,
    "long": lambda: papers.long(120),
}
DRAWN = {"a4": render, "80mm": render_slip}


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        yield document


def complaints(pdf: bytes) -> list[str]:
    """What qpdf finds wrong with a file: structure, streams, cross-references."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [*document.check_pdf_syntax(), *map(str, document.get_warnings())]


def texts(pdf: bytes) -> list[str]:
    """What is printed on each page."""
    with opened(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def pictures(pdf: bytes, dots_per_inch: int) -> list[Image.Image]:
    """The pages as a grey printer would print them."""
    with opened(pdf) as document:
        return [page.render(scale=dots_per_inch / 72, grayscale=True).to_pil() for page in document]


def scanned(picture: Image.Image) -> list[str]:
    """The codes on a picture, upright and dark on light."""
    found = zxingcpp.read_barcodes(picture, try_rotate=False, try_invert=False)
    return [code.text for code in found]


@pytest.fixture(params=[(name, size) for name in SAMPLES for size in DRAWN], ids="-".join)
def drawn(request: pytest.FixtureRequest) -> tuple[InvoicePaper, bytes]:
    """A sample on one of the sizes, as a file."""
    name, size = request.param
    paper = SAMPLES[name]()
    return paper, DRAWN[size](paper)


def test_the_file_is_sound_and_says_what_it_must(drawn: tuple[InvoicePaper, bytes]) -> None:
    paper, file = drawn
    assert complaints(file) == []
    text = "\n".join(texts(file))
    assert paper.number in text
    total = f"{paper.grand_total_minor // 100 % 1000:03d}.{paper.grand_total_minor % 100:02d}"
    assert total in text
    assert paper.seller.tax_ids[0][1][:15] in text
    assert paper.payment.bank[1][1] in text  # an account's number is never cut


def test_a_file_with_a_broken_stream_would_be_complained_of() -> None:
    file = render(papers.paper())
    start = file.index(b"stream\n", len(file) // 2) + 20
    assert complaints(file[:start] + b"\0" * 40 + file[start + 40 :])


def test_the_code_is_read_back_to_the_exact_link_also_from_grey_paper(drawn: tuple[InvoicePaper, bytes]) -> None:
    paper, file = drawn
    *_, last = pictures(file, 200)
    assert scanned(last) == [paper.payment.upi_link]


def test_a_page_for_the_foot_alone_is_saved_by_rows_that_stand_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = papers.fifteen("hi")
    assert b"/Count 1" in render(paper)
    monkeypatch.setattr(import_module("invoicing.pdf.render"), "_could_be_shorter", lambda _sheet: False)
    assert b"/Count 2" in render(paper)


def test_120_lines_run_over_pages_without_losing_one() -> None:
    pages = texts(render(papers.long(120)))
    text = "\n".join(pages)
    assert len(pages) >= 4
    assert text.count("continued") == len(pages) - 1
    assert all(f"Item {number} of a long order" in text for number in range(1, 121))


@pytest.mark.parametrize("size", DRAWN)
def test_the_portals_signed_code_is_read_back_word_for_word(size: str) -> None:
    paper = papers.registered()
    assert paper.registration is not None
    file = DRAWN[size](paper)
    found = [code for picture in pictures(file, 203) for code in scanned(picture)]
    assert sorted(found) == sorted([paper.payment.upi_link, paper.registration.signed_code])
    text = "".join("".join(texts(file)).split())
    assert paper.registration.irn in text
    assert paper.registration.ack_number in text


def test_a_registration_without_a_code_that_can_be_drawn_is_printed_in_words() -> None:
    known = papers.registered().registration
    assert known is not None
    for code in ("", "x" * 8_000):
        file = render(replace(papers.paper(), registration=replace(known, signed_code=code)))
        assert known.irn in "\n".join(texts(file))


@pytest.mark.parametrize("mark", ["ORIGINAL FOR RECIPIENT", "DUPLICATE FOR TRANSPORTER", "TRIPLICATE FOR SUPPLIER"])
def test_every_copy_says_whose_it_is(mark: str) -> None:
    assert mark in "\n".join(texts(render(replace(papers.paper(), copy_label=mark))))


def test_codes_of_all_kinds_of_links_are_scanned() -> None:
    random = Random(7)
    links = [
        pay_link(
            vpa="98@ybl" if number % 2 else "ganeshtraders.wholesale-1@okhdfcbank",
            name=random.choice(("A", "Shree Ganesh Traders", "श्री गणेश ट्रेडर्स", "A+B & Sons", "علی برادرز")),
            amount_minor=random.randrange(1, 10**9),
            reference=f"SGT/26-27/{random.randrange(10**6):06d}",
            note=random.choice(("", "Inv 1", "x" * 50)),
        )
        for number in range(30)
    ]
    read = [scanned(Image.open(io.BytesIO(qr_png(link, scale=4)))) for link in links]
    assert read == [[link] for link in links]

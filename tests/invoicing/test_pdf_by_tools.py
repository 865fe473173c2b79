"""The paper seen by others' tools: qpdf finds the file sound, zbar scans the code, pdftotext reads what is printed."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

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


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (command, done.stdout[-500:], done.stderr[-500:])
    return done.stdout.decode()


def scanned(picture: Path) -> list[str]:
    return run("zbarimg", "--quiet", "--nodbus", "--raw", picture).split()


@pytest.fixture(params=[(name, size) for name in SAMPLES for size in DRAWN], ids="-".join)
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[InvoicePaper, Path]:
    """A sample on one of the sizes, as a file."""
    name, size = request.param
    paper = SAMPLES[name]()
    file = tmp_path / f"{name}-{size}.pdf"
    file.write_bytes(DRAWN[size](paper))
    return paper, file


def test_the_file_is_sound_and_says_what_it_must(drawn: tuple[InvoicePaper, Path]) -> None:
    paper, file = drawn
    run("qpdf", "--check", file)
    text = run("pdftotext", "-layout", file, "-")
    assert paper.number in text
    total = f"{paper.grand_total_minor // 100 % 1000:03d}.{paper.grand_total_minor % 100:02d}"
    assert total in text
    assert paper.seller.tax_ids[0][1][:15] in text
    assert paper.payment.bank[1][1] in text  # an account's number is never cut


def test_the_code_is_read_back_to_the_exact_link_also_from_grey_paper(drawn: tuple[InvoicePaper, Path]) -> None:
    paper, file = drawn
    if file.stem.startswith("long"):
        return  # its code is on the last page, drawn as on all others
    last = run("pdfinfo", file).split("Pages:")[1].split()[0]
    run("pdftoppm", "-gray", "-r", "200", "-f", last, "-singlefile", "-png", file, file.with_suffix(""))
    assert scanned(file.with_suffix(".png")) == [paper.payment.upi_link]


def test_a_page_for_the_foot_alone_is_saved_by_rows_that_stand_closer(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = replace(papers.hindi(), notes=["One more thing."] * 4)
    assert b"/Count 1" in render(paper)
    monkeypatch.setattr(import_module("invoicing.pdf.render"), "LITTLE_BELOW", 10_000.0)
    assert b"/Count 2" in render(paper)


def test_120_lines_run_over_pages_without_losing_one(tmp_path: Path) -> None:
    file = tmp_path / "long.pdf"
    file.write_bytes(render(papers.long(120)))
    text = run("pdftotext", "-layout", file, "-")
    pages = int(run("pdfinfo", file).split("Pages:")[1].split()[0])
    assert pages >= 4
    assert text.count("continued") == pages - 1
    assert all(f"Item {number} of a long order" in text for number in range(1, 121))


@pytest.mark.parametrize("size", DRAWN)
def test_the_portals_signed_code_is_read_back_word_for_word(tmp_path: Path, size: str) -> None:
    paper, file = papers.registered(), tmp_path / "registered.pdf"
    assert paper.registration is not None
    file.write_bytes(DRAWN[size](paper))
    run("pdftoppm", "-gray", "-r", "203", "-png", file, file.with_suffix(""))
    found = [code for picture in sorted(tmp_path.glob("*.png")) for code in scanned(picture)]
    assert sorted(found) == sorted([paper.payment.upi_link, paper.registration.signed_code])
    text = "".join(run("pdftotext", file, "-").split())
    assert paper.registration.irn in text
    assert paper.registration.ack_number in text


def test_a_registration_without_a_code_that_can_be_drawn_is_printed_in_words(tmp_path: Path) -> None:
    known = papers.registered().registration
    assert known is not None
    for code in ("", "x" * 8_000):
        file = tmp_path / "odd.pdf"
        file.write_bytes(render(replace(papers.paper(), registration=replace(known, signed_code=code))))
        assert known.irn in run("pdftotext", file, "-")


@pytest.mark.parametrize("mark", ["ORIGINAL FOR RECIPIENT", "DUPLICATE FOR TRANSPORTER", "TRIPLICATE FOR SUPPLIER"])
def test_every_copy_says_whose_it_is(tmp_path: Path, mark: str) -> None:
    file = tmp_path / "copy.pdf"
    file.write_bytes(render(replace(papers.paper(), copy_label=mark)))
    assert mark in run("pdftotext", file, "-")


def test_codes_of_all_kinds_of_links_are_scanned(tmp_path: Path) -> None:
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
    for number, link in enumerate(links):
        tmp_path.joinpath(f"{number:02d}.png").write_bytes(qr_png(link, scale=4))
    assert scanned_all(tmp_path) == links


def scanned_all(folder: Path) -> list[str]:
    return run("zbarimg", "--quiet", "--nodbus", "--raw", *sorted(folder.iterdir())).split()

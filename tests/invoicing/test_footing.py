"""What a document adds up to: the printed column comes to the printed total, whatever is sold and however priced."""

import re
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from random import Random

import pypdfium2
import pytest

import countries
import tax
from bench.documents import paper_lines
from core.i18n import LANGUAGES
from invoicing.charging import Goods, Supply, document_of
from invoicing.pdf import InvoicePaper, PaperLine, printed_heads, render, render_slip, summarised
from invoicing.pdf.figures import MINUS, amount
from invoicing.pdf.footing import footing
from invoicing.pdf.paper import TITLES, rate_heading
from tax import Computed, TaxDocument, TaxLine
from tests.fuzz import documents
from tests.invoicing import papers
from tests.invoicing.conftest import goods
from tests.invoicing.test_pdf import spoken_in

FIGURE = re.compile(rf"[+{MINUS}]?[0-9,]+\.[0-9]{{2}}$")
LABELS = {"exempt": "Exempt", "nil_rated": "Nil", "non_gst": "Non-GST"}
MIXED = (
    goods(price_minor=900, price_mode="inclusive", rate_bps=500, qty_milli=7_000),
    goods(price_minor=11_059, rate_bps=1800, qty_milli=3_000, discount_bps=250),
    goods(price_minor=2_520, rate_bps=0, treatment="exempt", qty_milli=4_000),
    goods(price_minor=7_334, rate_bps=0, treatment="non_gst", qty_milli=10_000),
)


def printed(computed: Computed, **changes: object) -> InvoicePaper:
    """The paper of a computed document, as an issued one prints it."""
    heads = printed_heads(computed.totals)
    taxed = bool(heads) and not computed.reverse_charge
    sold = [
        _good(line, taxed and inclusive)
        for line, inclusive in zip(computed.lines_sold, computed.inclusive, strict=True)
    ]
    lines = paper_lines(computed.lines, sold)
    paper = replace(
        papers.paper(),
        lines=lines,
        totals=computed.totals,
        round_off_minor=computed.round_off_minor,
        grand_total_minor=computed.grand_total_minor,
        heads=heads,
        summary=summarised(lines),
        currency=computed.currency,
        reverse_charge=computed.reverse_charge,
    )
    return replace(paper, **changes)  # type: ignore[arg-type]


def _good(line: TaxLine, inclusive: bool) -> PaperLine:
    return PaperLine(
        description="Goods",
        qty=Decimal(line.qty),
        unit="pc",
        unit_price_minor=line.unit_price_minor,
        discount_minor=0,
        taxable_minor=0,
        rate_bps=line.rate_bps,
        taxes={},
        total_minor=0,
        rate_label=LABELS.get(line.treatment, ""),
        price_includes_tax=inclusive and line.rate_bps > 0,
    )


def pages_of(pdf: bytes) -> list[str]:
    """What is printed on each page, read by PDFium."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]


def of(lines: tuple[Goods, ...], supply: Supply | None = None) -> InvoicePaper:
    return printed(countries.compute(document_of(lines, supply or Supply(seller_state="27"))))


def adds_up(paper: InvoicePaper) -> None:
    known = footing(paper)
    assert sum(amount_minor for _, amount_minor in known.rows) == paper.grand_total_minor
    heads = {paper.head(head).label for head in paper.heads}
    values = [one for one in known.rows if one[0] not in heads | {"Round off", "Less than printed prices"}]
    worth_minor = sum(amount_minor for _, amount_minor in values)
    assert worth_minor == sum(line.taxable_minor for line in paper.lines)
    if known.before:
        assert sum(amount_minor for _, amount_minor in known.before) == worth_minor


@pytest.mark.parametrize("begin", range(0, 1_200, 100))
def test_the_rows_above_the_total_add_up_to_it_on_every_document(begin: int) -> None:
    for seed in range(begin, begin + 100):
        adds_up(printed(countries.compute(documents.document(seed))))


def test_goods_taxed_by_their_printed_price_add_up_as_well() -> None:
    for below in (True, False):
        line = TaxLine(
            qty=10,
            unit_price_minor=7_000 if below else 20_000,
            rate_bps=1800,
            third_schedule=True,
            retail_price_minor=9_360,
            price_mode="inclusive" if below else "exclusive",
        )
        paper = printed(countries.compute(TaxDocument(lines=[line], country="PK", buyer_is_registered=True)))
        adds_up(paper)
        assert ("Less than printed prices" in dict(footing(paper).rows)) is (sum(paper.totals.taxes.values()) > 0)


def figures(text: str) -> list[int]:
    """The amounts of the printed column, from below the goods to the total."""
    found: list[int] = []
    for line in text.splitlines():
        if line.startswith(("Gross value", "Discount ", "Discount·")) and FIGURE.search(line):
            continue
        label = re.match(r"(Taxable value|Value of goods|Exempt|Nil|Non-GST|CGST|SGST|UTGST|IGST|Cess|Round off)", line)
        last = FIGURE.search(line)
        if label and last and len(re.findall(r"[0-9,]+\.[0-9]{2}", line)) == 1 and "%" not in line:
            whole = last.group().replace(",", "").replace(MINUS, "-").replace(".", "")
            found.append(int(whole))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_what_is_read_on_the_slip_adds_up_to_what_is_asked_for(seed: int) -> None:
    paper = printed(countries.compute(documents.document(seed)))
    text = pages_of(render_slip(paper))[0]
    assert sum(figures(text[: text.rindex("Total")])) == paper.grand_total_minor, text


def test_prices_that_hold_their_tax_are_marked_among_prices_that_do_not() -> None:
    paper = of(MIXED)
    text = pages_of(render(paper))[0]
    assert rate_heading(paper.lines) == "Rate"
    assert "9.00 incl." in text
    assert "110.59 incl." not in text
    assert "Gross value" not in text  # it would hold tax that the taxable value does not
    assert f"Discount given above: {amount(paper.totals.discount_minor)}" in text


def test_when_every_taxed_price_holds_its_tax_the_column_says_so_once() -> None:
    paper = of((MIXED[0], MIXED[2]))
    assert rate_heading(paper.lines) == "Rate incl."
    assert "9.00 incl." not in pages_of(render(paper))[0]


def test_prices_hold_no_tax_where_none_is_charged() -> None:
    dealer = of((MIXED[0],), Supply(seller_state="27", is_composition=True))
    assert not any(line.price_includes_tax for line in dealer.lines)


def test_exempt_and_non_gst_goods_stand_apart_from_taxable_ones() -> None:
    paper = of(MIXED)
    rows = dict(footing(paper).rows)
    assert rows["Taxable value"] == paper.lines[0].taxable_minor + paper.lines[1].taxable_minor
    assert (rows["Exempt goods"], rows["Non-GST goods"]) == (10_080, 73_340)
    assert sum(row.taxable_minor for row in paper.summary) == rows["Taxable value"]
    bill = of(MIXED[2:])
    assert [label for label, _ in footing(bill).rows] == ["Exempt goods", "Non-GST goods", "Round off"]


def test_under_reverse_charge_the_tax_is_told_and_not_asked_for() -> None:
    paper = of((goods(),), Supply(seller_state="27", buyer_tax_id="27AAGCB7383J1Z8", reverse_charge=True))
    assert [label for label, _ in footing(paper).rows] == ["Taxable value", "Round off"]
    assert "CGST" in pages_of(render(paper))[0]


ALL_TITLES = {
    *TITLES.values(),
    *(title for country in countries.KNOWN.values() for title in country.papers.titles.values()),
}


@pytest.mark.parametrize("title", sorted(ALL_TITLES))
def test_no_title_is_ever_cut(title: str) -> None:
    paper = replace(papers.long(30), title=title, language="hi")
    first, *others = pages_of(render(paper))
    assert title.upper() in " ".join(first.split())
    assert others
    assert all(f"{title} {paper.number} · 20 Nov 2026 · continued" in page for page in others)
    assert title.upper() in " ".join(pages_of(render_slip(replace(papers.paper(), title=title)))[0].split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_fifteen_items_fit_on_one_page(language: str) -> None:
    pages = pages_of(render(papers.fifteen(language)))
    assert len(pages) == 1
    text = pages[0]
    rows = [line for line in text.splitlines() if re.match(r"(?:1?[0-9]) \S.* [0-9,]+\.[0-9]{2}$", line)]
    assert len(rows) >= 15, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_we_print_is_cut_in_any_language(language: str) -> None:
    mixed = replace(of(MIXED), language=language, notes=("Reason: two bags came back wet",))
    for paper in (papers.fifteen(language), mixed):
        for drawn in (render, render_slip):
            pdf = drawn(paper)
            assert "…" not in spoken_in(pdf) + "".join(pages_of(pdf))


def test_the_tax_of_a_page_that_is_full_is_summed_up_by_rate() -> None:
    text = pages_of(render(papers.fifteen()))[0]
    assert re.search(r"18%\s+[0-9,.]+\s+9%", text)
    taxable_minor = sum(row.taxable_minor for row in papers.fifteen().summary)
    assert text.count(amount(taxable_minor)) == 2  # in the totals and under the summary


def test_a_random_mixture_of_both_kinds_of_price_still_adds_up() -> None:
    random = Random(7)
    for _ in range(200):
        lines = tuple(random.choice(MIXED) for _ in range(random.randint(1, 6)))
        adds_up(of(lines))
    assert tax.TREATMENTS

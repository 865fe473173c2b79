"""A country is one folder: with it shops register, orders are quoted, taxed, billed, printed; nothing else changes."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

import countries
import tax
from core import db
from core.errors import Invalid
from credit import accounts
from invoicing import papers
from invoicing.tables import Invoice
from orders import catalogue_import, dispatching, ordering
from orders.quotes import Wanted
from parties import organisations, retailers
from parties.retailers import Details

TOYLAND = '''
"""Toyland: one tax on everything, rounded like everywhere; provinces are only printed."""

from countries.country import Country, Papers
from countries.regions import Regions
from countries.registration import Registration, TaxIdInvalid, normalised
from countries.toyland.vat import RULES


def parse(text: str) -> str:
    value = normalised(text)
    if len(value) != 9 or not value.isdigit():
        raise TaxIdInvalid(f"{text!r} has not nine digits")
    return value


COUNTRY = Country(
    code="TL",
    name="Toyland",
    currency="NPR",
    currency_sign="Rs",
    timezone="Asia/Kathmandu",
    phone_region="NP",
    regions=Regions({"B": "Bagmati", "G": "Gandaki"}),
    registration=Registration(parse=parse, label=lambda _number: "VAT no."),
    tax=RULES,
    papers=Papers(goods_code="Code", titles={"tax_invoice": "VAT invoice"}),
    corrections_end=(3, 31),
    cash_limit_minor=1_000_00,
)
'''
VAT = '''
"""One tax, at the goods' own rate."""

from tax.document import TAXABLE, TaxDocument, TaxLine
from tax.rounding import share
from tax.rules import Assess, Assessed, Head, TaxRules


def assessor(_document: TaxDocument) -> Assess:
    def assess(line: TaxLine, net_minor: int) -> Assessed:
        vat_minor = share(net_minor, line.rate_bps) if line.treatment == TAXABLE else 0
        return Assessed(net_minor, {"sales_tax": vat_minor}, net_minor + vat_minor)

    return assess


RULES = TaxRules(
    heads=(Head("sales_tax", "VAT", shares=1),),
    year_starts_in_month=8,
    taxable_name="taxable",
    place_of_supply=lambda document: document.buyer_state or document.seller_state,
    assessor=assessor,
)
'''


@pytest.fixture
def toyland(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "toyland"
    folder.mkdir()
    (folder / "__init__.py").write_text(TOYLAND)
    (folder / "vat.py").write_text(VAT)
    monkeypatch.setattr(countries, "__path__", [*countries.__path__, str(tmp_path)])
    monkeypatch.setattr(countries, "KNOWN", countries.discover())
    yield
    for name in [name for name in sys.modules if name.startswith("countries.toyland")]:
        del sys.modules[name]
        monkeypatch.delattr(countries, "toyland", raising=False)


@pytest.fixture
def bagmati(toyland: None, new_org: Callable[..., UUID], items: list[dict[str, Any]]) -> UUID:
    org_id = new_org(name="Toy Traders", country="TL", state_code="B", gstin="123456789", phone="+97715970000")
    with db.transaction(org_id) as session:
        catalogue_import.import_catalogue(session, {"items": [{**items[1], "gst_rate_bps": 1300}, items[2]]})
    return org_id


def test_tax_is_computed_by_its_rules(toyland: None) -> None:
    line = tax.TaxLine(qty=3, unit_price_minor=1_000, rate_bps=1300)
    computed = countries.compute(tax.TaxDocument(lines=[line], country="TL", seller_state="B"))
    assert (computed.country, computed.currency, computed.heads) == ("TL", "NPR", ("sales_tax",))
    assert (computed.totals.taxes, computed.grand_total_minor) == ({"sales_tax": 390}, 3_400)


def test_a_shop_is_registered_by_its_numbers(bagmati: UUID) -> None:
    with db.transaction(bagmati) as session:
        organisation = organisations.get(session)
        assert (organisation.currency, organisation.timezone) == ("NPR", "Asia/Kathmandu")
        country = countries.get(organisation.country)
        with pytest.raises(Invalid):
            country.registration.parse("12")
        known = country.registration.parse("987 654 321")
        details = Details(code="T1", name="Toy Shop", phone="+9779812345678", gstin=known, state_code="G")
        shop = retailers.create(session, details)
        assert (shop.gstin, shop.state_code) == ("987654321", "G")


def test_an_order_is_quoted_taxed_billed_and_printed(bagmati: UUID, make_retailer: Callable[..., Any]) -> None:
    with db.transaction(bagmati) as session:
        shop = make_retailer(session, state_code="G", phone="+9779812345670", gstin="987654321")
        order = ordering.place(session, shop.id, [Wanted("SUGAR", 10, "kg")], "CREDIT").order
        goods_minor = sum(line.taxable_minor for line in order.lines)
        assert order.currency == "NPR"
        assert sum(line.tax_minor for line in order.lines) == (goods_minor * 13 + 50) // 100
        invoice_id = dispatching.dispatch(session, order.id).invoice_id
        invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id)).one()
        assert (invoice.currency, invoice.total_minor) == ("NPR", order.total_minor)
        assert accounts.get(session, shop.id).outstanding_minor == order.total_minor
        paper = papers.paper(session, invoice.id)
        assert (paper.title, paper.place_of_supply, paper.head("sales_tax").label) == ("VAT invoice", "", "VAT")
        assert paper.seller.tax_ids == (("VAT no.", "123456789"),)
        assert paper.buyer.state_name == "Gandaki"
        assert papers.pdf(session, invoice.id).content.startswith(b"%PDF-")


def test_the_api_registers_a_shop_there(bagmati: UUID, sign_in: Callable[..., Any]) -> None:
    owner = sign_in(bagmati)
    wrong = {"code": "T2", "name": "Toy Corner", "phone": "9812345671", "gstin": "12", "state_code": "B"}
    assert owner.post("/retailers", wrong).json["code"] == "TAX_ID_INVALID"
    added = owner.post("/retailers", {**wrong, "gstin": "987654322"})
    assert (added.status_code, added.json["phone"]) == (201, "+9779812345671")

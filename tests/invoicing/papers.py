"""Sample papers: the same invoice in different scripts, lengths and moods."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from string import ascii_letters, digits

import countries
import tax
from bench.documents import paper_lines
from invoicing.pdf import (
    InvoicePaper,
    PaperLine,
    PaperParty,
    PaperPayment,
    PaperRegistration,
    printed_heads,
    summarised,
)
from invoicing.upi import pay_link, reference_for

NUMBER = "SGT/26-27/000123"
SELLER = PaperParty(
    name="Shree Ganesh Traders",
    address=("Gala 14, APMC Market, Sector 19", "Vashi, Navi Mumbai 400703"),
    tax_ids=(("GSTIN", "27AAPFU0939F1ZV"),),
    state_code="27",
    state_name="Maharashtra",
    phone="+91 98201 23456",
    email="accounts@ganeshtraders.example",
)
BUYER = PaperParty(
    name="Maruti Kirana & General Stores",
    address=("Shop 3, Gandhi Chowk", "Thane West 400601"),
    tax_ids=(("GSTIN", "27AAGCB7383J1Z8"),),
    state_code="27",
    state_name="Maharashtra",
    phone="+91 98765 43210",
)
GOODS = (
    ("Coca-Cola 500 ml", "22021010", 4000, 48, "pc", 2571, "2 cases x 24"),
    ("Maggi 2-Minute Masala Noodles 70 g", "190230", 500, 24, "pc", 1029, ""),
    ("Surf Excel 1 kg", "34025000", 1800, 5, "pc", 11059, ""),
    ("Sugar loose", "17019990", 500, Decimal("50.5"), "kg", 4200, ""),
    ("Tata Salt 1 kg", "25010010", 0, 25, "pc", 2520, ""),
)


def paper(goods=GOODS, place="27", seller=SELLER, buyer=BUYER, discount_bps=0, **changes) -> InvoicePaper:
    """An invoice over these goods, its money computed by the product."""
    lines = [
        tax.TaxLine(qty=qty, unit_price_minor=price, rate_bps=rate, description=name, hsn=hsn, unit=unit)
        for name, hsn, rate, qty, unit, price, _ in goods
    ]
    document = tax.TaxDocument(
        lines=lines,
        seller_state="27",
        place_of_supply=place,
        invoice_discount=tax.Discount(bps=discount_bps),
    )
    return replace(_paper(countries.compute(document), goods, seller, buyer), **changes)


def _paper(computed, goods, seller, buyer) -> InvoicePaper:
    printed = paper_lines(computed.lines, [_good(*good) for good in goods])
    link = pay_link(
        vpa="ganeshtraders@okhdfcbank",
        name=seller.name,
        amount_minor=computed.grand_total_minor,
        reference=reference_for(NUMBER),
        note=f"Inv {NUMBER}",
    )
    return InvoicePaper(
        number=NUMBER,
        issued_on=date(2026, 11, 20),
        due_on=date(2026, 12, 5),
        seller=seller,
        buyer=buyer,
        lines=printed,
        totals=computed.totals,
        round_off_minor=computed.round_off_minor,
        grand_total_minor=computed.grand_total_minor,
        heads=printed_heads(computed.totals),
        summary=summarised(printed),
        place_of_supply="Maharashtra (27)",
        references=(("Order", "ORD-1042"),),
        payment=PaperPayment(
            vpa="ganeshtraders@okhdfcbank",
            upi_link=link,
            bank=(("Bank", "HDFC Bank, Vashi"), ("A/c", "50200012345678"), ("IFSC", "HDFC0000543")),
        ),
        terms=(
            "Goods once sold are taken back only if damaged or expired, within 7 days.",
            "Interest at 18% a year is charged on bills unpaid after the due date.",
            "Subject to Navi Mumbai jurisdiction.",
        ),
    )


def _good(name, hsn, _rate, qty, unit, price, note) -> PaperLine:
    return PaperLine(
        description=name,
        qty=qty,
        unit=unit,
        unit_price_minor=price,
        discount_minor=0,
        taxable_minor=0,
        rate_bps=0,
        taxes={},
        total_minor=0,
        hsn=hsn,
        note=note,
    )


def hindi() -> InvoicePaper:
    """Names in Devanagari with conjuncts, matras and reordering vowels."""
    seller = replace(SELLER, name="श्री गणेश ट्रेडर्स", address=("गाला १४, कृषि उत्पन्न बाज़ार समिति", "वाशी, नवी मुंबई 400703"))
    buyer = replace(BUYER, name="मारुति किराना एवं जनरल स्टोर्स", address=("दुकान 3, गांधी चौक", "ठाणे पश्चिम 400601"))
    goods = (
        ("टाटा नमक 1 kg (आयोडीनयुक्त)", "25010010", 0, 25, "pc", 2520, ""),
        ("चीनी खुली / Sugar loose", "17019990", 500, 50, "kg", 4200, "2 बोरी × 25 kg"),
        ("सर्फ़ एक्सेल 1 kg, क्वालिटी विशेष", "34025000", 1800, 5, "pc", 11059, ""),
        ("विम बार (मुफ़्त, स्कीम 10+1)", "340119", 1800, 12, "pc", 763, ""),
    )
    return paper(goods, seller=seller, buyer=buyer, discount_bps=200)


def urdu() -> InvoicePaper:
    """Names in Urdu mixed with Latin brands and numbers."""
    seller = replace(SELLER, name="علی برادرز ٹریڈرز", address=("دکان نمبر 14، اکبری منڈی", "لاہور 54000"))
    buyer = replace(BUYER, name="المدینہ کریانہ اسٹور (مین برانچ)", address=("گلی 5، محلہ اسلام پورہ",))
    goods = (
        ("چینی 50 kg بوری", "17019990", 500, 4, "bag", 210000, ""),
        ("Surf Excel سرف ایکسل 1 kg", "34025000", 1800, 12, "pc", 11059, "1 کارٹن × 12"),
        ("ٹاٹا نمک", "25010010", 0, 25, "pc", 2520, ""),
        ("Lipton چائے (پیلی) 950 g", "09023020", 500, 6, "pc", 51143, ""),
    )
    return paper(goods, place="24", seller=seller, buyer=buyer, place_of_supply="Gujarat (24)")


def fifteen(language: str = "en") -> InvoicePaper:
    """A full grocery bill: fifteen items with printed prices, licences, discount, terms, bank, balance."""
    goods = [
        (name, f"{17011000 + 37 * index}", rate_bps, 24 + 12 * index, "pc", 1100 + 731 * index, f"{index + 2} case")
        for index, (name, rate_bps) in enumerate(SHELF)
    ]
    written = {"hi": hindi, "ur": urdu}.get(language, paper)()
    licences = (("FSSAI", "11521999000123"), ("Drug licence", "MH-TZ1-20B-12345"))
    made = paper(goods, discount_bps=200, seller=replace(written.seller, licences=licences), buyer=written.buyer)
    lines = [
        replace(line, mrp_minor=line.unit_price_minor + 400, rate_label="" if line.rate_bps else "Exempt")
        for line in made.lines
    ]
    return replace(
        made,
        title="Invoice-cum-bill of supply",
        language=language,
        lines=lines,
        summary=summarised(lines),
        balance=(1_234_500, 1_234_500 + made.grand_total_minor),
        carriage=(("Vehicle", "MH 12 AB 1234"), ("Transporter", "Om Logistics")),
    )


SHELF = (
    ("Maggi 2-Minute Masala Noodles 70 g", 500),
    ("Surf Excel 1 kg", 1800),
    ("Parle-G 100 g", 500),
    ("Tata Salt 1 kg", 0),
    ("Coca-Cola 500 ml", 4000),
    ("Red Label Tea 250 g", 500),
    ("Fortune Sunflower Oil 1 l", 500),
    ("Aashirvaad Atta 10 kg", 0),
    ("Colgate MaxFresh Red 150 g", 1800),
    ("Vim Bar 200 g", 1800),
    ("Dettol Soap 125 g", 1800),
    ("Good Day Butter 75 g", 500),
    ("Amul Butter 500 g", 1200),
    ("Kissan Mixed Fruit Jam 500 g", 1200),
    ("Lizol Floor Cleaner 1 l", 1800),
)


def registered() -> InvoicePaper:
    """An e-invoice with a signed code as long as portals make them."""
    letters = Random(11).choices(ascii_letters + digits + "-_", k=900)
    return paper(
        registration=PaperRegistration(
            irn="23f498ee41441ecad30f72ba5b9907506c3df70a17b0e0dff46b76a786400662",
            ack_number="112610012345678",
            ack_at="20 Nov 2026, 10:00",
            signed_code="eyJhbGciOiJSUzI1NiJ9." + "".join(letters[:500]) + "." + "".join(letters[500:]),
        )
    )


def long(count: int = 60) -> InvoicePaper:
    """Many lines with many codes: goods and summary both run over pages."""
    goods = [
        (
            f"Item {number} of a long order, 500 g pouch",
            f"{19000000 + number % 25 * 10}",
            500,
            number,
            "pc",
            999 + number,
            "",
        )
        for number in range(1, count + 1)
    ]
    return paper(goods)


HOSTILE = (
    "<b>Ali</b> & <script>alert(1)</script>",
    "javascript:alert(document.cookie)",
    "A" * 300,
    "मारुति" * 60,
    "علی" * 100,
    "bell\x07 null\x00 escape\x1b[31m\r\nnew line",
    "\u202egnirts desrever\u202c \u2066isolate\u2069 \u200fmark",
    "(unbalanced \\) ) Tj ET Q /JS (app.alert) endstream endobj",
    "e" + "\u0301" * 300,
    "\u0301\u093f\u064b",
    "👨‍👩‍👧‍👦🎉 日本語 ગુજરાતી தமிழ்",
    "\ue000\uf8ff\U000f0000\ud800",
    "\u200d\u200c\u200d",
    "क्\u200dष ک\u200cتاب",
    "",
    "   ",
)


def hostile() -> InvoicePaper:
    """Every text field holds something that somebody might type to do harm."""
    goods = [(name, "1701" * 20, 500, 1, "pc" * 30, 10000, name) for name in HOSTILE]
    evil = PaperParty(
        name=HOSTILE[0],
        address=HOSTILE[1:9],
        tax_ids=(("GSTIN", "27" * 60),),
        state_code="27",
        state_name=HOSTILE[3],
        phone=HOSTILE[2],
        email=HOSTILE[4],
    )
    return paper(
        goods,
        seller=replace(evil, name=HOSTILE[7]),
        buyer=evil,
        ship_to=replace(evil, name=HOSTILE[4]),
        notes=HOSTILE,
        terms=HOSTILE,
        references=tuple((name, name) for name in HOSTILE),
        place_of_supply=HOSTILE[6],
        title=HOSTILE[0],
    )

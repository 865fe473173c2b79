"""Random documents from a seed: every feature of the tax engine in every mixture, small and huge."""

from decimal import Decimal
from random import Random

from tax import Discount, TaxDocument, TaxLine

RATES = (0, 25, 300, 500, 500, 1200, 1800, 1800, 2800, 4000)
PLACES = ("27", "27", "24", "04", "97", "96")
SELLERS = ("27", "27", "27", "04", "38", "07")
MODES = ("exclusive", "inclusive")


def document(seed: int) -> TaxDocument:
    """The document of this seed."""
    random = Random(seed)
    lines = [_line(random) for _ in range(random.choice((1, 1, 2, 3, 5, 8, 13)))]
    mode = random.choice(MODES)
    if random.random() < 0.3:
        lines = [_with_mode(line, random.choice(MODES)) for line in lines]
    seller = random.choice(SELLERS)
    return TaxDocument(
        lines=lines,
        seller_state=seller,
        place_of_supply=seller if random.random() < 0.6 else random.choice(PLACES),
        price_mode=mode,
        buyer_is_sez=random.random() < 0.05,
        invoice_discount=_discount(random, sum(_net(line) for line in lines)),
        round_to_rupee=random.random() < 0.8,
        tax_charged=random.random() < 0.95,
        delivery_minor=random.choice((0, 0, 0, 1, 4_999, random.randrange(1, 500_000))),
        reverse_charge=random.random() < 0.03,
    )


def _line(random: Random) -> TaxLine:
    qty = Decimal(random.randrange(1, random.choice((50, 5_000, 5_000_000)))) / random.choice((1, 1, 1, 1000))
    price_minor = random.randrange(0, random.choice((100, 10_000, 5_000_000)))
    worth_minor = int(qty * price_minor)
    if random.random() < 0.15:
        treatment = random.choice(("exempt", "nil_rated", "non_gst"))
        return TaxLine(
            qty=qty, unit_price_minor=price_minor, treatment=treatment, discount=_discount(random, worth_minor)
        )
    return TaxLine(
        qty=qty,
        unit_price_minor=price_minor,
        rate_bps=random.choice(RATES),
        cess_bps=random.choice((0, 0, 0, 0, 1200)),
        discount=Discount(bps=10_000) if random.random() < 0.08 else _discount(random, worth_minor),
    )


def _with_mode(line: TaxLine, mode: str) -> TaxLine:
    return TaxLine(
        qty=line.qty,
        unit_price_minor=line.unit_price_minor,
        rate_bps=line.rate_bps,
        cess_bps=line.cess_bps,
        discount=line.discount,
        treatment=line.treatment,
        price_mode=mode,
    )


def _discount(random: Random, worth_minor: int) -> Discount:
    draw = random.random()
    if draw < 0.6:
        return Discount()
    if draw < 0.8:
        return Discount(bps=random.randrange(0, 10_001))
    return Discount(amount_minor=random.randrange(0, worth_minor + 1) // random.choice((1, 10, 100)))


def _net(line: TaxLine) -> int:
    """At most what the line comes to, so that no discount is larger than what it discounts."""
    gross_minor = int(line.qty * line.unit_price_minor)
    off_minor = line.discount.amount_minor or -(-gross_minor * line.discount.bps // 10_000)
    return max(0, gross_minor - off_minor - 1)


def returns(seed: int, computed_lines: int, sold: list[Decimal]) -> list[dict[int, Decimal]]:
    """Everything that was sold coming back in up to five notes, in random parts of random lines."""
    random = Random(~seed)
    left = dict(enumerate(sold, start=1))
    notes = []
    for _ in range(random.randrange(0, 5)):
        note = {}
        for number in random.sample(sorted(left), k=random.randrange(0, len(left) + 1)):
            part = Decimal(random.randrange(1, int(left[number] * 1000) + 1)) / 1000
            note[number] = part
            left[number] -= part
        left = {number: qty for number, qty in left.items() if qty}
        notes.append(note)
        if not left:
            break
    return [note for note in [*notes, left] if note]

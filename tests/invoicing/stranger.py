"""Tax figures worked out a second time, in fractions and by the rules alone: nothing of `invoicing` is looked at here.

Every rule is written down as an accountant reads it aloud, line by line and without a shared helper of the product, so
that a mistake in one of the two shows as a difference. Amounts are paise; rates are basis points (500 = 5 %).
"""

from fractions import Fraction

UNION_TERRITORIES = {"04", "26", "31", "35", "38", "97"}
MERGED = {"25": "26", "28": "37"}  # Daman and Diu; undivided Andhra Pradesh
HEADS = ("cgst", "sgst", "utgst", "igst", "cess")


def half_up(value):
    """To a whole number; a half goes away from zero."""
    value = Fraction(value)
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def to_rupee(paise):
    return 100 * half_up(Fraction(paise, 100))


def part(amount, bps):
    return half_up(Fraction(amount) * bps / 10000)


def apportion(amount, weights):
    """`amount` in proportion to `weights`: whole paise, largest remainder first, the earlier of equals first."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    exact = [Fraction(amount * weight, whole) for weight in weights]
    shares = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda at: (-(exact[at] - shares[at]), at))
    for at in order[: amount - sum(shares)]:
        shares[at] += 1
    return shares


def discount_of(said, amount):
    """`said` holds bps or paise of a discount on `amount`."""
    if said is None:
        return 0
    return said.get("paise") or part(amount, said.get("bps", 0))


def heads_of(document):
    """The heads that are charged: none, the two halves within a state or territory, or the whole between them."""
    seller, buyer = document["seller"], document.get("buyer") or {}
    if (
        document.get("tax_charged") is False
        or document.get("doc_type") == "bill_of_supply"
        or seller.get("composition")
    ):
        return ()
    goes_to = (document.get("ship_to") or {}).get("state") or buyer.get("state") or seller["state"]
    place = document.get("place_of_supply") or (buyer.get("gstin") or "").strip()[:2] or goes_to
    if (
        document.get("sez")
        or buyer.get("sez")
        or MERGED.get(place, place) != MERGED.get(seller["state"], seller["state"])
    ):
        return ("igst",)
    return ("cgst", "utgst" if MERGED.get(place, place) in UNION_TERRITORIES else "sgst")


def indian(document):
    """`{lines, totals, by_rate_bps, total_before_round_off, round_off, grand_total}` of one document."""
    heads, lines = heads_of(document), list(document["lines"])
    nets = [gross_of(line) - off_of(line) for line in lines]
    charges = delivery_lines(document.get("delivery_charge_paise", 0), lines, nets)
    shares = apportion(discount_of(document.get("invoice_discount"), sum(nets)), nets) + [0] * len(charges)
    lines += charges
    rows, to_pay = [], 0
    for line, share in zip(lines, shares, strict=True):
        row, asked = _row(document, line, gross_of(line) - off_of(line) - share, heads)
        to_pay += asked
        rows.append({"gross": gross_of(line), "line_discount": off_of(line), "invoice_discount_share": share, **row})
    before = sum(row["total"] for row in rows)
    grand = to_rupee(to_pay) if document.get("round_to_rupee", True) else to_pay
    return {
        "lines": rows,
        "totals": {
            "gross": sum(row["gross"] for row in rows),
            "discount": sum(row["line_discount"] for row in rows) + sum(shares),
            "taxable": sum(row["taxable"] for row in rows),
            **{head: sum(row[head] for row in rows) for head in HEADS},
        },
        "by_rate_bps": _by_rate(lines, rows),
        "total_before_round_off": before,
        "round_off": grand - before,
        "grand_total": grand,
    }


def gross_of(line):
    return half_up(Fraction(line["qty"]) * line["unit_price_paise"])


def off_of(line):
    if line.get("free"):
        return gross_of(line)
    return line.get("discount_paise") or part(gross_of(line), line.get("discount_bps", 0))


def delivery_lines(charge, lines, nets):
    """The charge is part of the goods' value: it takes their rates, in proportion to what each rate comes to."""
    kinds = {}
    for line, net in zip(lines, nets, strict=True):
        kind = (line.get("rate_bps", 0), line.get("cess_bps", 0), line.get("treatment", "taxable"))
        kinds[kind] = kinds.get(kind, 0) + net
    weights = list(kinds.values()) if sum(nets) else [1] + [0] * (len(kinds) - 1)
    return [
        {"qty": 1, "unit_price_paise": share, "rate_bps": rate, "cess_bps": cess, "treatment": treatment}
        for (rate, cess, treatment), share in zip(kinds, apportion(charge, weights), strict=True)
        if share
    ]


def _row(document, line, price, heads):
    """The figures of a line that costs `price` after discounts, and what the customer is asked for it."""
    charged = heads and line.get("treatment", "taxable") == "taxable"
    rate, cess_rate = (line.get("rate_bps", 0), line.get("cess_bps", 0)) if charged else (0, 0)
    each = half_up(Fraction(line["qty"]) * line.get("cess_per_unit_paise", 0)) if charged and price else 0
    reverse = document.get("reverse_charge", False)
    inclusive = (line.get("price_mode") or document.get("price_mode", "exclusive")) == "inclusive" and not reverse
    taxable = half_up(Fraction(max(0, price - each)) * 10000 / (10000 + rate + cess_rate)) if inclusive else price
    row = {"taxable": taxable, **dict.fromkeys(HEADS, 0)}
    for head in heads:
        row[head] = half_up(Fraction(taxable) * rate / (10000 * len(heads)))
    row["cess"] = part(taxable, cess_rate) + each
    row["total"] = taxable if reverse else taxable + sum(row[head] for head in HEADS)
    return row, (price if inclusive else row["total"])


def _by_rate(lines, rows):
    groups = {}
    for line, row in zip(lines, rows, strict=True):
        group = groups.setdefault(str(line.get("rate_bps", 0)), dict.fromkeys(("taxable", *HEADS), 0))
        for key in group:
            group[key] += row[key]
    return groups


def returned(line, row, already, now):
    """What a note for `now` of this line gives back when `already` came back before: all so far less what was given."""

    def upto(key, quantity):
        return half_up(Fraction(row[key]) * Fraction(quantity) / Fraction(line["qty"]))

    return {key: upto(key, Fraction(already) + Fraction(now)) - upto(key, already) for key in ("taxable", *HEADS)}


def pakistani(document):
    """`{lines, totals, grand_total}` of a sales tax invoice; further tax falls on buyers who are not registered."""
    buyer = document.get("buyer") or {}
    stated = buyer.get("registration_type")
    registered = stated.lower() == "registered" if stated else bool(buyer.get("strn"))
    rows, asked = [], 0
    for line in document["lines"]:
        exempt = line.get("treatment", "taxable") != "taxable"
        rate = 0 if exempt else line.get("rate_bps", 0)
        further = document.get("further_tax_bps", 400) if rate and not registered else 0
        price = gross_of(line) - off_of(line)
        inclusive = (line.get("price_mode") or document.get("price_mode", "exclusive")) == "inclusive"
        if line.get("third_schedule") and not exempt:
            retail = half_up(Fraction(line["qty"]) * line["retail_price_paise"])
            value = half_up(Fraction(retail) * 10000 / (10000 + rate))
            row = {"value_excl": value, "sales_tax": retail - value, "further_tax": 0}
            row["total"] = price if inclusive else price + row["sales_tax"]
        else:
            value = half_up(Fraction(price) * 10000 / (10000 + rate + further)) if inclusive else price
            row = {"value_excl": value, "sales_tax": part(value, rate), "further_tax": part(value, further)}
            row["total"] = sum(row.values())
        asked += price if inclusive else row["total"]
        rows.append(row)
    return {
        "lines": rows,
        "totals": {key: sum(row[key] for row in rows) for key in ("value_excl", "sales_tax", "further_tax")},
        "grand_total": to_rupee(asked) if document.get("round_to_rupee", True) else asked,
    }


def document(random):
    """A random document, every feature in every mixture."""
    is_pakistani = random.random() < 0.2
    lines = [_line(random, is_pakistani) for _ in range(random.choice((1, 1, 2, 3, 5, 9)))]
    made = {"lines": lines, "price_mode": random.choice(("exclusive", "inclusive"))}
    if random.random() < 0.2:
        made["round_to_rupee"] = False
    return {**made, **(_in_pakistan(random) if is_pakistani else _in_india(random, lines))}


def _line(random, is_pakistani):
    line = {
        "qty": random.choice((str(random.randrange(1, 60)), f"{random.randrange(1, 5000) / 1000:.3f}", "0.001", 1_999)),
        "unit_price_paise": random.choice((0, 1, random.randrange(1, 1_000), random.randrange(1, 500_000))),
        "rate_bps": random.choice((0, 25, 300, 500, 500, 1200, 1800, 1800, 2800, 4000)),
    }
    worth = gross_of(line)
    kinds = [{}, {}, {}, {"free": True}, {"discount_bps": random.choice((1, 33, 250, 9_999, 10_000))}]
    line |= random.choice(
        [*kinds, {"discount_paise": random.choice((1, worth, random.randrange(1, worth + 1)))}] if worth else kinds
    )
    if is_pakistani and random.random() < 0.3:
        line |= {"third_schedule": True, "retail_price_paise": random.randrange(1, 300_000)}
    if not is_pakistani and random.random() < 0.2:
        line |= random.choice(
            ({"cess_bps": 1_200}, {"cess_per_unit_paise": 41}, {"cess_bps": 500, "cess_per_unit_paise": 2})
        )
    if random.random() < 0.1:
        line["treatment"] = random.choice(("exempt", "nil_rated", "non_gst", "taxable"))
    if random.random() < 0.2:
        line["price_mode"] = random.choice(("inclusive", "exclusive"))
    return line


def _in_pakistan(random):
    said = ({"registration_type": "Registered"}, {"registration_type": "Unregistered"}, {}, {"strn": "3277876112345"})
    made = {"currency": "PKR", "seller": {"province": "PUNJAB"}, "buyer": random.choice(said)}
    return made if random.random() < 0.8 else {**made, "further_tax_bps": random.choice((0, 300, 500))}


def _in_india(random, lines):
    seller = random.choice(("27", "27", "04", "38", "07", "26", "37", "97", "34", "01"))
    buyers = ({}, {"state": random.choice((seller, "24", "25", "28"))}, {"gstin": "24AANFA2641L1ZF", "state": "27"})
    zone = {"gstin": "04AAGCB7383J1ZG", "sez": random.random() < 0.5}
    net = sum(gross_of(line) - off_of(line) for line in lines)
    off = ({"bps": random.choice((1, 200, 3_333, 10_000))}, {"paise": random.randrange(0, net + 1)})
    rare = (
        {"doc_type": "bill_of_supply"},
        {"reverse_charge": True},
        {"tax_charged": False},
        {"seller": {"state": seller, "composition": True}},
        {"ship_to": {"state": random.choice(("27", "24", "04"))}},
        {"place_of_supply": random.choice((seller, "27", "29", "96", "97", "25", "28"))},
        {"delivery_charge_paise": random.choice((1, 4_999, random.randrange(1, 90_000)))},
    )
    made = {"doc_type": "tax_invoice", "seller": {"state": seller}, "buyer": random.choice((*buyers, zone))}
    for extra in (*rare, *({"invoice_discount": one} for one in off)):
        made |= extra if random.random() < 0.1 else {}
    return made

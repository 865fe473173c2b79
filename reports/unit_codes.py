"""Unit quantity codes (UQC) of GST for the units in which goods are counted here."""

CODES = {
    "pc": "PCS",
    "pcs": "PCS",
    "piece": "PCS",
    "nos": "NOS",
    "dozen": "DOZ",
    "kg": "KGS",
    "g": "GMS",
    "gm": "GMS",
    "quintal": "QTL",
    "l": "LTR",
    "ltr": "LTR",
    "ml": "MLT",
    "bag": "BAG",
    "box": "BOX",
    "bottle": "BTL",
    "jar": "BTL",  # there is no code for a jar
    "can": "CAN",
    "tin": "CAN",  # nor for a tin
    "case": "CTN",
    "carton": "CTN",
    "pack": "PAC",
    "packet": "PAC",
    "set": "SET",
    "unit": "UNT",
}
OTHER = "OTH"
KNOWN = frozenset({*CODES.values(), OTHER})


def unit_code(unit: str) -> str:
    """The code of a unit; a code stands for itself, and OTH for what has none."""
    known = unit.strip()
    return known.upper() if known.upper() in KNOWN else CODES.get(known.lower(), OTHER)

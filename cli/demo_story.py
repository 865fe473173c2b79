"""The demo's wholesaler, its shops and what they bought and paid, as data. Days count back from today."""

from dataclasses import dataclass
from datetime import time
from typing import Any

ON_PAPERS = {
    "email": "accounts@ganeshtraders.example",
    "fssai": "11521999000123",
    "bank_account": {
        "holder": "Shree Ganesh Traders",
        "bank": "HDFC Bank, Vashi",
        "account": "50200012345678",
        "ifsc": "HDFC0000543",
    },
    "invoice_terms": [
        "Goods once sold are taken back only if damaged or expired, within 7 days.",
        "Subject to Navi Mumbai jurisdiction. E. & O. E.",
    ],
}
ORGANISATION = {
    "name": "Shree Ganesh Traders",
    "country": "IN",
    "state_code": "27",
    "gstin": "27AAPFU0939F1ZV",
    "upi_vpa": "ganeshtraders@okhdfcbank",
    "phone": "+912227650000",
    "address": "Gala 14, APMC Market, Sector 19\nVashi, Navi Mumbai 400703",
}
BUSINESS_NUMBER = "+918000000001"

Wish = tuple[str, int, str]  # sku, quantity, unit


@dataclass(frozen=True)
class Person:
    """Somebody to play in the simulator. Without a code: a phone number that is no shop yet."""

    phone: str
    name: str
    language: str
    situation: str
    code: str = ""
    limit_minor: int = 0
    credit_days: int = 15
    max_order_minor: int = 0
    state_code: str = "27"
    address: str = ""


@dataclass(frozen=True)
class Sale:
    """An order on credit that left so many days ago."""

    days_ago: int
    code: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Paid:
    """Money received so many days ago: everything owed then, or an amount."""

    days_ago: int
    code: str
    method: str
    amount_minor: int | None = None


NEW, GOOD, NEAR, LATE, PAUSED, URDU, HINDI = "K1", "K2", "K3", "K4", "K5", "K6", "K7"

PEOPLE = (
    Person("+919820000001", "Asha General Store", "en", "new: credit granted, no order yet", NEW, 3_000_000, 15,
           2_000_000, "27", "Shop 3, Gandhi Chowk\nThane West 400601"),
    Person("+919820000002", "Sharma Kirana", "hi_Latn", "good: orders every week, pays on time", GOOD, 6_000_000, 15,
           4_000_000, "27", "12 MG Road\nPune 411001"),
    Person("+919820000003", "Patel Provision Store", "en", "near the limit, in another state (IGST)", NEAR, 4_000_000,
           15, 4_000_000, "24", "Ring Road\nSurat 395002"),
    Person("+919820000004", "Gupta Stores", "en", "overdue for months: credit orders are refused", LATE, 8_000_000, 15,
           4_000_000, "27", "4 Station Road\nKalyan 421301"),
    Person("+919820000005", "Verma Traders", "en", "paused by the owner after a bounced cheque", PAUSED, 5_000_000, 10,
           3_000_000, "27", "Market Yard\nNashik 422001"),
    Person("+919820000006", "خان جنرل اسٹور", "ur", "Urdu: a bill is due tomorrow", URDU, 3_000_000, 7, 2_000_000,
           "27", "Mohammed Ali Road\nMumbai 400003"),
    Person("+919820000007", "श्री राम किराना", "hi", "Hindi: a bill is due today", HINDI, 2_500_000, 7, 2_000_000,
           "27", "शिवाजी चौक\nनागपुर 440001"),
    Person("+919820000008", "Ravi (no shop yet)", "en", "a lead: only a phone number"),
)  # fmt: skip

HISTORY: tuple[Sale | Paid, ...] = (
    Sale(118, LATE, (("ATTA-10", 10, "bag"), ("SOYOIL-1", 2, "case"))),
    Sale(96, LATE, (("SUGAR", 2, "bag"), ("TATASALT-1", 2, "bag"))),
    Sale(80, GOOD, (("TATATEA-250", 1, "case"), ("SUGAR", 1, "bag"))),
    Sale(78, PAUSED, (("GHEE-1", 1, "case"), ("RICE-L", 2, "bag"))),
    Paid(68, GOOD, "upi"),
    Sale(66, LATE, (("SURF-1", 2, "case"), ("LUX-100", 1, "case"))),
    Paid(60, PAUSED, "cash", 300_000),
    Sale(52, GOOD, (("COKE-500", 4, "case"), ("LAYS-MM-10", 2, "case"))),
    Paid(40, GOOD, "upi"),
    Paid(36, LATE, "cash", 250_000),
    Sale(34, LATE, (("PARLEG-10", 2, "case"), ("GOODDAY-10", 1, "case"))),
    Sale(30, NEAR, (("TOOR-L", 3, "bag"), ("JEERA-L", 10, "kg"))),
    Sale(27, GOOD, (("MAGGI-12", 2, "case"), ("PARLEG-5", 2, "case"))),
    Paid(18, NEAR, "bank", 800_000),
    Sale(18, NEAR, (("BASMATI-5", 20, "bag"), ("SUNOIL-15", 4, "tin"))),
    Paid(14, GOOD, "upi"),
    Sale(13, GOOD, (("COLGATE-100", 1, "case"), ("RIN-250", 1, "case"))),
    Sale(7, HINDI, (("ATTA-L", 2, "bag"), ("SUGAR", 1, "bag"), ("EGG", 2, "tray"))),
    Sale(6, URDU, (("BISLERI-1L", 10, "case"), ("NESCAFE-50", 1, "case"))),
    Sale(4, NEAR, (("DAIRYMILK-10", 4, "box"), ("BUTTER-100", 1, "box"))),
)
ON_THE_WAY: tuple[tuple[str, tuple[Wish, ...]], ...] = (  # confirmed, to be dispatched by whoever tries the demo
    (GOOD, (("THUMS-500", 2, "case"), ("LAYS-CS-10", 1, "case"))),
)
SEMI = "semi"  # the price class of shops that sell on
TERMS: dict[str, dict[str, Any]] = {  # by sku: packs, prices by quantity and class, free goods (quantities in pieces)
    "COKE-500": {"min_qty": 24, "multiple": 12, "rates": [["", 240, 2450], [SEMI, 1, 2500]]},
    "PARLEG-10": {"scheme_buy": 720, "scheme_free": 72},
    "SUGAR": {"rates": [["", 500, 4100]]},
}
STOCK = {"COKE-500": 960, "PARLEG-10": 1440, "BUTTER-100": 0}  # counted goods; all others never run out
WHOLESALE = URDU  # the shop in that class
OF_COUNTED_GOODS: tuple[Wish, ...] = (("COKE-500", 2, "case"), ("PARLEG-10", 10, "case"))
CUT_OFF = time(17)
ROUTES = {"Pune": [1, 4], "Surat": [2]}  # Tuesday and Friday; Wednesday
ON_ROUTES = {GOOD: "Pune", NEAR: "Surat"}
HEADROOM_NEAR_MINOR = 150_000  # what the shop near its limit may still order
MAX_OUTSTANDING_DAYS = 30

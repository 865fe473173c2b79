"""One good request for an operation, and the shop, bill, order, ... that it needs.

An operation without a row here is sent a body as its description has it, about something that does not exist: its bad
input could then be refused for another reason than the one tested. The terminal says which those are.
"""

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import clock, db, ids
from credit import days, gateway_accounts
from orders import catalogue_import, learning, ordering
from orders.quotes import Wanted
from parties import retailers, tasks
from parties.tables import Retailer
from tests.chats import Chat

PREFIX = "/api/v1/admin"
SKU = "SPRITE-500"
LINE = {"sku": SKU, "qty": 1, "unit": "case"}
REASON = {"reason": "as agreed"}
DOT = (  # a black picture of one pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


@dataclass
class Request:
    """What to send. `tag` is the ETag that a change must name."""

    path: dict[str, str] = field(default_factory=dict)
    body: Any = None
    tag: str | None = None
    query: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """One organisation with goods, and a signed-in user for each role."""

    org: UUID
    client: FlaskClient
    tokens: dict[str, str]
    make_retailer: Callable[..., Retailer]
    login: dict[str, str]
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def send(self, method: str, path: str, body: Any = None, *, role: str = "owner", **headers: str) -> TestResponse:
        """A request below the prefix, by somebody with this role."""
        known = {"Authorization": f"Bearer {self.tokens[role]}", "Idempotency-Key": uuid.uuid4().hex, **headers}
        return self.client.open(PREFIX + path, method=method, json=body, headers=known)

    def post(self, path: str, body: Any = None) -> Any:
        """What an owner's good POST answers."""
        answer = self.send("POST", path, {} if body is None else body)
        assert answer.status_code < 300, answer.text
        return answer.json

    def shop(self, **terms: Any) -> str:
        """A new shop with credit."""
        with db.transaction(self.org) as session:
            return retailers.public_id(self.make_retailer(session, max_order_minor=None, **terms).id)

    def day(self, ahead: int = 0) -> str:
        """A local date so many days from today."""
        with db.transaction(self.org) as session:
            return (days.today(session) + timedelta(days=ahead)).isoformat()

    def bill(self, shop: str | None = None, age: int = 20) -> str:
        """An open bill of 10,000.00 that was due `age` days ago (below zero: is due then)."""
        number = f"OLD-{next(self.numbers)}"
        old = {
            "number": number,
            "bill_on": self.day(min(0, -age - 1)),
            "due_on": self.day(-age),
            "amount_minor": 1_000_000,
        }
        shop = shop or self.shop()
        return str(self.post(f"/credit/retailer/{shop}/opening-balance", {"bills": [old]})["bills"][0]["bill_id"])

    def pending(self) -> str:
        """An order that waits for a yes."""
        shop = ids.parse("ret", self.shop())
        with db.transaction(self.org) as session:
            return ids.public("ord", ordering.draft(session, shop, [Wanted("SPRITE-500", 1, "case")]).id)

    def confirmed(self, **terms: Any) -> str:
        """An order that is promised."""
        return str(
            self.post("/orders", {"retailer_id": self.shop(**terms), "payment_mode": "CREDIT", "lines": [LINE]})["id"]
        )

    def refused(self) -> str:
        """An order that only credit stands in the way of."""
        shop = self.shop()
        self.post(f"/credit/{shop}/pause", REASON)
        answer = self.send("POST", "/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [LINE]})
        assert answer.status_code == 409
        return str(answer.json["order_id"])

    def payment(self) -> str:
        """Money received."""
        return str(self.post("/payment/record", _payment(self.shop()))["id"])

    def cheque(self, *steps: str) -> str:
        """A cheque that has gone these steps."""
        given = {**_payment(self.shop()), "method": "cheque", "reference": f"{next(self.numbers):06d}"}
        cheque = str(self.post("/payment/record", given)["cheque_id"])
        for step in steps:
            self.post(f"/payment/cheques/{cheque}/{step}")
        return cheque

    def claim(self) -> str:
        """What somebody says was paid."""
        return str(self.post("/claims", _claim(self))["id"])

    def dispute(self) -> str:
        """A contested part of a bill."""
        return str(self.post("/disputes", {"bill_id": self.bill(), "amount_minor": 1000, **REASON})["id"])

    def override(self) -> str:
        """An override that waits for a second person."""
        return str(self.post("/overrides", {"order_id": self.refused(), **REASON})["id"])

    def group(self) -> str:
        """A group of shops."""
        return str(self.post("/groups", {"name": f"Owner {next(self.numbers)}", "limit_minor": 1_000_000})["id"])

    def product(self, **more: Any) -> str:
        """The code of a product that no other organisation has; with `stock=1` its stock is counted."""
        sku = f"SOAP-{uuid.uuid4().hex[:12]}"
        row = {"sku": sku, "name": "Soap", "hsn": "34011190", "base_unit": "pc", "gst_rate_bps": 500, **more}
        with db.transaction(self.org) as session:
            catalogue_import.import_catalogue(session, {"items": [{**row, "price_paise": 1000}]})
        return sku

    def conversation(self) -> str:
        """What a shop that has just written is talked with in."""
        with db.transaction(self.org) as session:
            phone = self.make_retailer(session).phone
            Chat(session, phone).say("menu")
        found: str = self.send("GET", "/conversations").json["data"][0]["id"]
        return found

    def learned(self) -> tuple[str, str]:
        """A shop, and the name that it taught us."""
        shop = self.shop()
        with db.transaction(self.org) as session:
            learning.hear(session, ids.parse("ret", shop), "chamkila", "SPRITE-500")
        return shop, str(self.send("GET", f"/retailers/{shop}/learned-names").json["data"][0]["id"])

    def link(self) -> dict[str, Any]:
        """A payment link to ask for."""
        with db.transaction(self.org) as session:
            gateway_accounts.connect(session, "razorpay", "a secret of the webhook")
        number = next(self.numbers)
        made = {"provider_link_id": f"plink_{number}", "url": f"https://rzp.example/{number}"}
        shop = self.shop()
        return {
            "retailer_id": shop,
            "amount_minor": 5000,
            "provider": "razorpay",
            "bill_id": self.bill(shop),
            "reference": f"LINK{number}",
            **made,
        }

    def invoice(self, **terms: Any) -> str:
        """The invoice of an order whose goods have left."""
        return str(self.post(f"/orders/{self.confirmed(**terms)}/dispatch")["invoice_id"])

    def task(self) -> str:
        """Something that waits for a person."""
        with db.transaction(self.org) as session:
            tasks.ask_staff(session, "call_back", "Please call", dedupe_key=f"call {next(self.numbers)}")
            return ids.public("tsk", tasks.open_tasks(session, 100)[-1].id)

    def tag(self, path: str) -> str:
        """The ETag of what is there."""
        return self.send("GET", path).headers["ETag"]


def _payment(shop: str) -> dict[str, Any]:
    return {"retailer_id": shop, "amount_minor": 5000, "method": "cash"}


def _refund(world: World) -> dict[str, Any]:
    shop = world.shop()
    world.post("/payment/record", _payment(shop))
    return {**_payment(shop), "amount_minor": 3000, "reference": uuid.uuid4().hex, **REASON}


def _claim(world: World) -> dict[str, Any]:
    return {"retailer_id": world.shop(), "amount_minor": 5000, "method": "upi", "reference": uuid.uuid4().hex}


def _recorded(world: World) -> dict[str, Any]:
    shop = world.shop()
    chosen = [{"bill_id": world.bill(shop), "amount_minor": 2000}]
    more = {"method": "bank", "reference": uuid.uuid4().hex, "received_on": world.day(), "allocations": chosen}
    return {**_payment(shop), **more}


def _of_shop(body: Any = None, **query: str) -> Callable[[World], Request]:
    return lambda world: Request({"retailer_id": world.shop()}, body, query=query)


def _blocked(world: World) -> Request:
    shop = world.shop()
    world.post(f"/credit/{shop}/block", REASON)
    return Request({"retailer_id": shop}, REASON)


def _paused(world: World) -> Request:
    shop = world.shop()
    world.post(f"/credit/{shop}/pause", REASON)
    return Request({"retailer_id": shop}, REASON)


def _opening(world: World) -> Request:
    bill = {"number": "OLD-1", "bill_on": world.day(-9), "due_on": world.day(-2), "amount_minor": 5000}
    return Request({"retailer_id": world.shop()}, {"bills": [bill], "on_account_minor": 100, "on": world.day(-1)})


def _advance(world: World) -> Request:
    shop = world.shop()
    world.post("/payment/record", _payment(shop))
    chosen = [{"bill_id": world.bill(shop), "amount_minor": 2000}]
    return Request({"retailer_id": shop}, {"allocations": chosen})


def _applied(world: World) -> Request:
    shop = world.shop()
    world.post("/payment/record", _payment(shop))
    bill = world.bill(shop)
    world.post(f"/credit/retailer/{shop}/apply-advance", {"allocations": []})
    return Request({"retailer_id": shop}, {"bill_id": bill, **REASON})


def _adjustment(world: World) -> dict[str, Any]:
    shop = world.shop()
    return {"retailer_id": shop, "kind": "return", "amount_minor": 100, "bill_id": world.bill(shop), **REASON}


def _earned(world: World) -> Request:
    shop = world.shop()
    bill = world.bill(shop, age=-5)
    world.post("/payment/record", {**_payment(shop), "amount_minor": 990_000})
    return Request(body={"bill_id": bill, **REASON})


def _verified(world: World) -> Request:
    claim = _claim(world)
    shop = claim["retailer_id"]
    told = str(world.post("/claims", claim)["id"])
    chosen = [{"bill_id": world.bill(shop), "amount_minor": 2000}]
    paid = {"amount_minor": 5000, "method": "upi", "reference": claim["reference"], "received_on": world.day()}
    return Request({"claim_id": told}, {**paid, "allocations": chosen})


def _terms(world: World) -> Request:
    shop = world.shop()
    body = {
        "limit_minor": 100_000,
        "credit_days": 7,
        "max_order_minor": 50_000,
        "max_outstanding_days": 30,
        "terms": "days",
        "tolerance_minor": 0,
        "temporary_limit_minor": 200_000,
        "temporary_until": world.day(5),
        "group_id": world.group(),
        **REASON,
    }
    return Request({"retailer_id": shop}, body, world.tag(f"/guardrails/{shop}"))


def _ladder(world: World) -> Request:
    rules = {"watch": {"overdue_days": 7}, "pause": {"overdue_days": 45}, "block": {"overdue_days": 180}}
    return Request(body={**rules, **REASON}, tag=world.tag("/guardrails/ladder"))


def _settings(world: World) -> Request:
    settings = {
        "reminders_at": "10:15",
        "quiet_before": "09:00",
        "quiet_after": "19:30",
        "insights_at": "03:00",
        "guardrails_at": "04:00",
        "auto_pause_at": "11:00",
        "closed_weekdays": [6],
        "holidays": [world.day(20)],
        "smallest_reminder_minor": 100,
        "apply_advances": False,
        "cash_discount": {"percent_bps": 0, "within_days": 7},
        "late_fees": {"rate_bps": 0, "grace_days": 0},
        "cash_limit_minor": None,
        "cheque_counts_on": "clearing",
        "exposure": "confirmed",
        "override_max_minor": 50_000_000,
        "override_second_minor": 10_000_000,
        "override_hours": 24,
        "retry_failed_hours": 24,
        "hold_days": 7,
        "default_terms": {"credit_days": 7, "limit_minor": None, "terms": "days", "tolerance_minor": 0},
        "invoice_prefix": None,
        "email": "accounts@example.com",
        "bank_account": {"holder": "Ganesh", "bank": "HDFC", "account": "123456", "ifsc": "HDFC0000001"},
        "fssai": "11521999000123",
        "licences": [{"name": "Drug licence", "number": "MH-TZ1-20B-12345"}],
        "invoice_terms": ["Goods once sold are not taken back."],
        "hsn_digits": 4,
        "eway_limit_minor": None,
        "gst_scheme": "regular",
    }
    return Request(body={**settings, **REASON}, tag=world.tag("/settings"))


def _cap(world: World) -> Request:
    group = world.group()
    return Request({"group_id": group}, {"limit_minor": 2_000_000, **REASON}, world.tag(f"/groups/{group}"))


def _shop_to_add(world: World) -> Request:
    number = next(world.numbers)
    known = {"language": "hi", "gstin": None, "state_code": "27", "address": "Main Road"}
    return Request(body={"code": f"NEW{number}", "name": "Gupta Stores", "phone": f"+9170{number:08d}", **known})


def _judged(world: World) -> Request:
    return Request(body={"retailer_id": world.shop(), "order_amount_minor": 100, "payment_mode": "CREDIT"})


def _placed(world: World) -> Request:
    return Request(body={"retailer_id": world.shop(), "payment_mode": "CREDIT", "lines": [LINE, LINE]})


def _signed_in(world: World) -> str:
    return str(world.client.post("/api/v1/auth/login", json=world.login).json["refresh_token"])


def _noted(world: World) -> dict[str, Any]:
    return {"retailer_id": world.shop(), "kind": "other", "amount_minor": 500, "due_on": world.day(9), **REASON}


def _promised(world: World) -> dict[str, Any]:
    return {"retailer_id": world.shop(), "amount_minor": 100, "promised_on": world.day(3), "note": "by phone"}


def _linked(world: World) -> Request:
    return Request({"link_id": str(world.post("/payment-links", world.link())["id"])}, REASON)


def _talk(body: Any = None) -> Callable[[World], Request]:
    return lambda world: Request({"conversation_id": world.conversation()}, body)


def _taken(world: World) -> Request:
    talk = world.conversation()
    world.post(f"/conversations/{talk}/takeover", {"minutes": 30})
    return Request({"conversation_id": talk}, {})


def _learned(world: World) -> Request:
    shop, name = world.learned()
    return Request({"retailer_id": shop, "name_id": name})


def _product(body: Any = None, address: str = "", **more: Any) -> Callable[[World], Request]:
    """A product of this world alone; changes name the version of what stands at `address`."""

    def make(world: World) -> Request:
        sku = world.product(**more)
        return Request({"sku": sku}, body, world.tag(f"{address}/{sku}") if address else None)

    return make


def _priced(world: World) -> Request:
    body = {"price_minor": 3000, "price_mode": "exclusive", "valid_from": world.day(1), **REASON}
    return _product(body, "/products")(world)


def _sold(world: World) -> Request:
    rates = [{"price_class": "", "from_qty": 10, "price_minor": 100}]
    scheme = {"buy": 10, "free": 1, "until": world.day(30)}
    more = {"rates": rates, "scheme": scheme, "valid_from": world.day()}
    return _product({"min_qty": 1, "multiple": 1, **more, **REASON}, "/products")(world)


def _rules(world: World) -> Request:
    body = {
        "min_order_minor": 100,
        "price_classes": ["GOLD"],
        "routes": {"East": [0, 3]},
        "cut_off": "16:00",
        "lead_days": 1,
        "stock_hold_hours": 4,
    }
    return Request(body={**body, **REASON}, tag=world.tag("/selling"))


def _listed(world: World) -> Request:
    shop = world.shop()
    rules = _rules(world)
    assert world.send("PUT", "/selling", rules.body, **{"If-Match": rules.tag or ""}).status_code == 200
    body = {"price_class": "GOLD", "route": "East", **REASON}
    return Request({"retailer_id": shop}, body, world.tag(f"/selling/retailers/{shop}"))


def _shortened(world: World) -> Request:
    return Request({"order_id": world.confirmed()}, {"lines": [{"sku": SKU, "base_qty": 12}], **REASON})


def _of_invoice(body: Any = None) -> Callable[[World], Request]:
    return lambda world: Request({"invoice_id": world.invoice()}, body)


def _of_paper(body: Any = None) -> Callable[[World], Request]:
    return lambda world: Request({"paper_id": str(world.post(f"/orders/{world.confirmed()}/confirmation")["id"])}, body)


def _registered(world: World) -> Request:
    """What the portal answers for an invoice to a shop with a GSTIN; its key is not known here."""
    invoice_id = world.invoice(gstin="27AAGCB7383J1Z8")
    found = world.send("GET", f"/invoices/{invoice_id}").json
    checked = world.post("/exports/einvoice/check", {"number": found["number"], "irn": "0" * 64})
    day = "/".join(reversed(found["issued_on"].split("-")))
    facts = {
        "SellerGstin": "27AAPFU0939F1ZV", "BuyerGstin": "27AAGCB7383J1Z8", "DocNo": found["number"], "DocTyp": "INV",
        "DocDt": day, "TotInvVal": str(found["total_minor"] / 100), "ItemCnt": len(found["lines"]),
        "MainHsnCode": found["lines"][0]["hsn"], "Irn": checked["irn"],
    }  # fmt: skip
    code = jwt.encode({"data": json.dumps(facts)}, "k" * 32)
    told = {"irn": checked["irn"], "ack_number": "112610000000017", "signed_code": code}
    return Request({"invoice_id": invoice_id}, {**told, "ack_at": clock.rfc3339(clock.now())})


def _month(_world: World) -> Request:
    return Request(query={"month": "2026-10"})


def _nothing(_world: World) -> Request:
    return Request(body={})


def _read(_world: World) -> Request:
    return Request()


GOOD: dict[str, Callable[[World], Request]] = {
    "POST /api/v1/auth/login": lambda world: Request(body=world.login),
    "POST /api/v1/auth/refresh": lambda world: Request(body={"refresh_token": _signed_in(world)}),
    "POST /api/v1/auth/logout": lambda world: Request(body={"refresh_token": _signed_in(world)}),
    "GET /credit/risk-dashboard": _read,
    "GET /credit/retailer/{retailer_id}": _of_shop(),
    "GET /credit/retailer/{retailer_id}/statement": _of_shop(),
    "GET /credit/{retailer_id}/evaluate": _of_shop(),
    "POST /credit/{retailer_id}/pause": _of_shop(REASON),
    "POST /credit/{retailer_id}/unpause": _paused,
    "POST /credit/{retailer_id}/block": _of_shop(REASON),
    "POST /credit/{retailer_id}/unblock": _blocked,
    "GET /credit/ageing": _read,
    "POST /credit/retailer/{retailer_id}/opening-balance": _opening,
    "POST /credit/retailer/{retailer_id}/apply-advance": _advance,
    "POST /credit/retailer/{retailer_id}/undo-advance": _applied,
    "GET /credit/retailer/{retailer_id}/late-fees": _of_shop(),
    "POST /payment/record": lambda world: Request(body=_recorded(world)),
    "POST /payment/refund": lambda world: Request(body=_refund(world)),
    "POST /payment/refund/{refund_id}/reverse": lambda world: Request(
        {"refund_id": str(world.post("/payment/refund", _refund(world))["id"])}, REASON
    ),
    "POST /payment/{payment_id}/reverse": lambda world: Request(
        {"payment_id": world.payment()}, {**REASON, "charge_minor": 100}
    ),
    "POST /adjustment/create": lambda world: Request(body=_adjustment(world)),
    "POST /adjustment/{adjustment_id}/reverse": lambda world: Request(
        {"adjustment_id": str(world.post("/adjustment/create", _adjustment(world))["id"])}, REASON
    ),
    "POST /adjustment/cash-discount": _earned,
    "POST /adjustment/late-fee": lambda world: Request(body={"bill_id": world.bill(age=60), **REASON}),
    "POST /adjustment/debit-note": lambda world: Request(body=_noted(world)),
    "GET /payment/cheques": _read,
    "POST /payment/cheques/{cheque_id}/deposit": lambda world: Request({"cheque_id": world.cheque()}, {}),
    "POST /payment/cheques/{cheque_id}/clear": lambda world: Request({"cheque_id": world.cheque("deposit")}, {}),
    "POST /payment/cheques/{cheque_id}/bounce": lambda world: Request(
        {"cheque_id": world.cheque("deposit")}, {**REASON, "charge_minor": 100}
    ),
    "POST /payment/cheques/{cheque_id}/return": lambda world: Request({"cheque_id": world.cheque()}, REASON),
    "GET /claims": _read,
    "POST /claims": lambda world: Request(body=_claim(world)),
    "POST /claims/{claim_id}/verify": _verified,
    "POST /claims/{claim_id}/reject": lambda world: Request({"claim_id": world.claim()}, REASON),
    "GET /promises": _read,
    "POST /promises": lambda world: Request(body=_promised(world)),
    "POST /promises/{promise_id}/withdraw": lambda world: Request(
        {"promise_id": str(world.post("/promises", _promised(world))["id"])}, REASON
    ),
    "GET /disputes": _read,
    "POST /disputes": lambda world: Request(body={"bill_id": world.bill(), "amount_minor": 100, **REASON}),
    "POST /disputes/{dispute_id}/settle": lambda world: Request(
        {"dispute_id": world.dispute()}, {"accepted_minor": 10, "kind": "return", **REASON}
    ),
    "GET /orders": _read,
    "POST /orders": _placed,
    "GET /orders/pending/{retailer_id}": _of_shop(),
    "GET /orders/failed/{retailer_id}": _of_shop(),
    "GET /orders/{order_id}": lambda world: Request({"order_id": world.pending()}),
    "POST /orders/{order_id}/confirm": lambda world: Request({"order_id": world.pending()}, {"payment_mode": "CREDIT"}),
    "POST /orders/{order_id}/retry": lambda world: Request({"order_id": world.confirmed()}, {}),
    "POST /orders/{order_id}/hold": lambda world: Request({"order_id": world.refused()}, {}),
    "POST /orders/{order_id}/cancel": lambda world: Request({"order_id": world.confirmed()}, REASON),
    "POST /orders/{order_id}/dispatch": lambda world: Request({"order_id": world.confirmed()}, {}),
    "POST /orders/expire-pending": _nothing,
    "POST /guardrails/validate-order": _judged,
    "GET /guardrails/{retailer_id}": _of_shop(),
    "PUT /guardrails/{retailer_id}": _terms,
    "GET /guardrails/{retailer_id}/what-if": _of_shop(limit_minor="100"),
    "POST /guardrails/evaluate-all": _nothing,
    "GET /guardrails/at-risk": _read,
    "GET /guardrails/ladder": _read,
    "PUT /guardrails/ladder": _ladder,
    "GET /settings": _read,
    "PATCH /settings": _settings,
    "GET /settings/logo": _read,
    "PUT /settings/logo": lambda world: Request(body={"picture": DOT, **REASON}, tag=world.tag("/settings")),
    "DELETE /settings/logo": lambda world: Request(body=REASON, tag=world.tag("/settings")),
    "GET /groups": _read,
    "POST /groups": lambda world: Request(body={"name": f"Owner {next(world.numbers)}", "limit_minor": 100}),
    "GET /groups/{group_id}": lambda world: Request({"group_id": world.group()}),
    "PUT /groups/{group_id}": _cap,
    "GET /overrides": _read,
    "POST /overrides": lambda world: Request(body={"order_id": world.refused(), "amount_minor": 100_000, **REASON}),
    "POST /overrides/{override_id}/approve": lambda world: Request({"override_id": world.override()}, {}),
    "POST /overrides/{override_id}/revoke": lambda world: Request({"override_id": world.override()}, REASON),
    "GET /audit/credit/all": _read,
    "GET /audit/verify": _read,
    "GET /audit/{retailer_id}": _of_shop(),
    "GET /retailers": _read,
    "POST /retailers": _shop_to_add,
    "GET /retailers/{retailer_id}": _of_shop(),
    "GET /products": _read,
    "GET /tasks": _read,
    "GET /payment-links": _read,
    "POST /payment-links": lambda world: Request(body=world.link()),
    "GET /payment-links/events": _read,
    "GET /payment-links/{link_id}": _linked,
    "POST /payment-links/{link_id}/cancel": _linked,
    "GET /conversations": _read,
    "GET /conversations/{conversation_id}": _talk(),
    "GET /conversations/{conversation_id}/messages": _talk(),
    "POST /conversations/{conversation_id}/messages": _talk({"text": "We call you."}),
    "POST /conversations/{conversation_id}/takeover": _talk({"minutes": 30}),
    "POST /conversations/{conversation_id}/hand-back": _taken,
    "POST /orders/{order_id}/shorten": _shortened,
    "GET /insights/{retailer_id}": _of_shop(),
    "GET /insights/{retailer_id}/message": _of_shop(),
    "GET /insights/system/overview": _read,
    "POST /insights/regenerate-all": _nothing,
    "GET /retailers/{retailer_id}/learned-names": _of_shop(),
    "DELETE /retailers/{retailer_id}/learned-names/{name_id}": _learned,
    "GET /products/{sku}": _product(),
    "PUT /products/{sku}/price": _priced,
    "PUT /products/{sku}/terms": _sold,
    "GET /stock": _read,
    "GET /stock/{sku}": _product(stock=1),
    "PUT /stock/{sku}": _product({"on_hand": 7, **REASON}, "/stock", stock=1),
    "POST /stock/{sku}/movements": _product({"change": 5, "kind": "receipt", **REASON}, stock=0),
    "GET /selling": _read,
    "PUT /selling": _rules,
    "GET /selling/retailers/{retailer_id}": _of_shop(),
    "PUT /selling/retailers/{retailer_id}": _listed,
    "GET /invoices": _read,
    "GET /invoices/{invoice_id}": _of_invoice(),
    "GET /invoices/{invoice_id}/pdf": _of_invoice(),
    "POST /invoices/{invoice_id}/credit-notes": _of_invoice(
        {"kind": "return", "lines": [{"line": 1, "qty": 1}], **REASON}
    ),
    "POST /invoices/{invoice_id}/debit-notes": _of_invoice(
        {"kind": "rate_difference", "lines": [{"line": 1, "taxable_minor": 100}], **REASON}
    ),
    "POST /invoices/{invoice_id}/cancel": _of_invoice(REASON),
    "POST /invoices/{invoice_id}/registration": _registered,
    "GET /invoices/{invoice_id}/links": _of_invoice(),
    "POST /invoices/{invoice_id}/links": _of_invoice({}),
    "POST /invoices/{invoice_id}/links/revoke": _of_invoice(REASON),
    "POST /orders/{order_id}/confirmation": lambda world: Request({"order_id": world.confirmed()}, {}),
    "GET /papers": _read,
    "POST /papers/statements": lambda world: Request(body={"retailer_id": world.shop()}),
    "GET /papers/{paper_id}": _of_paper(),
    "GET /papers/{paper_id}/pdf": _of_paper(),
    "GET /papers/{paper_id}/links": _of_paper(),
    "POST /papers/{paper_id}/links": _of_paper({}),
    "POST /papers/{paper_id}/links/revoke": _of_paper(REASON),
    "POST /exports/gstr1/filed": lambda _world: Request(body={"month": "2026-09", "reference": "AA2709260000017"}),
    "GET /exports/gstr1/filed": _read,
    "GET /exports/einvoice": _month,
    "GET /exports/journal": _read,
    "GET /exports/gstr1": _month,
    "GET /exports/sales-register": _month,
    "GET /exports/tally": _month,
    "POST /tasks/{task_id}/finish": lambda world: Request({"task_id": world.task()}, {}),
}
ASKED_BY = {"POST /overrides/{override_id}/approve": "admin"}  # the second person; everything else the owner may do
WRITES = {  # and reads: an export is noted in the audit trail, figures and papers are kept once somebody asks for them
    "GET /exports/einvoice",
    "GET /exports/journal",
    "GET /exports/gstr1",
    "GET /exports/sales-register",
    "GET /exports/tally",
    "GET /insights/{retailer_id}",
    "GET /invoices/{invoice_id}/pdf",
    "GET /papers/{paper_id}/pdf",
    "GET /insights/{retailer_id}/message",
}

"""Prices, terms, stock and rules through the API, and the orders that follow them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from core import db
from parties import retailers
from parties.tables import Retailer
from tests.admin_api.conftest import Caller

REASON = {"reason": "as agreed with the owner"}
COLA = {"sku": "COKE-500", "qty": 5, "unit": "case"}


@pytest.fixture
def shop(org: UUID, goods: None, make_retailer: Callable[..., Retailer]) -> str:
    with db.transaction(org) as session:
        return retailers.public_id(make_retailer(session).id)


def change(owner: Caller, path: str, body: dict[str, Any], at: str = "") -> Any:
    """What a PUT with the present ETag of `at` (the same path) answers."""
    tag = owner.get(at or path).headers["ETag"]
    answer = owner.put(path, {**body, **REASON}, tag)
    assert answer.status_code == 200, answer.text
    stale = owner.put(path, {**body, **REASON}, tag)
    assert (stale.status_code, stale.json["code"]) == (412, "VERSION_CONFLICT")
    return answer.json


def order(owner: Caller, shop: str, **more: Any) -> Any:
    return owner.post("/orders", {"retailer_id": shop, "payment_mode": "CREDIT", "lines": [COLA], **more})


def test_a_class_packs_and_a_scheme_show_in_the_order(owner: Caller, shop: str) -> None:
    change(owner, "/selling", {"price_classes": ["semi"], "routes": {"north": [1, 4]}, "cut_off": "17:00"})
    change(owner, f"/selling/retailers/{shop}", {"price_class": "semi", "route": "north"})
    terms = {
        "multiple": 12,
        "rates": [{"price_class": "semi", "price_minor": 2500}],
        "scheme": {"buy": 10, "free": 1},
    }
    shown = change(owner, "/products/COKE-500/terms", terms, "/products/COKE-500")
    assert (shown["multiple"], shown["scheme"]) == (12, {"buy": 10, "free": 1})
    placed = order(owner, shop, note="ring twice", delivery_address="Gala 4")
    assert placed.status_code == 201, placed.text
    (line,) = placed.json["lines"]
    assert (line["price_minor"], line["list_price_minor"], line["free_qty"]) == (2500, 2571, 12)
    assert (placed.json["note"], placed.json["delivery_address"], placed.json["price_class"]) == (
        "ring twice", "Gala 4", "semi",
    )  # fmt: skip
    assert placed.json["deliver_on"] is not None
    odd = order(owner, shop, lines=[{"sku": "COKE-500", "qty": 25, "unit": "pc"}])
    assert (odd.status_code, odd.json["code"], odd.json["proposals"]) == (422, "QUANTITY_UNFIT", [24, 36])


def test_a_price_from_today_on_is_in_the_next_order(owner: Caller, shop: str) -> None:
    change(owner, "/products/COKE-500/price", {"price_minor": 3000}, "/products/COKE-500")
    assert order(owner, shop).json["lines"][0]["price_minor"] == 3000


def test_counted_goods_are_reserved_shortened_and_given_back(owner: Caller, shop: str) -> None:
    assert change(owner, "/stock/COKE-500", {"on_hand": 100})["available"] == 100
    placed = order(owner, shop).json
    assert placed["shorts"] == [
        {"sku": "COKE-500", "name": "Coca-Cola 500 ml PET", "wanted": 120, "given": 100, "base_unit": "pc"}
    ]
    gone = order(owner, shop)
    assert (gone.status_code, gone.json["code"]) == (409, "OUT_OF_STOCK")
    there = {"lines": [{"sku": "COKE-500", "base_qty": 40}], **REASON}
    shorter = owner.post(f"/orders/{placed['id']}/shorten", there).json
    assert (shorter["lines"][0]["base_qty"], shorter["total_minor"] < placed["total_minor"]) == (40, True)
    assert owner.get("/stock/COKE-500").json["available"] == 60
    owner.post("/stock/COKE-500/movements", {"change": 48, "kind": "receipt", **REASON})
    assert owner.get("/stock").json["data"][0]["on_hand"] == 148
    owner.post(f"/orders/{placed['id']}/cancel", REASON)
    assert owner.get("/stock/COKE-500").json["reserved"] == 0
    assert owner.post(f"/orders/{gone.json['order_id']}/retry", {}).json["status"] == "confirmed"


def test_an_unknown_class_or_route_and_a_small_order_are_refused(owner: Caller, shop: str) -> None:
    tag = owner.get(f"/selling/retailers/{shop}").headers["ETag"]
    assert owner.put(f"/selling/retailers/{shop}", {"price_class": "semy", **REASON}, tag).status_code == 422
    change(owner, "/selling", {"min_order_minor": 100_000_00})
    small = order(owner, shop)
    assert (small.status_code, small.json["code"], small.json["min_minor"]) == (409, "ORDER_BELOW_MINIMUM", 100_000_00)
    failed = owner.get(f"/orders/failed/{shop}").json["data"]
    assert [one["failure"]["code"] for one in failed] == ["ORDER_BELOW_MINIMUM"]

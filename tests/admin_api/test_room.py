"""Whatever may make room for credit lets held orders go on at once, and the shop hears of it once; nothing else does.

One test over all operations of the API: before its good request each shop that it is about gets an order that waits for
the smallest room. Afterwards no order waits that credit allows. A second one over the ways in which room appears that
no good request shows: limits, caps, settings, rules, a file, a gateway, a chat.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from cli import imports
from core import db, events, ids
from core.outbox import OutboxMessage
from credit import accounts, bills, days, decisions, gateway_accounts, gateway_events, guardrails, ladder, standing
from credit.gateways import Event
from orders import catalogue_import, holding, listing, ordering
from orders.quotes import Wanted
from parties import organisations, retailers
from parties.tables import Retailer
from tests.admin_api.described import Operation
from tests.admin_api.good_requests import ASKED_BY, LINE, REASON, Request, World
from tests.admin_api.test_bad_input import DESCRIBED, build, good_request
from tests.chats import Chat

__all__ = ["build"]

TINY = {"sku": "TINY", "name": "Match box", "hsn": "36050010", "base_unit": "pc", "gst_rate_bps": 0, "price_paise": 100}
MAKES_ROOM = {
    "POST /credit/{retailer_id}/unpause",
    "POST /credit/{retailer_id}/unblock",
    "POST /payment/record",
    "POST /payment/refund/{refund_id}/reverse",
    "POST /payment/cheques/{cheque_id}/clear",
    "POST /adjustment/create",
    "POST /adjustment/cash-discount",
    "POST /claims/{claim_id}/verify",
    "POST /disputes",
    "POST /orders/{order_id}/cancel",
    "POST /orders/{order_id}/shorten",
    "PUT /guardrails/{retailer_id}",
    "POST /invoices/{invoice_id}/credit-notes",
    "POST /invoices/{invoice_id}/cancel",
}
TAKES_ROOM = {"POST /orders/{order_id}/confirm", "POST /orders", "GET /exports/einvoice"}  # or has no shop of its own
WRITING = [name for name, one in DESCRIBED.items() if one.method != "GET" and "/auth/" not in name]


def selling(build: Callable[[], World]) -> World:
    """An organisation that sells something for one rupee as well."""
    made = build()
    with db.transaction(made.org) as session:
        catalogue_import.import_catalogue(session, {"items": [TINY]})
    return made


@pytest.fixture(scope="module")
def world(build: Callable[[], World]) -> World:
    return selling(build)


def shops(session: Session) -> set[UUID]:
    return {shop.id for shop in session.query(Retailer)}


def squeeze(session: Session, shop: UUID) -> None:
    """Grant exactly what is used, by nobody's act: no event, no version."""
    ahead_minor = -standing.of(session, shop).used_minor
    if ahead_minor > 0:
        owe(session, shop, ahead_minor)
    used_minor = standing.of(session, shop).used_minor
    db.execute(session, "UPDATE credit_account SET limit_minor = %s WHERE retailer_id = %s", (used_minor, str(shop)))
    session.expire_all()


def owe(session: Session, shop: UUID, amount_minor: int = 1_000) -> None:
    """A bill that is due today."""
    on, contra = days.today(session), {"opening_balance": amount_minor}
    bills.post(session, bills.Posting(shop, bills.OPENING, f"O{ids.new().hex}", on, on, amount_minor, contra))


def hold(session: Session, shop: UUID) -> UUID:
    """An order of one rupee, which waits for room; a shop that is stopped has room enough, and waits for its word."""
    if not decisions.is_stopped(accounts.get(session, shop)):
        squeeze(session, shop)
    placed = ordering.place(session, shop, [Wanted("TINY", 1, "pc")], "CREDIT")
    assert placed.refusal is not None
    held = holding.hold(session, placed.order.id)
    events.forget(session)
    return held.id


def told(session: Session, order: UUID) -> int:
    """How often the shop was told that this order goes on."""
    keys = [f"{what}:{order}" for what in ("released", "placed")]
    return session.query(OutboxMessage).filter(OutboxMessage.dedupe_key.in_(keys)).count()


def gone_on(org: UUID, held: list[UUID]) -> set[UUID]:
    """Which of these orders were placed: each told once. The others wait for something, and nobody was told."""
    placed = set()
    with db.transaction(org) as session:
        for one in held:
            order = listing.get(session, one)
            if order.status == "confirmed":
                placed.add(one)
            else:
                verdict = guardrails.judge(session, order.retailer_id, order.total_minor)
                assert (order.status, verdict.allowed) == ("held", False)
            assert told(session, one) == (order.status == "confirmed")
    return placed


@pytest.mark.parametrize("name", WRITING)
def test_an_operation_that_makes_room_lets_held_orders_go_on_and_no_other_does(world: World, name: str) -> None:
    operation: Operation = DESCRIBED[name]
    with db.transaction(world.org) as session:
        before = shops(session)
    request = good_request(operation, world)
    held = []
    with db.transaction(world.org) as session:
        for shop in sorted(shops(session) - before) if name not in TAKES_ROOM else ():
            held.append(hold(session, shop))
    send(world, operation, request, made=name in MAKES_ROOM)
    assert bool(gone_on(world.org, held)) == (name in MAKES_ROOM)


def send(world: World, operation: Operation, request: Request, *, made: bool) -> None:
    headers = {"If-Match": request.tag} if request.tag else {}
    path = operation.address(request.path).removeprefix("/api/v1/admin")
    role = ASKED_BY.get(operation.name, "owner")
    answer = world.send(operation.method, path, request.body, role=role, **headers)
    assert answer.status_code < 300 or not made, answer.text


# -- the ways that no good request shows ----------------------------------------------------------------------------

Way = Callable[[World, UUID], Iterator[None]]  # makes the shop's want, yields, then makes room


def public(shop: UUID) -> str:
    return retailers.public_id(shop)


def change(world: World, path: str, **body: Any) -> None:
    """PUT something, or PATCH a setting, with the ETag that it has."""
    method = "PATCH" if path == "/settings" else "PUT"
    answer = world.send(method, path, {**body, **REASON}, **{"If-Match": world.tag(path)})
    assert answer.status_code == 200, answer.text


def set_limits(world: World, shop: UUID, **terms: Any) -> None:
    assignments = ", ".join(f"{name} = %s" for name in terms)
    with db.transaction(world.org) as session:
        db.execute(
            session, f"UPDATE credit_account SET {assignments} WHERE retailer_id = %s", (*terms.values(), str(shop))
        )


def a_higher_limit(world: World, shop: UUID) -> Iterator[None]:
    yield
    change(world, f"/guardrails/{public(shop)}", limit_minor=1_000_000)


def a_temporary_limit(world: World, shop: UUID) -> Iterator[None]:
    yield
    until = world.day(3)
    change(world, f"/guardrails/{public(shop)}", temporary_limit_minor=1_000_000, temporary_until=until)


def a_larger_order_allowed(world: World, shop: UUID) -> Iterator[None]:
    set_limits(world, shop, limit_minor=1_000_000, max_order_minor=1)
    yield
    change(world, f"/guardrails/{public(shop)}", max_order_minor=None)


def more_days_allowed(world: World, shop: UUID) -> Iterator[None]:
    world.bill(public(shop), age=20)
    set_limits(world, shop, limit_minor=5_000_000, max_outstanding_days=10)
    yield
    change(world, f"/guardrails/{public(shop)}", max_outstanding_days=40)


def a_tolerance(world: World, shop: UUID) -> Iterator[None]:
    world.bill(public(shop), age=20)
    set_limits(world, shop, limit_minor=5_000_000, max_outstanding_days=10)
    yield
    change(world, f"/guardrails/{public(shop)}", tolerance_minor=2_000_000)


def indebted(world: World) -> UUID:
    """A shop that owes ten rupees."""
    shop = ids.parse("ret", world.shop())
    with db.transaction(world.org) as session:
        owe(session, shop)
    return shop


def grouped(world: World, *members: UUID, limit_minor: int = 0) -> str:
    """A group of these shops, each with a limit that is wide enough by itself."""
    group = str(world.post("/groups", {"name": f"Owner {next(world.numbers)}", "limit_minor": limit_minor})["id"])
    for shop in members:
        set_limits(world, shop, limit_minor=5_000_000, group_id=str(ids.parse("grp", group)))
    return group


def a_higher_cap_of_the_group(world: World, shop: UUID) -> Iterator[None]:
    group = grouped(world, shop)
    yield
    change(world, f"/groups/{group}", limit_minor=1_000_000)


def leaving_the_group(world: World, shop: UUID) -> Iterator[None]:
    grouped(world, shop)
    yield
    change(world, f"/guardrails/{public(shop)}", group_id=None)


def another_shop_of_the_group_pays(world: World, shop: UUID) -> Iterator[None]:
    other = indebted(world)
    grouped(world, shop, other, limit_minor=1_000)
    yield
    world.post("/payment/record", {"retailer_id": public(other), "amount_minor": 1_000, "method": "cash"})


def another_shop_leaves_the_group(world: World, shop: UUID) -> Iterator[None]:
    other = indebted(world)
    grouped(world, shop, other, limit_minor=1_000)
    yield
    change(world, f"/guardrails/{public(other)}", group_id=None)


def another_exposure(world: World, shop: UUID) -> Iterator[None]:
    world.post("/orders", {"retailer_id": public(shop), "payment_mode": "CREDIT", "lines": [LINE]})
    with db.transaction(world.org) as session:
        squeeze(session, shop)
    yield
    change(world, "/settings", exposure="invoiced")


def looser_rules(world: World, shop: UUID) -> Iterator[None]:
    change(world, "/guardrails/ladder", pause={"overdue_minor": 500})
    world.bill(public(shop), age=20)
    with db.transaction(world.org) as session:
        set_limits(world, shop, max_outstanding_days=None)
        ladder.evaluate(session, shop, "daily")
    yield
    change(world, "/guardrails/ladder", pause={"overdue_days": 45})


def an_evaluation_that_lifts(world: World, shop: UUID) -> Iterator[None]:
    stopped = {"paused_at": "2026-01-01", "pause_reason": "late", "pause_source": "automatic"}
    set_limits(world, shop, limit_minor=1_000_000, **stopped)
    yield
    world.post("/guardrails/evaluate-all")


def a_write_off(world: World, shop: UUID) -> Iterator[None]:
    bill = world.bill(public(shop))
    yield
    given = {"retailer_id": public(shop), "kind": "write_off", "amount_minor": 1_000_000, "bill_id": bill, **REASON}
    world.post("/adjustment/create", given)


def a_cheque_that_counted_is_cleared(world: World, shop: UUID) -> Iterator[None]:
    change(world, "/settings", cheque_counts_on="receipt")
    world.bill(public(shop))
    paper = {"method": "cheque", "reference": f"9{shop.int % 10**6}"}
    cheque = world.post("/payment/record", {"retailer_id": public(shop), "amount_minor": 5_000, **paper})["cheque_id"]
    world.post(f"/payment/cheques/{cheque}/deposit")
    yield
    world.post(f"/payment/cheques/{cheque}/clear")


def money_put_to_the_bill_that_is_too_old(world: World, shop: UUID) -> Iterator[None]:
    world.bill(public(shop), age=20)
    set_limits(world, shop, limit_minor=5_000_000, max_outstanding_days=10)
    yield
    world.post("/payment/record", {"retailer_id": public(shop), "amount_minor": 1_000_000, "method": "upi"})


def what_was_on_account_before(world: World, shop: UUID) -> Iterator[None]:
    yield
    world.post(f"/credit/retailer/{public(shop)}/opening-balance", {"on_account_minor": 5_000})


def a_claim_that_is_true(world: World, shop: UUID) -> Iterator[None]:
    claim = {"retailer_id": public(shop), "amount_minor": 5_000, "method": "upi", "reference": shop.hex[:20]}
    noted = world.post("/claims", claim)["id"]
    yield
    world.post(f"/claims/{noted}/verify", {})


def a_file_of_shops(world: World, shop: UUID) -> Iterator[None]:
    yield
    with db.transaction(world.org) as session:
        one = retailers.get(session, shop)
        row = f"code,name,phone,language,credit_limit\n{one.code},{one.name},{one.phone},en,50000\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shops.csv"
        path.write_text(row, encoding="utf-8")
        line = ["retailers", str(path), "--org", organisations.public_id(world.org)]
        done = CliRunner().invoke(imports.command, line, standalone_mode=False)
    assert done.return_value == 0, done.output


def a_gateway_tells_of_a_payment(world: World, shop: UUID) -> Iterator[None]:
    with db.transaction(world.org) as session:
        account = gateway_accounts.connect(session, "razorpay", "a secret of the webhook")
    known = {"provider_link_id": f"plink_{shop.hex}", "url": "https://rzp.example/1", "reference": shop.hex[:20]}
    asked = {"retailer_id": public(shop), "amount_minor": 5_000, "provider": "razorpay", **known}
    world.post("/payment-links", asked)
    yield
    event = Event(
        id=f"evt_{shop.hex}", kind="payment_link.paid", meaning="paid", link_ids=(known["provider_link_id"],),
        reference=known["reference"], payment_id=f"pay_{shop.hex}", amount_minor=5_000, currency="INR", method="upi",
        bank_reference=None,
    )  # fmt: skip
    db.run(lambda session: gateway_events.take(session, account, event, "{}"), world.org)


def the_shop_calls_off_another_order(world: World, shop: UUID) -> Iterator[None]:
    made = world.post("/orders", {"retailer_id": public(shop), "payment_mode": "CREDIT", "lines": [LINE]})
    with db.transaction(world.org) as session:
        squeeze(session, shop)
    yield
    with db.transaction(world.org) as session:
        Chat(session, retailers.get(session, shop).phone).play([(f"cancel {made['number']}", ""), ("yes", "")])


def an_override_for_it(world: World, shop: UUID) -> Iterator[None]:
    yield
    with db.transaction(world.org) as session:
        (held,) = listing.page(session, retailer_id=shop, status="held")
    asked = world.post("/overrides", {"order_id": ids.public("ord", held.id), **REASON})
    answer = world.send("POST", f"/overrides/{asked['id']}/approve", {}, role="admin")
    assert answer.json["order"]["status"] == "confirmed"


WAYS: list[Way] = [
    a_higher_limit, a_temporary_limit, a_larger_order_allowed, more_days_allowed, a_tolerance,
    a_higher_cap_of_the_group, leaving_the_group, another_shop_of_the_group_pays, another_shop_leaves_the_group,
    another_exposure, looser_rules, an_evaluation_that_lifts, a_write_off, a_cheque_that_counted_is_cleared,
    money_put_to_the_bill_that_is_too_old, what_was_on_account_before, a_claim_that_is_true, a_file_of_shops,
    a_gateway_tells_of_a_payment, the_shop_calls_off_another_order, an_override_for_it,
]  # fmt: skip


NEED_SETTINGS = {another_exposure, looser_rules, a_cheque_that_counted_is_cleared, an_override_for_it}


@pytest.mark.parametrize("way", WAYS)
def test_a_held_order_goes_on_by_every_way_in_which_room_appears(
    build: Callable[[], World], world: World, way: Way
) -> None:
    world = selling(build) if way in NEED_SETTINGS else world
    shop = ids.parse("ret", world.shop())
    makes = way(world, shop)
    next(makes)
    with db.transaction(world.org) as session:
        verdict = guardrails.judge(session, shop, 100)
        held = hold(session, shop) if verdict.allowed else keep(session, shop)
    assert gone_on(world.org, [held]) == set()
    next(makes, None)
    assert gone_on(world.org, [held]) == {held}


def keep(session: Session, shop: UUID) -> UUID:
    """An order that waits as things stand."""
    placed = ordering.place(session, shop, [Wanted("TINY", 1, "pc")], "CREDIT")
    held = holding.hold(session, placed.order.id)
    events.forget(session)
    return held.id

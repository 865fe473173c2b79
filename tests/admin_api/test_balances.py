"""Old balances, advances, ageing, late fees, cash discounts and disputes as adjustments over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import policy
from core import db
from credit import days
from reports import doctor
from reports.invariants import i10_invoice_totals
from tests.admin_api.conftest import Caller

COUNTED = ("payment", "allocation", "bill", "ledger_transfer", "audit_entry", "late_fee", "dispute")


def rows(org: UUID) -> list[int]:
    with db.transaction(org) as session:
        return [db.execute(session, f"SELECT count(*) FROM {table}").scalar() for table in COUNTED]


def ago(org: UUID, count: int) -> str:
    with db.transaction(org) as session:
        return (days.today(session) - timedelta(days=count)).isoformat()


def setting(org: UUID, name: str, value: Any) -> None:
    with db.transaction(org) as session:
        policy.change(session, {name: value}, "for a test")


def opened(owner: Caller, org: UUID, shop: str, age: int = 60, amount_minor: int = 1_250_000) -> Any:
    old = {"number": f"OLD-{age}", "bill_on": ago(org, age), "due_on": ago(org, age - 15), "amount_minor": amount_minor}
    answer = owner.post(f"/credit/retailer/{shop}/opening-balance", {"bills": [old]})
    assert answer.status_code == 201, answer.text
    return answer.json["bills"][0]["bill_id"]


def test_old_bills_and_an_old_advance_and_its_application(owner: Caller, org: UUID, shop: str) -> None:
    opened(owner, org, shop)
    held = owner.post(f"/credit/retailer/{shop}/opening-balance", {"on_account_minor": 250_000})
    assert (held.json["on_account"]["unapplied_minor"], held.json["outstanding_minor"]) == (250_000, 1_000_000)
    applied = owner.post(f"/credit/retailer/{shop}/apply-advance", {}).json
    assert (applied["on_account_minor"], applied["allocations"][0]["amount_minor"]) == (0, 250_000)
    again = owner.post(f"/credit/retailer/{shop}/apply-advance", {})
    assert (again.status_code, again.json["code"]) == (409, "NOTHING_ON_ACCOUNT")
    aged = owner.get("/credit/ageing", view="collection").json
    assert {one["name"]: one["amount_minor"] for one in aged["buckets"] if one["bills"]} == {"31-60": 1_000_000}


def test_late_fees_are_shown_when_they_are_on_and_charged_by_hand(owner: Caller, org: UUID, shop: str) -> None:
    bill_id = opened(owner, org, shop)
    assert owner.get(f"/credit/retailer/{shop}/late-fees").json["due_minor"] == 0
    off = owner.post("/adjustment/late-fee", {"bill_id": bill_id, "reason": "as printed"})
    assert (off.status_code, off.json["code"]) == (409, "NO_LATE_FEE")
    setting(org, "late_fees", {"rate_bps": 1800, "grace_days": 0})
    assert owner.get(f"/credit/retailer/{shop}/late-fees").json["due_minor"] == 27_740
    charged = owner.post("/adjustment/late-fee", {"bill_id": bill_id, "reason": "as printed"})
    assert (charged.json["document"], charged.json["tax_minor"]) == (None, 0)
    assert (charged.status_code, charged.json["amount_minor"]) == (201, 27_740)
    assert owner.get(f"/credit/retailer/{shop}/late-fees").json["due_minor"] == 0


def test_a_discount_is_refused_with_what_is_missing_and_given_when_it_is_earned(
    owner: Caller, org: UUID, shop: str
) -> None:
    setting(org, "cash_discount", {"percent_bps": 100, "within_days": 20})
    bill_id = opened(owner, org, shop, age=16, amount_minor=10_000)
    asked = {"bill_id": bill_id, "reason": "paid soon"}
    refused = owner.post("/adjustment/cash-discount", asked)
    assert (refused.json["code"], refused.json["missing_minor"]) == ("DISCOUNT_NOT_EARNED", 9_900)
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 9_900, "method": "cash"})
    given = owner.post("/adjustment/cash-discount", asked).json
    assert (given["outstanding_minor"], given["credit_note"]["document_type"]) == (0, "commercial_credit_note")
    paper = owner.get(f"/invoices/{given['credit_note']['id']}").json
    assert (paper["total_minor"], paper["taxable_minor"], paper["lines"][0]["sku"]) == (100, 100, "CASH_DISCOUNT")


def discounted(owner: Caller, org: UUID, shop: str) -> tuple[str, dict[str, Any]]:
    """A bill of 100.00, paid all but a discount of 1.00 that was given: the payment's id and the discount."""
    setting(org, "cash_discount", {"percent_bps": 100, "within_days": 20})
    bill_id = opened(owner, org, shop, age=16, amount_minor=10_000)
    paid = owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 9_900, "method": "cash"}).json
    return paid["id"], owner.post("/adjustment/cash-discount", {"bill_id": bill_id, "reason": "paid soon"}).json


def documents_hold(org: UUID) -> bool:
    with db.transaction(org) as session:
        return doctor.examine(session, i10_invoice_totals.INVARIANT, org, doctor.FULL).status == doctor.HOLDS


def test_the_note_of_a_discount_goes_with_the_money_that_earned_it(owner: Caller, org: UUID, shop: str) -> None:
    payment_id, given = discounted(owner, org, shop)
    assert owner.post(f"/payment/{payment_id}/reverse", {"reason": "false notes"}).status_code == 200
    note = owner.get(f"/invoices/{given['credit_note']['id']}").json
    assert (note["status"], note["cancel_reason"]) == ("cancelled", "the money that earned it went back")
    assert owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"] == 10_000
    assert documents_hold(org)


@pytest.mark.parametrize("kind", ["goodwill", "return"])
def test_the_note_of_a_discount_goes_with_the_credit_that_settled_the_rest(
    owner: Caller, org: UUID, shop: str, kind: str
) -> None:
    setting(org, "cash_discount", {"percent_bps": 100, "within_days": 20})
    bill_id = opened(owner, org, shop, age=16, amount_minor=10_000)
    rest = {"retailer_id": shop, "kind": kind, "amount_minor": 900, "reason": "two were broken", "bill_id": bill_id}
    settled = owner.post("/adjustment/create", rest).json
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 9_009, "method": "cash"})
    given = owner.post("/adjustment/cash-discount", {"bill_id": bill_id, "reason": "paid soon"}).json
    assert given["outstanding_minor"] == 0
    undone = owner.post(f"/adjustment/{settled['id']}/reverse", {"reason": "they were whole"})
    assert (undone.status_code, undone.json["outstanding_minor"]) == (200, 991)
    note = owner.get(f"/invoices/{given['credit_note']['id']}").json
    assert (note["status"], note["cancel_reason"]) == ("cancelled", "the credit that earned it was taken back")
    assert documents_hold(org)


def test_a_discount_given_by_mistake_is_taken_back_with_its_note(owner: Caller, org: UUID, shop: str) -> None:
    _, given = discounted(owner, org, shop)
    undone = owner.post(f"/adjustment/{given['id']}/reverse", {"reason": "wrong bill"})
    assert (undone.status_code, undone.json["status"], undone.json["outstanding_minor"]) == (200, "reversed", 100)
    assert owner.get(f"/invoices/{given['credit_note']['id']}").json["status"] == "cancelled"
    assert documents_hold(org)


def test_a_dispute_is_opened_as_an_adjustment_too(owner: Caller, org: UUID, shop: str) -> None:
    bill_id = opened(owner, org, shop)
    asked = {"retailer_id": shop, "kind": "dispute", "amount_minor": 50_000, "reason": "short"}
    assert owner.post("/adjustment/create", asked).status_code == 422
    frozen = owner.post("/adjustment/create", {**asked, "bill_id": bill_id})
    assert (frozen.status_code, frozen.json["outstanding_minor"]) == (201, 1_200_000)
    assert owner.post(f"/adjustment/{frozen.json['id']}/reverse", {"reason": "no"}).status_code == 422
    settled = owner.post(f"/disputes/{frozen.json['dispute_id']}/settle", {"accepted_minor": 0, "reason": "no"})
    assert settled.json["status"] == "settled"
    assert owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"] == 1_250_000


def test_too_much_cash_is_taken_with_a_warning(owner: Caller, shop: str) -> None:
    paid = owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 20_000_000, "method": "cash"})
    assert (paid.status_code, paid.json["warnings"]) == (201, ["CASH_OVER_STATUTORY_LIMIT"])


def test_bad_input_writes_nothing(owner: Caller, org: UUID, shop: str, subtests: pytest.Subtests) -> None:
    old = {"number": "1", "bill_on": ago(org, 5), "amount_minor": 5}
    before = rows(org)
    for path, body in (
        (f"/credit/retailer/{shop}/opening-balance", {}),
        (f"/credit/retailer/{shop}/opening-balance", {"bills": [{**old, "amount_minor": 0}]}),
        (f"/credit/retailer/{shop}/opening-balance", {"bills": [{**old, "bill_on": "2999-01-01"}]}),
        (f"/credit/retailer/{shop}/opening-balance", {"bills": [old, old]}),
        (f"/credit/retailer/{shop}/opening-balance", {"on_account_minor": "5"}),
        ("/credit/retailer/ret_x/opening-balance", {"bills": [old]}),
        (f"/credit/retailer/{shop}/apply-advance", {"allocations": [{"bill_id": "bil_x", "amount_minor": 1}]}),
        ("/adjustment/late-fee", {"bill_id": "bil_x", "reason": "late"}),
        ("/adjustment/cash-discount", {"bill_id": "bil_x", "reason": "soon"}),
        ("/adjustment/cash-discount", {"reason": "soon"}),
    ):
        with subtests.test(path=path, body=body):
            answer = owner.post(path, body)
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.json["code"]
    assert rows(org) == before
    for wrong in ({"by": "size"}, {"view": "all"}, {"as_of": "soon"}):
        assert owner.get("/credit/ageing", **wrong).status_code == 422

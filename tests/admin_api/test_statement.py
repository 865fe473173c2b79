"""The statement and a past day over HTTP."""

from tests.admin_api.conftest import Caller


def test_a_statement_closes_with_what_is_owed(owner: Caller, shop: str) -> None:
    noted = {"retailer_id": shop, "kind": "other", "amount_minor": 5000, "reason": "crates"}
    assert owner.post("/adjustment/debit-note", noted).status_code == 201
    owner.post("/payment/record", {"retailer_id": shop, "amount_minor": 2000, "method": "cash"})
    told = owner.get(f"/credit/retailer/{shop}/statement").json
    assert [line["balance_minor"] for line in told["lines"]] == [5000, 3000]
    assert told["closing_minor"] == owner.get(f"/credit/retailer/{shop}").json["outstanding_minor"]
    empty = owner.get(f"/credit/retailer/{shop}/statement", from_on="2020-01-01", to_on="2020-12-31").json
    assert (empty["opening_minor"], empty["lines"], empty["closing_minor"]) == (0, [], 0)


def test_a_profile_of_a_past_day_and_what_is_no_period(owner: Caller, shop: str) -> None:
    then = owner.get(f"/credit/retailer/{shop}", as_of="2020-01-01")
    assert (then.status_code, then.json["limit_minor"], then.json["outstanding_minor"]) == (200, None, 0)
    for wrong in ({"from_on": "2026-02-01", "to_on": "2026-01-01"}, {"from_on": "yesterday"}):
        assert owner.get(f"/credit/retailer/{shop}/statement", **wrong).status_code == 422

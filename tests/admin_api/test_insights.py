"""Insights over the API: kept per shop, counted anew on demand and at night."""

from uuid import UUID

from core import db
from jobs import insights as job
from tests.admin_api.conftest import Caller


def test_a_shop_has_figures_and_a_message_in_its_language(owner: Caller, shop: str) -> None:
    facts = owner.get(f"/insights/{shop}").get_json()
    assert (facts["retailer_id"], facts["orders"], facts["average_order_minor"]) == (shop, 0, None)
    assert facts["usual_items"] == []
    message = owner.get(f"/insights/{shop}/message").get_json()
    assert message["language"] == "en"
    assert "in figures" in message["text"]


def test_what_is_kept_is_read_until_it_is_counted_again(owner: Caller, shop: str) -> None:
    assert owner.get(f"/insights/{shop}").get_json()["orders"] == 0
    order = {"retailer_id": shop, "payment_mode": "CASH", "lines": [{"sku": "SUGAR", "qty": 5, "unit": "kg"}]}
    total = owner.post("/orders", order).get_json()["total_minor"]
    assert owner.get(f"/insights/{shop}").get_json()["orders"] == 0
    assert owner.post("/insights/regenerate-all").get_json()["regenerated"] >= 1
    facts = owner.get(f"/insights/{shop}").get_json()
    assert (facts["orders"], facts["average_order_minor"]) == (1, total)


def test_the_overview_adds_up_the_shops(owner: Caller, shop: str) -> None:
    order = {"retailer_id": shop, "payment_mode": "CASH", "lines": [{"sku": "SUGAR", "qty": 5, "unit": "kg"}]}
    owner.post("/orders", order)
    owner.post("/insights/regenerate-all")
    told = owner.get("/insights/system/overview").get_json()
    assert told["orders"] >= 1
    assert told["total_minor"] >= told["average_order_minor"] > 0


def test_a_shop_of_others_is_not_found(owner: Caller) -> None:
    assert owner.get("/insights/ret_00000000000000000000000000").status_code == 404
    assert owner.get("/insights/nothing/message").status_code == 404


def test_the_nightly_job_counts_every_shop(org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        shops = db.execute(session, "SELECT count(*) FROM retailer WHERE org_id = %s", (str(org),)).scalar_one()
        assert job.run(session) == {"counted": shops}

"""What shops call things, over HTTP: listed in pages, removed by sellers, each in its own shop and organisation."""

from collections.abc import Callable
from uuid import UUID

import pytest

from core import db
from orders import learning
from parties import retailers
from tests.admin_api.conftest import Caller


@pytest.fixture
def names(org: UUID, shop: str) -> str:
    """The path to a shop's names: dal was heard twice, coke once."""
    with db.transaction(org) as session:
        retailer = retailers.find(session, shop)
        for said, sku in (("dal", "TOOR-L"), ("coke", "COKE-500"), ("daal", "TOOR-L")):
            learning.hear(session, retailer.id, said, sku)
    return f"/retailers/{shop}/learned-names"


def test_names_are_listed_with_what_they_mean_and_whether_they_apply(owner: Caller, names: str) -> None:
    dal, coke = owner.get(names).json["data"]
    assert (dal["said"], dal["sku"], dal["product"], dal["uses"]) == ("daal", "TOOR-L", "Toor / Arhar Dal (loose)", 2)
    assert (dal["applies"], coke["applies"]) == (True, False)
    assert dal["used_at"].endswith("Z")


def test_names_come_in_pages(owner: Caller, names: str) -> None:
    first = owner.get(names, limit=1).json
    assert (len(first["data"]), first["has_more"]) == (1, True)
    assert owner.get(names, limit=1, cursor=first["next_cursor"]).json["data"][0]["said"] == "coke"


def test_a_removed_name_is_gone_and_in_the_audit(owner: Caller, names: str) -> None:
    name_id = owner.get(names).json["data"][0]["id"]
    assert owner.delete(f"{names}/{name_id}").status_code == 204
    assert [one["said"] for one in owner.get(names).json["data"]] == ["coke"]
    assert owner.delete(f"{names}/{name_id}").status_code == 404
    told = owner.get(f"/audit/{names.split('/')[2]}", action="learned_name.*").json["data"]
    assert {entry["action"] for entry in told} == {"learned_name.learned", "learned_name.removed"}


def test_an_analyst_may_look_and_not_remove(org: UUID, sign_in: Callable[..., Caller], names: str) -> None:
    analyst = sign_in(org, "analyst")
    name_id = analyst.get(names).json["data"][0]["id"]
    assert analyst.delete(f"{names}/{name_id}").status_code == 403


@pytest.mark.parametrize("wrong", ["nonsense", "lrn_", "ret_00000000000000000000000000"])
def test_what_is_no_name_is_not_found(owner: Caller, names: str, wrong: str) -> None:
    assert owner.delete(f"{names}/{wrong}").status_code == 404


def test_nobody_sees_the_names_of_another_organisations_shop(
    new_org: Callable[..., UUID], sign_in: Callable[..., Caller], names: str
) -> None:
    assert sign_in(new_org()).get(names).status_code == 404

"""A shop's own names: learned after two uses, seen, removed, audited, and gone with the product."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids
from core.audit import AuditEntry
from core.errors import NotFound
from orders import learning
from orders.tables import Product
from parties.tables import Retailer


def audited(session: Session) -> list[str]:
    found = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("learned_name")))
    return list(found)


def named(session: Session, shop: UUID) -> list[tuple[str, str, int, bool]]:
    return [(one.said, one.sku, one.uses, one.applies) for one in learning.page(session, shop, limit=10)]


def test_a_name_is_learned_at_the_second_use_however_it_is_spelled(stocked: Session, shop: Retailer) -> None:
    assert not learning.hear(stocked, shop.id, "Meetha", "SUGAR")
    assert learning.aliases(stocked, shop.id) == {}
    assert learning.hear(stocked, shop.id, "mitha", "SUGAR")
    assert learning.aliases(stocked, shop.id) == {("mitha",): "SUGAR"}
    assert not learning.hear(stocked, shop.id, "mitha", "SUGAR")
    assert (named(stocked, shop.id), audited(stocked)) == (
        [("mitha", "SUGAR", 3, True)],
        ["learned_name.learned"],
    )


def test_another_meaning_starts_anew(stocked: Session, shop: Retailer) -> None:
    for sku in ("SUGAR", "SUGAR", "RICE-L"):
        learning.hear(stocked, shop.id, "bori wala", sku)
    assert learning.aliases(stocked, shop.id) == {}
    assert named(stocked, shop.id) == [("bori wala", "RICE-L", 1, False)]


@pytest.mark.parametrize("said", ["", "ka", "👍", "\n"])
def test_words_that_name_nothing_are_not_learned(stocked: Session, shop: Retailer, said: str) -> None:
    assert not learning.hear(stocked, shop.id, said, "SUGAR")
    assert named(stocked, shop.id) == []


def test_what_is_not_in_the_catalogue_is_not_learned(stocked: Session, shop: Retailer) -> None:
    assert not learning.hear(stocked, shop.id, "dal", "NO-SUCH")
    assert named(stocked, shop.id) == []


def test_a_name_is_one_shops_own(stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]) -> None:
    other = make_retailer(stocked)
    for _ in range(2):
        learning.hear(stocked, shop.id, "mitha", "SUGAR")
    assert learning.aliases(stocked, other.id) == {}


def test_a_name_of_what_is_no_longer_sold_does_not_apply(stocked: Session, shop: Retailer) -> None:
    for _ in range(2):
        learning.hear(stocked, shop.id, "mitha", "SUGAR")
    stocked.scalars(select(Product).where(Product.sku == "SUGAR")).one().active = False
    stocked.flush()
    assert learning.aliases(stocked, shop.id) == {}
    assert named(stocked, shop.id) == [("mitha", "SUGAR", 2, False)]


def test_a_removed_name_is_forgotten_and_the_removal_is_kept(
    stocked: Session, shop: Retailer, make_retailer: Callable[..., Retailer]
) -> None:
    for _ in range(2):
        learning.hear(stocked, shop.id, "mitha", "SUGAR")
    [row] = learning.page(stocked, shop.id, limit=10)
    with pytest.raises(NotFound):
        learning.remove(stocked, make_retailer(stocked).id, row.id)
    learning.remove(stocked, shop.id, row.id)
    assert learning.aliases(stocked, shop.id) == {}
    assert audited(stocked) == ["learned_name.learned", "learned_name.removed"]
    with pytest.raises(NotFound):
        learning.remove(stocked, shop.id, row.id)
    with pytest.raises(NotFound):
        learning.remove(stocked, shop.id, ids.new())

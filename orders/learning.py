"""What a shop calls things: the answer to a question becomes the shop's own name for a product after two uses.

"Dal" means three products to the catalogue and, twice answered, one to this shop. Such a name only ever answers a
question that would be asked anyway: what the catalogue knows exactly stays as it is. Staff see the names and may remove
them; the audit keeps what was learned and what was removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, clock, db, ids
from core.errors import NotFound
from language.lexicon import name_of
from orders.tables import LearnedName, Product
from orders.understanding import read
from orders.understanding.facts import Context, Understanding
from orders.understanding.index import Index
from orders.understanding.items import Phrase
from parties import retailers

USES_TO_LEARN = 2
MAX_NAMES = 200  # of one shop that are read with a message: those it used last
PREFIX = "lrn"

_HEARD = """
INSERT INTO learned_name (org_id, id, retailer_id, name, said, product_id, uses, used_at)
SELECT %(org)s, %(id)s, %(shop)s, %(name)s, %(said)s, p.id, 1, %(now)s
FROM product p WHERE p.org_id = %(org)s AND p.sku = %(sku)s
ON CONFLICT (org_id, retailer_id, name) DO UPDATE SET
    uses = CASE WHEN learned_name.product_id = EXCLUDED.product_id THEN learned_name.uses + 1 ELSE 1 END,
    product_id = EXCLUDED.product_id, said = EXCLUDED.said, used_at = EXCLUDED.used_at
RETURNING id, uses
"""
_ALIASES = """
SELECT l.name, p.sku FROM learned_name l JOIN product p ON p.org_id = l.org_id AND p.id = l.product_id
WHERE l.org_id = %s AND l.retailer_id = %s AND l.uses >= %s AND p.active ORDER BY l.used_at DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Learned:
    """One name as staff see it. `applies` once it was used twice and while the product is sold."""

    id: UUID
    said: str
    sku: str
    product: str
    uses: int
    used_at: datetime
    applies: bool

    @property
    def public_id(self) -> str:
        return public_id(self.id)


def hear(session: Session, retailer_id: UUID, said: str, sku: str) -> bool:
    """Note that the shop meant this product by these words; True when that makes it the shop's own name (audited).

    The same words for another product start anew.
    """
    name = name_of(said)
    if not name:
        return False
    facts = {
        "org": str(db.org_of(session)), "id": str(ids.new()), "shop": str(retailer_id), "name": " ".join(name),
        "said": said, "sku": sku, "now": clock.now(),
    }  # fmt: skip
    found = db.execute(session, _HEARD, facts).first()
    if found is None or found.uses != USES_TO_LEARN:
        return False
    _audit(session, retailer_id, "learned_name.learned", found.id, after={"said": said, "sku": sku})
    return True


def aliases(session: Session, retailer_id: UUID) -> Mapping[Phrase, str]:
    """The shop's own names, as sounds, with the product each means; only what is still sold."""
    values = (str(db.org_of(session)), str(retailer_id), USES_TO_LEARN, MAX_NAMES)
    return {tuple(row.name.split()): row.sku for row in db.execute(session, _ALIASES, values)}


def understand(session: Session, retailer_id: UUID, index: Index, text: str, context: Context) -> Understanding:
    """A message, understood; the shop's own names, a query, only when something would have to be asked."""
    found = read.understand(index, text, context=context)
    learned = aliases(session, retailer_id) if found.questions else {}
    return read.understand(index, text, context=replace(context, learned=learned)) if learned else found


def page(session: Session, retailer_id: UUID, *, limit: int, after: UUID | None = None) -> list[Learned]:
    """The shop's names, the first heard first."""
    query = select(LearnedName, Product).join(
        Product, (Product.org_id == LearnedName.org_id) & (Product.id == LearnedName.product_id)
    )
    query = query.where(LearnedName.org_id == db.org_of(session), LearnedName.retailer_id == retailer_id)
    if after is not None:
        query = query.where(LearnedName.id > after)
    return [_shown(*row) for row in session.execute(query.order_by(LearnedName.id).limit(limit))]


def remove(session: Session, retailer_id: UUID, name_id: UUID) -> None:
    """Forget a name: its words are asked about again. Audited. Raises NotFound."""
    row = session.get(LearnedName, (db.org_of(session), name_id), with_for_update=True)
    if row is None or row.retailer_id != retailer_id:
        raise NotFound(id=public_id(name_id))
    product = session.get_one(Product, (row.org_id, row.product_id))
    before = {"said": row.said, "sku": product.sku, "uses": row.uses}
    session.delete(row)
    session.flush()
    _audit(session, retailer_id, "learned_name.removed", name_id, before=before)


def public_id(name_id: UUID) -> str:
    """`lrn_...`"""
    return ids.public(PREFIX, name_id)


def _shown(row: LearnedName, product: Product) -> Learned:
    applies = row.uses >= USES_TO_LEARN and product.active
    return Learned(row.id, row.said, product.sku, product.name, row.uses, row.used_at, applies)


def _audit(session: Session, retailer_id: UUID, action: str, name_id: UUID, *, before: dict[str, object] | None = None,
           after: dict[str, object] | None = None) -> None:  # fmt: skip
    audit.record(
        session,
        action,
        subject=public_id(name_id),
        retailer_id=retailer_id,
        before=before,
        after={"retailer": retailers.public_id(retailer_id), **after} if after else None,
    )

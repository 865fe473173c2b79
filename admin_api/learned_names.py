"""What shops call things: names learned from their answers, seen and removed."""

from typing import Any

from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.learned_names import LearnedNameOut
from admin_api.answers.shape import page_of
from admin_api.shapes import Listed, PageQuery, decode, page
from admin_api.spec import Blueprint
from core import ids
from orders import learning
from parties import retailers
from parties.roles import EVERYBODY, SELLERS

blueprint = Blueprint(
    "learned_names", __name__, url_prefix="/api/v1/admin/retailers", description="What shops call things"
)


@blueprint.route("/<retailer_id>/learned-names", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(LearnedNameOut))
def list_names(session: Session, query: dict[str, Any], retailer_id: str) -> Listed:
    """The shop's own names for products; one applies after two uses, while the product is sold."""
    limit, position = query["limit"], decode(query["cursor"])
    after = ids.parse(learning.PREFIX, position) if position else None
    rows = learning.page(session, retailers.find(session, retailer_id).id, limit=limit + 1, after=after)
    return page(rows, limit, lambda row: row.public_id)


@blueprint.route("/<retailer_id>/learned-names/<name_id>", methods=["DELETE"])
@operation(SELLERS)
@blueprint.response(204)
def remove(session: Session, retailer_id: str, name_id: str) -> None:
    """Forget a name; its words are asked about again."""
    learning.remove(session, retailers.find(session, retailer_id).id, ids.parse(learning.PREFIX, name_id))

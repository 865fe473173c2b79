"""Forgetting what a shop calls something. The names stand on the shop's page."""

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from console.access import page
from core import ids
from core.errors import NotFound
from orders import learning
from parties import retailers
from parties.roles import SELLERS

blueprint = Blueprint("learned_names", __name__, url_prefix="/retailers/<retailer_id>/learned-names")


@blueprint.post("/<name_id>/remove")
@page(SELLERS)
def remove(session: Session, retailer_id: str, name_id: str) -> Answer:
    """Forget a name and show the shop again. A second tap finds it gone, which is what was wanted."""
    shop = retailers.find(session, retailer_id)
    name = ids.parse(learning.PREFIX, name_id)
    try:
        learning.remove(session, shop.id, name)
        done = "removed"
    except NotFound:
        done = "gone"
    return redirect(url_for("console.retailers.read", retailer_id=retailer_id, done=done, _anchor="names"), 303)

"""Shops: found by name, code or phone; what one may buy on credit, and what it calls things."""

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from console.access import page
from core import ids
from credit import accounts, decisions
from orders import learning
from parties import retailers
from parties.roles import EVERYBODY, SELLERS

ROWS = 25
LONGEST_SEARCH = 100

blueprint = Blueprint("retailers", __name__, url_prefix="/retailers")


@blueprint.get("")
@page(EVERYBODY)
def list_retailers(session: Session) -> str:
    """Shops by code, `q` searched for, behind the code `after`."""
    wanted = _said("q").strip()[:LONGEST_SEARCH]
    rows = retailers.page(session, limit=ROWS + 1, after=_said("after") or None, search=wanted)
    return render_template(
        "console/retailers.html",
        shops=[(retailers.public_id(shop.id), shop) for shop in rows[:ROWS]],
        search=wanted,
        is_first=not request.args.get("after"),
        next_after=rows[ROWS - 1].code if len(rows) > ROWS else None,
    )


@blueprint.get("/<retailer_id>")
@page(EVERYBODY)
def read(session: Session, retailer_id: str) -> str:
    """One shop, with its own names for products behind the one called `after`."""
    shop = retailers.find(session, retailer_id)
    after = ids.parse(learning.PREFIX, request.args["after"]) if request.args.get("after") else None
    names = learning.page(session, shop.id, limit=ROWS + 1, after=after)
    account = accounts.get(session, shop.id)
    return render_template(
        "console/retailer.html",
        shop=shop,
        shop_id=retailer_id,
        standing=decisions.status_of(account).lower(),
        is_stopped=decisions.is_stopped(account),
        stopped_for=account.block_reason or account.pause_reason,
        account=accounts.position(session, shop.id),
        names=names[:ROWS],
        is_first=after is None,
        next_after=names[ROWS - 1].public_id if len(names) > ROWS else None,
        uses_to_learn=learning.USES_TO_LEARN,
        removers=SELLERS,
        done=request.args.get("done"),
    )


def _said(name: str) -> str:
    """A word of the address without the one sign that the database does not take."""
    return request.args.get(name, "").replace("\0", "")

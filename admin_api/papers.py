"""Papers that are no tax documents: statements and order confirmations, their prints, their links."""

from typing import Any

from flask import Response
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.papers import NewShareOut, PaperOut, PrintedOut, RevokedOut, ShareOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Day, Id, Listed, Nothing, PageQuery, Strict, Text, decode, page
from admin_api.spec import Blueprint
from core import ids
from invoicing import papers, sharing
from invoicing.tables import ORDER_CONFIRMATION, STATEMENT, Paper
from parties import retailers
from parties.roles import EVERYBODY, SELLERS
from reports import statement_paper

blueprint = Blueprint("papers", __name__, url_prefix="/api/v1/admin/papers", description="Statements and confirmations")


class PapersQuery(PageQuery):
    """Which papers: of a shop, of a kind."""

    retailer_id = Id(load_default=None, allow_none=True)
    kind = fields.String(load_default=None, validate=validate.OneOf((STATEMENT, ORDER_CONFIRMATION)))


class StatementIn(Strict):
    """Whose account, and the period: the last 30 days without one."""

    retailer_id = Id(needed=True)
    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)


class SizeQuery(Strict):
    """A4 or a roll of 80 mm."""

    size = fields.String(load_default="a4", validate=validate.OneOf(papers.SIZES))


class Undone(Strict):
    """Why something is undone."""

    reason = Text(longest=500, needed=True)


@blueprint.route("", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PapersQuery, location="query")
@blueprint.response(200, page_of(PaperOut))
def index(session: Session, query: dict[str, Any]) -> Listed:
    """Papers, newest first."""
    limit, after = query["limit"], decode(query["cursor"])
    rows = papers.page(
        session,
        retailer_id=retailers.find(session, query["retailer_id"]).id if query["retailer_id"] else None,
        kind=query["kind"],
        limit=limit + 1,
        after=ids.parse("ppr", after) if after else None,
    )
    return page(rows, limit, lambda paper: ids.public("ppr", paper.id))


@blueprint.route("/statements", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(StatementIn)
@blueprint.response(201, PaperOut)
def statement(session: Session, given: dict[str, Any]) -> Paper:
    """Keep a shop's statement of a period as it stands now."""
    shop = retailers.find(session, given["retailer_id"])
    kept = statement_paper.keep(session, shop.id, given["from_on"], given["to_on"])
    return papers.kept_paper(session, kept)


@blueprint.route("/<paper_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, PrintedOut)
def read(session: Session, paper_id: str) -> Paper:
    """One paper with all that it prints."""
    return _find(session, paper_id)


@blueprint.route("/<paper_id>/pdf", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(SizeQuery, location="query")
@blueprint.response(200, files=["application/pdf"])
def pdf(session: Session, query: dict[str, Any], paper_id: str) -> Response:
    """The paper as a PDF."""
    return answered(papers.pdf(session, _find(session, paper_id).id, size=query["size"]))


@blueprint.route("/<paper_id>/links", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(201, NewShareOut)
def share(session: Session, _given: dict[str, Any], paper_id: str) -> Beside:
    """A link to the PDF for seven days. It is shown this once: only its hash is kept."""
    kept = _find(session, paper_id)
    url = sharing.mint(session, kept.id)
    return Beside(sharing.links(session, kept.id)[0], url=url)


@blueprint.route("/<paper_id>/links", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, page_of(ShareOut))
def links(session: Session, paper_id: str) -> Listed:
    """The links that were given to people, and how often each was followed."""
    return Listed(sharing.links(session, _find(session, paper_id).id))


@blueprint.route("/<paper_id>/links/revoke", methods=["POST"])
@operation(SELLERS, idempotent=True)
@blueprint.arguments(Undone)
@blueprint.response(200, RevokedOut)
def revoke(session: Session, why: dict[str, Any], paper_id: str) -> dict[str, Any]:
    """End every live link of the paper at once."""
    return {"revoked": sharing.revoke(session, _find(session, paper_id).id, why["reason"])}


def answered(print_: papers.Pdf) -> Response:
    """A PDF to keep, not to cache."""
    answer = Response(print_.content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{print_.filename}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _find(session: Session, paper_id: str) -> Paper:
    return papers.kept_paper(session, ids.parse("ppr", paper_id))

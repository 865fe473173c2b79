"""Invoices behind a share link: the same answer for wrong, expired and revoked ones. Looking is only counted."""

from flask import Blueprint, Response, abort

from core import db
from invoicing import papers, sharing

blueprint = Blueprint("documents", __name__)

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@blueprint.get("/i/<token>/<name>.pdf")
def shared_invoice(token: str, name: str) -> Response:
    """The PDF behind a live link, for Twilio's fetch and for people."""
    found = sharing.find(token)
    if found is None:
        abort(404)
    with db.transaction(found.org_id) as session:
        paper = papers.pdf(session, found.invoice_id)
    answer = Response(paper.content, mimetype="application/pdf")
    answer.headers.update(HEADERS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.filename}"'
    return answer

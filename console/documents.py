"""Documents behind a share link: the same answer for wrong, expired and revoked ones. Looking is counted and noted.

A live link to a document that was cancelled since leads to a page that says so: whoever was to pay it has the link.
"""

import time
from ipaddress import ip_address, ip_network

from flask import Blueprint, Response, abort, render_template, request

from core import db, logs
from invoicing import listing, papers, sharing
from invoicing.sharing import LinkedDocument

blueprint = Blueprint("documents", __name__)

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
MOST_MISSES = 30  # wrong links from one network in a minute, in one process
MOST_NETWORKS = 10_000
MINUTE = 60.0
NETWORK_BITS = {4: 24, 6: 48}

_log = logs.get("documents")
_misses: dict[str, tuple[float, int]] = {}


@blueprint.get("/i/<token>/<name>.pdf")
def shared_document(token: str, name: str) -> Response:
    """The PDF behind a live link, for the provider and for people. HEAD only looks: our check before sending."""
    network = network_of(request.remote_addr)
    if _is_guessing(network):
        abort(429)
    visitor = sharing.LinkVisitor(network, request.headers.get("User-Agent", "")) if request.method == "GET" else None
    try:
        found = sharing.find(token, visitor)
    except sharing.TooOften:
        _log.warning("document.too_often", network=network)
        abort(429)
    if found is None:
        _miss(network)
        abort(404)
    if found.is_cancelled:
        return _gone(found)
    with db.transaction(found.org_id) as session:
        paper = papers.pdf(session, found.document_id)
    if visitor is not None:
        _log.info("document.fetched", document=str(found.document_id), network=network)
    answer = Response(paper.content, mimetype="application/pdf")
    answer.headers.update(HEADERS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.filename}"'
    return answer


def _gone(found: LinkedDocument) -> Response:
    """The small page of a cancelled document: its number, and that nothing is to be paid for it."""
    with db.transaction(found.org_id) as session:
        page = render_template("console/cancelled.html", document=listing.get(session, found.document_id))
    answer = Response(page, status=410, mimetype="text/html")
    answer.headers.update(HEADERS)
    return answer


def network_of(address: str | None) -> str:
    """`203.0.113.0/24`: enough to see a pattern, too little to find a person."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{known}/{NETWORK_BITS[known.version]}", strict=False))


def _is_guessing(network: str) -> bool:
    since, count = _misses.get(network, (0.0, 0))
    return count >= MOST_MISSES and time.monotonic() - since < MINUTE


def _miss(network: str) -> None:
    now = time.monotonic()
    since, count = _misses.get(network, (now, 0))
    if len(_misses) >= MOST_NETWORKS:
        _misses.clear()
    _misses[network] = (since, count + 1) if now - since < MINUTE else (now, 1)

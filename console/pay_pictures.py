"""UPI codes behind their links, for the provider's fetch: the same answer for wrong and expired ones."""

from flask import Blueprint, Response, abort

from console.documents import HEADERS
from invoicing import pay_codes

blueprint = Blueprint("pay_pictures", __name__)


@blueprint.get("/i/<token>/<name>.png")
def pay_code(token: str, name: str) -> Response:
    """The picture behind a live link."""
    picture = pay_codes.find(token)
    if picture is None:
        abort(404)
    answer = Response(picture.content, mimetype="image/png")
    answer.headers.update(HEADERS)
    answer.headers["Content-Disposition"] = f'inline; filename="{picture.filename}"'
    return answer

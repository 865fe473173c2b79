"""What leaves Bahi as a file: the books and the returns, each of one moment, each noted in the audit trail."""

import io
import tempfile
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response, g, send_file
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api.access import operation
from admin_api.answers.exports import FiledOut, RegistrationCheckOut
from admin_api.answers.shape import Beside, page_of
from admin_api.shapes import Day, Listed, Strict, Text
from admin_api.spec import Blueprint
from core import audit, db
from credit import days
from invoicing import filed, papers
from invoicing.tables import FiledReturn
from parties import organisations
from parties.roles import BOOKKEEPERS
from reports import issued, plain_json
from reports import period as periods
from reports.books import journal, register, tally
from reports.period import Period
from reports.returns import einvoice, filing

blueprint = Blueprint("exports", __name__, url_prefix="/api/v1/admin/exports", description="Books and returns")

JSON = "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY_BYTES = 1024 * 1024  # what is larger waits in a file until it is sent


class Month(Strict):
    """Which month, such as 2026-11."""

    month = Text(longest=7, needed=True)


class FiledIn(Strict):
    """A month whose GSTR-1 was filed: the portal's reference (ARN), and the day; today when left out."""

    month = Text(longest=7, needed=True)
    reference = Text(longest=40, needed=True)
    filed_on = Day(load_default=None, allow_none=True)


class Covered(Strict):
    """Which days: a month such as 2026-11, or the first and the last day."""

    month = Text(longest=7, load_default=None)
    from_on = Day(load_default=None, data_key="from")
    to_on = Day(load_default=None, data_key="to")


class EInvoiceQuery(Covered):
    """Which documents: of these days, or the one with this number."""

    number = Text(longest=16, load_default=None)


class Answered(Strict):
    """What the portal answered for a document: the IRN, and the signed code (JWT)."""

    number = Text(longest=16, needed=True)
    irn = Text(longest=64, needed=True)
    signed_code = Text(longest=8_000, load_default="")


class RegisterQuery(Covered):
    """Which days, and in which form."""

    form = fields.String(load_default="csv", data_key="format", validate=validate.OneOf(["csv", "xlsx"]))


class BooksUntil(Strict):
    """Until when; without it everything."""

    as_of = Day(load_default=None)


@blueprint.route("/journal", methods=["GET"])
@operation(BOOKKEEPERS, snapshot=True)
@blueprint.arguments(BooksUntil, location="query")
@blueprint.response(200, files=["text/plain"])
def journal_file(session: Session, query: dict[str, Any]) -> Response:
    """The whole ledger as a plain-text journal (hledger); every shop's balance is its outstanding."""
    file = answer("books.journal", "text/plain; charset=utf-8", journal.write(session, query["as_of"]))
    note("journal", as_of=query["as_of"])
    return file


@blueprint.route("/gstr1", methods=["GET"])
@operation(BOOKKEEPERS, snapshot=True)
@blueprint.arguments(Month, location="query")
@blueprint.response(200, files=[JSON])
def gstr1_file(session: Session, query: dict[str, Any]) -> Response:
    """GSTR-1 of a month as the portal's JSON. Refused when it would not tie out with the documents."""
    period = periods.month(query["month"])
    file = answer(f"GSTR1-{period.from_on:%m%Y}.json", JSON, filing.write_gstr1(session, period))
    note("gstr1", month=query["month"])
    return file


@blueprint.route("/gstr1/filed", methods=["POST"])
@operation(BOOKKEEPERS, idempotent=True)
@blueprint.arguments(FiledIn)
@blueprint.response(201, FiledOut)
def close_month(session: Session, given: dict[str, Any]) -> FiledReturn:
    """Note that a month's GSTR-1 was filed at the portal: none of its documents can be cancelled from then on."""
    period = periods.month(given["month"])
    filed_on = given["filed_on"] or days.today(session)
    return filing.close(session, period, filed_on, given["reference"], g.who.role)


@blueprint.route("/gstr1/filed", methods=["GET"])
@operation(BOOKKEEPERS)
@blueprint.response(200, page_of(FiledOut))
def filed_months(session: Session) -> Listed:
    """The months whose GSTR-1 was filed, newest first, and what they said."""
    return Listed(filed.listed(session))


@blueprint.route("/sales-register", methods=["GET"])
@operation(BOOKKEEPERS, snapshot=True)
@blueprint.arguments(RegisterQuery, location="query")
@blueprint.response(200, files=["text/csv", XLSX])
def register_file(session: Session, query: dict[str, Any]) -> Response:
    """Every document with its tax, signed so that columns add up; as CSV, or as a workbook with a sheet by rate."""
    period, form = _period(query), query["form"]
    name = f"sales-register-{period.from_on}-{period.to_on}.{form}"
    if form == "xlsx":
        file = answer(name, XLSX, register.write_xlsx(session, period))
    else:
        file = answer(name, "text/csv; charset=utf-8", register.write_csv(session, period))
    note("sales-register", format=form, **_asked(query))
    return file


@blueprint.route("/tally", methods=["GET"])
@operation(BOOKKEEPERS, snapshot=True)
@blueprint.arguments(Covered, location="query")
@blueprint.response(200, files=["application/xml"])
def tally_file(session: Session, query: dict[str, Any]) -> Response:
    """Ledgers and vouchers that Tally imports: sales, receipts, credit and debit notes, journals."""
    period = _period(query)
    name = f"tally-{period.from_on}-{period.to_on}.xml"
    file = answer(name, "application/xml", tally.write(session, period))
    note("tally", **_asked(query))
    return file


@blueprint.route("/einvoice", methods=["GET"])
@operation(BOOKKEEPERS, snapshot=True)
@blueprint.arguments(EInvoiceQuery, location="query")
@blueprint.response(200, files=[JSON])
def einvoice_file(session: Session, query: dict[str, Any]) -> Response:
    """E-invoices (schema 1.1): `{invoices, incomplete}` of some days, or the document with a number alone."""
    if query["number"]:
        name, found = papers.stem(query["number"]), einvoice.of(issued.by_number(session, query["number"]))
    else:
        period = _period(query)
        name, found = f"{period.from_on}-{period.to_on}", filing.einvoices(session, period)
    file = answer(f"einvoice-{name}.json", JSON, plain_json.pieces(found))
    note("einvoice", number=query["number"], **_asked(query))
    return file


@blueprint.route("/einvoice/check", methods=["POST"])
@operation(BOOKKEEPERS)
@blueprint.arguments(Answered)
@blueprint.response(200, RegistrationCheckOut)
def check_registration(session: Session, given: dict[str, Any]) -> Beside:
    """Does what the portal answered belong to this document? Valid only when a known portal signed it."""
    checked = filing.check_registration(session, given["number"], given["irn"], given["signed_code"])
    return Beside(checked, number=given["number"])


def _period(query: dict[str, Any]) -> Period:
    return periods.given(query["month"], query["from_on"], query["to_on"])


def _asked(query: dict[str, Any]) -> dict[str, Any]:
    return {"month": query["month"], "from": query["from_on"], "to": query["to_on"]}


def answer(name: str, mimetype: str, pieces: Iterable[str | bytes]) -> Response:
    """A file to download. It is written before the transaction ends and sent after, however slow the reader is."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115  the response closes it
    for piece in pieces:
        file.write(piece.encode() if isinstance(piece, str) else piece)
    size = file.tell()
    file.seek(0, io.SEEK_SET)
    response = send_file(file, mimetype, as_attachment=True, download_name=name, etag=False)
    response.content_length = size
    response.headers["Cache-Control"] = "no-store"
    return response


def note(what: str, **asked: date | str | None) -> None:
    """Say in the audit trail who asked for what, in a transaction of its own: the export's own one can only read."""
    facts = {name: str(value) for name, value in asked.items() if value is not None}
    db.run(lambda session: _record(session, {"export": what, **facts}), g.who.org_id)


def _record(session: Session, facts: dict[str, str]) -> None:
    audit.record(session, "export.requested", subject=organisations.public_id(db.org_of(session)), after=facts)

"""Guardrails: the rules that stop credit orders, who is near them, and what an order would be told."""

from dataclasses import replace
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from admin_api import preconditions, setting_fields
from admin_api.access import operation
from admin_api.answers.guardrails import AtRiskOut, EvaluatedOut, LadderOut, ShopTermsOut, VerdictOut, WhatIfOut
from admin_api.answers.shape import page_of
from admin_api.shapes import (
    NOT_OURS,
    Count,
    Id,
    Listed,
    Nothing,
    PageQuery,
    PositiveMinor,
    Strict,
    Text,
    decode,
    page,
)
from admin_api.spec import Blueprint
from core import ids
from core.errors import Invalid
from core.options import Whole
from credit import accounts, groups, guardrails, ladder, rules, terms
from credit.accounts import Terms
from credit.tables import CreditAccount
from parties import organisations, retailers
from parties.roles import EVERYBODY, FOUNDERS
from reports import profile, watchlist, what_if
from reports.what_if import Replay

blueprint = Blueprint(
    "guardrails", __name__, url_prefix="/api/v1/admin/guardrails", description="Rules that stop credit orders"
)
Answer = tuple[dict[str, Any], int, dict[str, str]]


class OrderToJudge(Strict):
    """An order that somebody thinks of."""

    retailer_id = Id(needed=True)
    order_amount_minor = PositiveMinor(required=True)
    payment_mode = fields.String(required=True, validate=validate.OneOf(["CREDIT", "CASH"]))


TermsIn = setting_fields.schema(
    "TermsIn",
    Terms.kinds(),
    group_id=Id(allow_none=True),
    reason=Text(longest=500, needed=True),
    __doc__="Terms of a shop; what is left out stays as it is. `limit_minor` null = no credit, 0 = prepay.",
)


def _tried(kind: Whole) -> Count:
    return Count(validate=validate.Range(min=kind.least, max=kind.most))


WhatIf = type(
    "WhatIf",
    (Strict,),
    {
        **{name: _tried(kind) for name, kind in terms.tried().items()},
        "days": Count(load_default=what_if.DAYS, validate=validate.Range(min=1, max=what_if.DAYS)),
        "__doc__": "The terms to try, over so many days back.",
    },
)


class LadderIn(Strict):
    """From which value on which rule fires, by level; a rule that is not named is off."""

    watch = fields.Dict(keys=fields.String(), values=PositiveMinor(), load_default=dict)
    pause = fields.Dict(keys=fields.String(), values=PositiveMinor(), load_default=dict)
    block = fields.Dict(keys=fields.String(), values=PositiveMinor(), load_default=dict)
    reason = Text(longest=500, needed=True)


@blueprint.route("/validate-order", methods=["POST"])
@operation(EVERYBODY)
@blueprint.arguments(OrderToJudge)
@blueprint.response(200, VerdictOut)
def validate_order(session: Session, asked: dict[str, Any]) -> dict[str, Any]:
    """All failing rules in order, with the numbers and what would help; nothing is reserved."""
    retailer = retailers.find(session, asked["retailer_id"])
    verdict = guardrails.judge(session, retailer.id, asked["order_amount_minor"], asked["payment_mode"])
    return verdict.as_dict()


@blueprint.route("/<retailer_id>", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, ShopTermsOut)
def read(session: Session, retailer_id: str) -> Answer:
    """A shop's terms, with the ETag that a change must name."""
    return _answer(accounts.get(session, retailers.find(session, retailer_id).id))


@blueprint.route("/<retailer_id>", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(TermsIn)
@blueprint.response(200, ShopTermsOut)
def change(session: Session, given: dict[str, Any], retailer_id: str) -> Answer:
    """Change a shop's terms. A limit below what is owed is allowed and only stops new orders."""
    seen = preconditions.version()
    shop = retailers.find(session, retailer_id).id
    account = accounts.get(session, shop, lock=True)
    if account.version != seen:
        raise accounts.Stale(version=account.version)
    reason = given.pop("reason")
    if "group_id" in given:
        group_id = given.pop("group_id")
        groups.join(session, shop, ids.parse("grp", group_id) if group_id else None, reason)
    accounts.set_terms(session, shop, replace(accounts.terms_of(account), **given), reason)
    return _answer(accounts.get(session, shop))


@blueprint.route("/<retailer_id>/what-if", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(WhatIf, location="query")
@blueprint.response(200, WhatIfOut)
def what_if_terms(session: Session, changes: dict[str, Any], retailer_id: str) -> Replay:
    """The credit orders of the last 90 days as other terms would have judged them; nothing is changed."""
    days = changes.pop("days")
    if not changes:
        raise Invalid(f"Name what changes: {', '.join(terms.TRIED)}.", field="limit_minor")
    return what_if.replay(session, retailers.find(session, retailer_id).id, changes, days)


@blueprint.route("/evaluate-all", methods=["POST"])
@operation(FOUNDERS, idempotent=True)
@blueprint.arguments(Nothing)
@blueprint.response(200, EvaluatedOut)
def evaluate_all(session: Session, _given: dict[str, Any]) -> dict[str, Any]:
    """Apply the status rules to every shop now; those that are paused or restored by it are told."""
    changed = ladder.evaluate_all(session, "asked")
    return {
        "changed": [
            {
                "retailer_id": one.retailer_id,
                "status_before": one.was,
                "status_after": one.status,
                "fired": [f"{tried.level}: {tried.rule} {tried.value} (from {tried.threshold})" for tried in one.fired],
            }
            for one in changed
        ]
    }


@blueprint.route("/at-risk", methods=["GET"])
@operation(EVERYBODY)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, page_of(AtRiskOut))
def at_risk(session: Session, query: dict[str, Any]) -> Listed:
    """Shops that are watched or stopped, or about to be: the rule that fired and the next automatic step."""
    limit, position = query["limit"], decode(query["cursor"]) or "0"
    if not position.isdecimal() or len(position) > 9:
        raise Invalid(NOT_OURS)
    rows = watchlist.at_risk(session, limit + 1, int(position))
    return page(rows, limit, lambda _row: str(int(position) + limit))


@blueprint.route("/ladder", methods=["GET"])
@operation(EVERYBODY)
@blueprint.response(200, LadderOut)
def read_ladder(session: Session) -> Answer:
    """The thresholds of the status rules, with the ETag that a change must name."""
    return _ladder(session)


@blueprint.route("/ladder", methods=["PUT"])
@operation(FOUNDERS)
@blueprint.doc(**preconditions.GUARDED)
@blueprint.arguments(LadderIn)
@blueprint.response(200, LadderOut)
def change_ladder(session: Session, given: dict[str, Any]) -> Answer:
    """Replace the thresholds of the status rules: what they lift is lifted at once, what they stop next time."""
    reason = given.pop("reason")
    ladder.configure(session, given, reason, preconditions.version())
    return _ladder(session)


def _ladder(session: Session) -> Answer:
    return rules.configured(session), 200, preconditions.tag(organisations.get(session).settings_version)


def _answer(account: CreditAccount) -> Answer:
    body = {
        "retailer_id": account.retailer_id,
        "currency": account.currency,
        **profile.guardrails_of(account),
    }
    return body, 200, preconditions.tag(account.version)

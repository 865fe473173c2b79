"""The JSON API of founders and staff: one file per noun, every route with its permission.

A request is one transaction of one organisation, named by the access token and by nothing else. Errors are
problem+json; what is not yours is not found; POSTs that move money, orders or messages need an Idempotency-Key.
"""

from flask import Flask

from admin_api import (
    access,
    adjustments,
    audit,
    auth,
    balances,
    cheques,
    claims,
    conversations,
    credit,
    disputes,
    docs,
    exports,
    groups,
    guardrails,
    insights,
    invoices,
    learned_names,
    orders,
    overrides,
    papers,
    payment_links,
    payments,
    problems,
    products,
    promises,
    refunds,
    retailers,
    selling,
    settings,
    stock,
    tasks,
)
from admin_api.spec import BahiApi

NOUNS = (
    auth,
    credit,
    balances,
    payments,
    refunds,
    payment_links,
    adjustments,
    cheques,
    claims,
    conversations,
    promises,
    disputes,
    orders,
    invoices,
    papers,
    guardrails,
    insights,
    groups,
    overrides,
    audit,
    retailers,
    learned_names,
    products,
    stock,
    selling,
    settings,
    tasks,
    exports,
)


def register(app: Flask) -> None:
    """Add the API, its description and its documentation page to the application."""
    app.config.update(
        API_TITLE="Bahi",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": problems.described()}},
    )
    problems.register(app)
    api = BahiApi(app)
    for noun in NOUNS:
        api.register_blueprint(noun.blueprint)
    app.register_blueprint(docs.blueprint)
    access.require_declared(app)

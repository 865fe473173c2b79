"""An address has the methods that are written for it: any other is refused, and what is told of it is exact."""

import re

import pytest
from flask import Flask

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def addresses(app: Flask) -> dict[str, set[str]]:
    """A path for each route of every door, with the methods that it has."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:any\((\w+)[^>]*|[^>]*)>", lambda name: name[1] or "1", rule.rule)
        found.setdefault(path, set()).update(rule.methods or ())
    return found


def test_no_address_has_a_method_but_its_own_and_each_says_which(app: Flask) -> None:
    wrong, client = [], app.test_client()
    for path, methods in addresses(app).items():
        assert "OPTIONS" in methods
        for verb in (*VERBS, "OPTIONS"):
            if verb != "OPTIONS" and verb in methods:
                continue
            answer = client.open(path, method=verb)
            told = {name.strip() for name in answer.headers.get("Allow", "").split(",")}
            expected = 200 if verb == "OPTIONS" else 405
            if (answer.status_code, told) != (expected, methods):
                wrong.append((verb, path, answer.status_code, told, methods))
    assert wrong == []
    assert len(addresses(app)) > 100


@pytest.mark.parametrize("sku", ["A1", "A1/2", "A1/movements/2"])
def test_what_is_done_with_goods_is_no_product(app: Flask, sku: str) -> None:
    for path in (f"/api/v1/admin/stock/{sku}/movements", f"/api/v1/admin/products/{sku}/price"):
        answer = app.test_client().patch(path, json={})
        assert (answer.status_code, answer.json["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert len(answer.headers["Allow"].split(", ")) == 2


def test_what_no_route_takes_is_not_found(app: Flask) -> None:
    client = app.test_client()
    for verb in (*VERBS, "OPTIONS"):
        for path in ("/api/v1/admin/nothing", "/webhooks/nothing", "/nothing"):
            assert client.open(path, method=verb).status_code == 404, (verb, path)

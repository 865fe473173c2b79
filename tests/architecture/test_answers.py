"""What the API's description says of answers: all of them, of one form, and valid as OpenAPI 3.1 has it."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from marshmallow import fields

from admin_api import access
from admin_api.answers.shape import Answer
from admin_api.spec import Blueprint
from app import create_app
from cli import demo
from tests.admin_api.answers import Checked, description

VERBS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"
ADMIN = "/api/v1/admin"
NAMES = {  # what the id of a list's row is called where one row is read
    f"{ADMIN}/retailers": "retailer_id",
    f"{ADMIN}/orders": "order_id",
    f"{ADMIN}/invoices": "invoice_id",
    f"{ADMIN}/papers": "paper_id",
    f"{ADMIN}/conversations": "conversation_id",
    f"{ADMIN}/payment-links": "link_id",
    f"{ADMIN}/groups": "group_id",
}
QUERIES = {  # what an address with this end must be asked
    "what-if": {"limit_minor": "100000"},
    **{key: {"month": "2026-10"} for key in ("gstr1", "einvoice", "sales-register", "tally")},
}
MOST_OF_EACH = 12


@pytest.fixture(scope="module")
def told(database: str) -> dict[str, Any]:
    described: dict[str, Any] = create_app().test_client().get("/api/v1/openapi.json").json
    return described


def operations(told: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, beside in told["paths"].items():
        yield from ((f"{verb} {path}", beside[verb]) for verb in VERBS if verb in beside)


def test_every_operation_describes_what_it_answers(told: dict[str, Any]) -> None:
    silent = []
    for name, operation in operations(told):
        good = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
        bodies = [content.get("schema") for one in good.values() for content in one.get("content", {}).values()]
        if not good or not all(bodies) or (not bodies and good.keys() != {"204"}):
            silent.append(name)
    assert silent == []


def test_every_operation_has_a_name_of_its_own(told: dict[str, Any]) -> None:
    """Who makes a client of the description gets a function of this name."""
    names = [operation.get("operationId", "") for _, operation in operations(told)]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9_]+", name) or names.count(name) > 1] == []


def test_a_body_is_a_named_shape_or_a_file(told: dict[str, Any]) -> None:
    """Not an object of any kind: that would describe nothing."""
    loose = [
        (name, kind)
        for name, operation in operations(told)
        for status, one in operation["responses"].items()
        for kind, content in (one.get("content", {}) if status.startswith("2") else {}).items()
        if "$ref" not in content["schema"] and content["schema"].get("format") != "binary"
    ]
    assert loose == []


def test_every_operation_describes_its_errors_as_problems(told: dict[str, Any]) -> None:
    known = told["components"]["responses"]
    for name, operation in operations(told):
        refusals = {status: one for status, one in operation["responses"].items() if not status.startswith("2")}
        assert "default" in refusals, name
        for one in refusals.values():
            shown = known[one["$ref"].rpartition("/")[2]]
            assert shown["content"][PROBLEM]["schema"]["$ref"].endswith("/Problem"), name


def test_lists_have_one_form(told: dict[str, Any]) -> None:
    shapes = told["components"]["schemas"]
    lists = {name: shape for name, shape in shapes.items() if "data" in shape.get("properties", {})}
    assert len(lists) >= 20
    for name, shape in lists.items():
        assert set(shape["required"]) == {"data", "has_more", "next_cursor"}, name


def test_what_belongs_to_a_shop_names_it(told: dict[str, Any]) -> None:
    answers = {name: one["properties"] for name, one in answered(told).items() if "properties" in one}
    assert [name for name, one in answers.items() if "retailer_id" in one and "retailer" not in one] == []


def test_what_says_who_did_it_names_the_person(told: dict[str, Any]) -> None:
    people = {"actor": "by", "requested_by": "by", "approved_by": "approver", "user_id": "by"}
    for name, shape in answered(told).items():
        for field in people.keys() & shape.get("properties", {}).keys():
            assert people[field] in shape["properties"], (name, field)


def test_every_field_has_a_type_and_money_is_whole(told: dict[str, Any]) -> None:
    for name, shape in answered(told).items():
        for field, one in shape.get("properties", {}).items():
            assert one.keys() & {"type", "$ref", "anyOf", "enum"}, (name, field)
            if field.endswith("_minor"):
                assert "integer" in json.dumps(one["type"]), (name, field)
            if field.endswith("_at"):
                assert one.get("format") == "date-time" or field in LOCAL_TIMES, (name, field)
            if field.endswith("_on") and field not in WORDS_IN_ON:
                assert one.get("format") == "date", (name, field)


LOCAL_TIMES = {"reminders_at", "insights_at", "guardrails_at", "auto_pause_at"}  # of day, HH:MM
WORDS_IN_ON = {"cheque_counts_on"}


def answered(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The shapes that an answer is made of."""
    wanted = [operation["responses"] for _, operation in operations(told)]
    found: dict[str, dict[str, Any]] = {}
    while wanted:
        for name in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(wanted.pop())):
            if name not in found:
                found[name] = told["components"]["schemas"][name]
                wanted.append(found[name])
    return found


def test_the_description_is_sound(told: dict[str, Any]) -> None:
    """Every reference leads somewhere, every schema is one, every name in a path is a parameter, no id stands twice."""
    text = json.dumps(told)
    for kind, name in set(re.findall(r'"#/components/(\w+)/(\w+)"', text)):
        assert name in told["components"][kind], f"{kind}/{name}"
    for name, shape in told["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **shape}), name
        jsonschema_rs.Draft202012Validator({**shape, "components": told["components"]})  # patterns are regular too
    for path, beside in told["paths"].items():
        for verb in VERBS:
            if verb in beside:
                given = [*beside.get("parameters", []), *beside[verb].get("parameters", [])]
                named = {one["name"] for one in given if one["in"] == "path"}
                assert named == set(re.findall(r"\{(\w+)\}", path)), (verb, path)
    ids = [operation["operationId"] for _, operation in operations(told) if "operationId" in operation]
    assert len(ids) == len(set(ids))


class Cat(Answer):
    """A cat."""

    SOMETIMES = frozenset({"owner"})

    name = fields.String()
    owner = fields.String()


def test_what_is_not_as_its_shape_is_told_all_the_same() -> None:
    """It is seen where answers are held against the description, and nobody's payment fails over it."""
    assert Cat().dump({"name": "Minka"}) == Cat().dump({"name": "Minka", "owner": None}) == {"name": "Minka"}
    assert Cat().dump({"owner": "Meera"}) == {"owner": "Meera"}
    assert Cat().dump({"name": "Minka", "age": 3}) == {"name": "Minka", "age": 3}


def test_an_operation_cannot_forget_its_answer(database: str) -> None:
    with pytest.raises(TypeError, match="200"):
        Blueprint("forgetful", __name__).response(200)
    app = create_app()
    forgetful = Blueprint("forgetful", __name__, url_prefix="/api/v1/admin/forgetful")
    view = forgetful.route("")(lambda: "anything")
    view.roles = frozenset({"owner"})  # type: ignore[attr-defined]
    app.register_blueprint(forgetful)
    with pytest.raises(RuntimeError, match="forgetful"):
        access.require_declared(app)


def test_every_row_of_a_lived_in_organisation_is_answered_as_described(filled_org: UUID) -> None:
    """All that can be read, of each row of each list: orders refused and held, stops by hand, papers, filed months."""
    app = create_app()
    client = Checked(app)
    credentials = {"email": demo.EMAIL, "password": demo.DEMO_PASSWORD}
    signed = client.post("/api/v1/auth/login", json=credentials).json["access_token"]
    reads = [path for path, beside in description(app)["paths"].items() if "get" in beside]
    known: dict[str, set[str]] = {}

    def read(path: str) -> Any:
        asked = QUERIES.get(path.rpartition("/")[2])
        with client.get(path, query_string=asked, headers={"Authorization": f"Bearer {signed}"}) as answer:
            assert answer.status_code == 200, (path, answer.text[:300])
            return answer.json if answer.is_json else {}

    for path in sorted(path for path in reads if "{" not in path):
        for row in read(path).get("data", []):
            for name, value in ((NAMES.get(path, ""), row.get("id", row.get("sku"))), *row.items()):
                if name in {"sku", *NAMES.values()} and isinstance(value, str):
                    known.setdefault(name, set()).add(value)
    count = 0
    for path in sorted(path for path in reads if path.count("{") == 1):
        [name] = re.findall(r"\{(\w+)\}", path)
        for value in sorted(known.get(name, ()))[:MOST_OF_EACH]:
            read(path.replace(f"{{{name}}}", value))
            count += 1
    assert count > 100

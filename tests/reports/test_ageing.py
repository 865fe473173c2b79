"""Ageing: both sets of buckets, from the due date or the bill date, on any day."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from credit import bills, days
from credit.tables import Bill
from parties.tables import Retailer
from reports import ageing

Make = Callable[..., Retailer]
Owe = Callable[..., Bill]

EXAMPLE = json.loads((Path(__file__).parents[1] / "invoicing" / "tax_examples.json").read_text())["aux"]["ageing"]
AS_OF = date.fromisoformat(EXAMPLE["as_of"])
VIEWS = [("accountant", "bucket_standard"), ("collection", "bucket_detail")]


def amounts(told: dict[str, Any]) -> dict[str, int]:
    return {one.name: one.amount_minor for one in told.buckets}


def post_example(session: Session, shop: Retailer, rows: list[dict[str, Any]] = EXAMPLE["rows"]) -> None:
    for row in rows:
        amount_minor = row["outstanding_paise"]
        bills.post(
            session,
            bills.Posting(
                retailer_id=shop.id,
                kind=bills.INVOICE,
                reference=row["bill"],
                bill_on=date.fromisoformat(row["bill_date"]),
                due_on=date.fromisoformat(row["due_date"]),
                amount_minor=amount_minor,
                contra={"sales": amount_minor},
            ),
        )


@pytest.mark.parametrize("row", EXAMPLE["rows"], ids=lambda row: row["bill"])
def test_each_worked_example_falls_into_its_buckets(session: Session, make_retailer: Make, row: dict[str, Any]) -> None:
    shop = make_retailer(session)
    post_example(session, shop, [row])
    for view, column in VIEWS:
        found = amounts(ageing.report(session, AS_OF, view=view, retailer_id=shop.id))
        assert {name for name, minor in found.items() if minor} == {row[column]}


@pytest.mark.parametrize(("view", "column"), VIEWS)
def test_the_database_sorts_the_worked_examples_alike(
    session: Session, make_retailer: Make, view: str, column: str
) -> None:
    shop = make_retailer(session)
    post_example(session, shop)
    expected = dict.fromkeys(ageing.buckets(view), 0)
    for row in EXAMPLE["rows"]:
        expected[row[column]] += row["outstanding_paise"]
    told = ageing.report(session, AS_OF, view=view, retailer_id=shop.id)
    assert amounts(told) == expected
    assert told.open_minor == sum(row["outstanding_paise"] for row in EXAMPLE["rows"])


@pytest.mark.parametrize("view", ageing.VIEWS)
@pytest.mark.parametrize("by", ageing.AGES_FROM)
def test_buckets_partition_what_is_open(session: Session, make_retailer: Make, owe: Owe, view: str, by: str) -> None:
    shop, today = make_retailer(session), days.today(session)
    for age in range(-2, 95):
        owe(session, shop.id, 1_000 + age, due_in=-age)
    told = ageing.report(session, today, by=by, view=view)
    assert sum(amounts(told).values()) == told.open_minor == sum(1_000 + age for age in range(-2, 95))
    assert sum(one.bills for one in told.buckets) == 97


def test_by_bill_date_the_days_since_the_bill_count(session: Session, make_retailer: Make, owe: Owe) -> None:
    shop, today = make_retailer(session), days.today(session)
    for age, amount_minor in ((0, 1), (30, 2), (31, 4), (90, 8), (91, 16)):
        owe(session, shop.id, amount_minor, due_in=60, bill_on=today - timedelta(days=age))
    assert amounts(ageing.report(session, by="bill_on")) == {"0-30": 3, "31-60": 4, "61-90": 8, "90+": 16}
    assert amounts(ageing.report(session))["not_due"] == 31


def test_the_names_say_where_each_bucket_ends() -> None:
    assert ageing.buckets("accountant") == ageing.BUCKETS
    assert ageing.buckets("collection") == ("not_due", "1-7", "8-15", "16-30", "31-60", "61-90", "90+")
    assert ageing.buckets("collection", "bill_on")[0] == "0-7"

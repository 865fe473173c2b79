"""Shops in the console, and the names that each has for products: seen by all, removed by sellers."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console import retailers as pages
from core import clock, db, settings
from credit import pauses
from orders import learning
from orders.tables import LearnedName, Product
from parties import retailers, users
from parties.tables import Retailer
from reports import trail
from tests.console.conftest import Browser, text_of


@pytest.fixture
def named(org: UUID, shop: str) -> Callable[[], dict[str, str]]:
    """The shop's names, as words to public ids, as they are kept now."""

    def read() -> dict[str, str]:
        with db.transaction(org) as session:
            found = learning.page(session, retailers.find(session, shop).id, limit=100)
        return {one.said: one.public_id for one in found}

    return read


def test_the_first_page_lists_shops_with_a_link_to_each(owner: Browser, shop: str) -> None:
    assert owner.get("/").headers["Location"] == "/console/retailers"
    page = owner.get("/retailers")
    assert f'href="/console/retailers/{shop}"' in page.text
    assert "Sharma & Sons <Kirana>" in text_of(page)
    assert "<Kirana>" not in page.text


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("sharma", True),
        ("SONS", True),
        ("& Sons <", True),
        ("gupta", False),
        ("%", False),
        ("_", False),
        ("\x00", True),
        ("x" * 5000, False),
    ],
)
def test_shops_are_found_by_what_is_known_of_them(owner: Browser, shop: str, search: str, is_found: bool) -> None:
    page = owner.get("/retailers", q=search)
    assert (shop in page.text) is is_found
    assert ("No shop has" in page.text) is not is_found


def test_a_shop_is_found_by_its_phone_as_people_write_it(
    owner: Browser, org: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        shop = make_retailer(session, code="R_7", phone="+919800000016", name="क्\u200dष स्टोर")
        shop_id = retailers.public_id(shop.id)
    for search in ("+91 98000 00016", "09800000016", "98000-00016", "r_7", "क्\u200dष"):
        assert shop_id in owner.get("/retailers", q=search).text
    assert shop_id not in owner.get("/retailers", q="98000 00017").text


def test_codes_that_do_not_print_end_as_pages_too(
    owner: Browser, org: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        for number in range(pages.ROWS + 1):
            make_retailer(session, code=f"A\u00a0\u200d{number:03}")
    following = re.search(r'href="([^"]+)" rel="next"', owner.get("/retailers").text)
    assert following
    last = owner.client.get(html.unescape(following[1]))
    assert f"A\u00a0\u200d{pages.ROWS:03}" in last.text
    assert 'rel="next"' not in last.text


def test_a_search_goes_on_to_the_next_page(owner: Browser, org: UUID, make_retailer: Callable[..., Retailer]) -> None:
    with db.transaction(org) as session:
        for number in range(pages.ROWS + 1):
            make_retailer(session, code=f"S{number:03}", name="Sai Traders")
            make_retailer(session, code=f"T{number:03}", name="Gupta Traders")
    following = re.search(r'href="([^"]+)" rel="next"', owner.get("/retailers", q="sai").text)
    assert following
    last = owner.client.get(html.unescape(following[1]))
    assert f"S{pages.ROWS:03}" in last.text
    assert "Gupta" not in last.text


def test_many_names_come_in_pages_that_hold_each_once(owner: Browser, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        retailer = retailers.find(session, shop)
        for number in range(pages.ROWS):
            learning.hear(session, retailer.id, f"thing{number:03}", "TOOR-L")
    first = owner.get(f"/retailers/{shop}")
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following
    last = owner.client.get(html.unescape(following[1]))
    said = [set(re.findall(r'scope="row"><bdi>(\w+)', page.text)) for page in (first, last)]
    assert [len(names) for names in said] == [pages.ROWS, 2]
    assert not said[0] & said[1]
    assert 'rel="next"' not in last.text


def test_a_name_for_what_is_not_sold_says_so(owner: Browser, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        session.query(Product).filter(Product.sku == "TOOR-L").update({"active": False})
    assert "Not sold now" in text_of(owner.get(f"/retailers/{shop}"))


def test_times_are_the_business_s(owner: Browser, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        session.query(LearnedName).update({"used_at": datetime(2026, 11, 20, 4, 34, tzinfo=UTC)})
    clock.move_to(datetime(2026, 11, 21, tzinfo=UTC))
    owner.sign_in()
    assert "20 Nov, 10:04 am" in text_of(owner.get(f"/retailers/{shop}"))
    clock.move_to(datetime(2028, 1, 1, tzinfo=UTC))
    owner.sign_in()
    page = owner.get(f"/retailers/{shop}")
    assert "20 Nov 2026" in text_of(page)
    assert "The clock was moved: 1 Jan 2028, 5:3" in page.text


def test_it_is_told_whether_this_is_the_real_thing(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TEST" in text_of(owner.get("/nowhere"))
    live = replace(settings.current(), env="production")
    monkeypatch.setattr(settings, "current", lambda: live)
    assert "LIVE" in text_of(owner.get("/nowhere"))


def test_an_organisation_without_shops_is_told_how_to_bring_them(owner: Browser) -> None:
    assert "No shops yet" in text_of(owner.get("/retailers"))


def test_many_shops_come_in_pages_that_hold_each_once(
    owner: Browser, org: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        codes = [make_retailer(session, code=f"P{number:03}").code for number in range(2 * pages.ROWS)]
    first = owner.get("/retailers")
    second = owner.get("/retailers", after=codes[pages.ROWS - 1])
    assert [code for code in codes if code in first.text] == codes[: pages.ROWS]
    assert [code for code in codes if code in second.text] == codes[pages.ROWS :]
    assert ('rel="next"' in first.text, 'rel="next"' in second.text) == (True, False)


def test_a_shop_shows_its_account_and_what_it_calls_things(owner: Browser, shop: str) -> None:
    said = text_of(owner.get(f"/retailers/{shop}"))
    assert "Credit limit ₹50,000" in said
    assert "Available ₹50,000" in said
    assert "dal Toor / Arhar Dal (loose) TOOR-L 2 ×" in said
    assert said.index("In use") < said.index("coke")
    assert "Still asked" in said


def test_a_shop_whose_credit_is_stopped_says_so_with_the_reason(owner: Browser, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        pauses.pause(session, retailers.find(session, shop).id, "Cheque returned twice")
    said = text_of(owner.get(f"/retailers/{shop}"))
    assert "Credit paused Cheque returned twice" in said
    assert "Available nothing while credit is paused" in said
    with db.transaction(org) as session:
        pauses.block(session, retailers.find(session, shop).id, "Moved away")
    assert "Credit blocked Moved away" in text_of(owner.get(f"/retailers/{shop}"))


def test_a_shop_without_names_says_where_they_come_from(
    owner: Browser, org: UUID, make_retailer: Callable[..., Retailer]
) -> None:
    with db.transaction(org) as session:
        shop = retailers.public_id(make_retailer(session, limit_minor=None).id)
    said = text_of(owner.get(f"/retailers/{shop}"))
    assert "No names yet" in said
    assert "none: buys for cash" in said


def test_a_removed_name_is_gone_in_the_next_message_and_in_the_audit(
    owner: Browser, org: UUID, shop: str, named: Callable[[], dict[str, str]]
) -> None:
    answer = owner.post(f"/retailers/{shop}/learned-names/{named()['dal']}/remove")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/retailers/{shop}?done=removed#names")
    assert "The name is forgotten." in text_of(owner.get(f"/retailers/{shop}", done="removed"))
    assert set(named()) == {"coke"}
    with db.transaction(org) as session:
        assert not learning.aliases(session, retailers.find(session, shop).id)
        (entry,) = trail.entries(session, trail.Filter(action="learned_name.removed"), after=None, limit=10)
        assert entry.actor.startswith("usr_")


def test_a_second_tap_finds_it_gone(owner: Browser, shop: str, named: Callable[[], dict[str, str]]) -> None:
    path = f"/retailers/{shop}/learned-names/{named()['coke']}/remove"
    owner.post(path)
    assert owner.post(path).headers["Location"].endswith("done=gone#names")
    assert "forgotten already" in text_of(owner.get(f"/retailers/{shop}", done="gone"))
    assert set(named()) == {"dal"}


def test_an_analyst_sees_why_nothing_can_be_removed(
    org: UUID, shop: str, signed_in: Callable[..., Browser], named: Callable[[], dict[str, str]]
) -> None:
    analyst = signed_in(org, "analyst")
    page = analyst.get(f"/retailers/{shop}")
    assert "To remove a name takes one of these roles: accountant, admin, owner, sales." in text_of(page)
    assert "Remove the name" not in page.text
    refused = analyst.post(f"/retailers/{shop}/learned-names/{named()['dal']}/remove")
    assert refused.status_code == 403
    assert set(named()) == {"dal", "coke"}


@pytest.mark.parametrize("path", ["/retailers/{shop}", "/retailers/nonsense", "/retailers/%00", "/nowhere"])
def test_what_is_not_yours_is_a_page_that_says_not_found(
    new_org: Callable[..., UUID], signed_in: Callable[..., Browser], shop: str, path: str
) -> None:
    answer = signed_in(new_org()).get(path.format(shop=shop))
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "There is no such page, or it is not yours." in text_of(answer)


def test_a_page_of_names_behind_nothing_is_not_found(owner: Browser, shop: str) -> None:
    assert owner.get(f"/retailers/{shop}", after="nonsense").status_code == 404


def test_another_organisation_cannot_remove_a_name(
    new_org: Callable[..., UUID], signed_in: Callable[..., Browser], shop: str, named: Callable[[], dict[str, str]]
) -> None:
    stranger = signed_in(new_org())
    assert stranger.post(f"/retailers/{shop}/learned-names/{named()['dal']}/remove").status_code == 404
    assert set(named()) == {"dal", "coke"}


@pytest.mark.parametrize("name_id", ["nonsense", "lrn_01M7YYX9VYE3H9Y1JXY3A1CWQX"])
def test_a_name_of_nobody_changes_nothing(
    owner: Browser, shop: str, named: Callable[[], dict[str, str]], name_id: str
) -> None:
    owner.post(f"/retailers/{shop}/learned-names/{name_id}/remove")
    assert set(named()) == {"dal", "coke"}


def test_words_of_a_shop_stay_words(owner: Browser, org: UUID, shop: str) -> None:
    with db.transaction(org) as session:
        learning.hear(session, retailers.find(session, shop).id, "<script>alert(1)</script>\u202e", "TOOR-L")
    page = owner.get(f"/retailers/{shop}")
    assert "<script" not in page.text
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\u202e</bdi>" in page.text


def test_without_the_database_a_page_says_so_and_names_the_request(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"), connection_invalidated=True)

    monkeypatch.setattr(db, "run", away)
    answer = owner.get("/retailers")
    assert (answer.status_code, answer.headers["Request-Id"] in answer.text) == (503, True)


def test_a_crash_is_a_page_with_a_number(owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "run", lambda *_: 1 / 0)
    answer = owner.get("/retailers")
    assert (answer.status_code, "ZeroDivisionError" in answer.text) == (500, False)
    assert answer.headers["Request-Id"] in answer.text


@pytest.mark.parametrize("away", [PoolTimeout(), OperationalError("SELECT 1", {}, Exception("gone"))])
def test_signing_in_without_the_database_is_a_page_that_says_so(
    owner: Browser, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise away

    monkeypatch.setattr(users, "authenticate", refuse)
    answer = owner.sign_in()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "look before you repeat" in text_of(answer)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("POST", "/console/retailers", 405), ("PUT", "/console/nowhere", 405), ("GET", "/console/%0d%0aX", 404),
    ("DELETE", "/console/sign-in", 405),
])  # fmt: skip
def test_what_no_page_takes_is_told_as_a_page(owner: Browser, method: str, path: str, status: int) -> None:
    answer = owner.client.open(path, method=method, headers={"Origin": "http://localhost"})
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert owner.client.open(path.replace("/console", "/api/v1"), method=method).mimetype == "application/problem+json"


def test_a_form_that_is_too_large_is_told_so(owner: Browser) -> None:
    answer = owner.client.post(
        "/console/sign-in", data={"email": "x" * 1_100_000}, headers={"Origin": "http://localhost"}
    )
    assert (answer.status_code, "more than a form" in text_of(answer)) == (413, True)


def test_two_taps_at_once_forget_a_name_once(
    owner: Browser, app: Flask, org: UUID, shop: str, named: Callable[[], dict[str, str]]
) -> None:
    path, key = f"/console/retailers/{shop}/learned-names/{named()['dal']}/remove", owner.form_key()

    def tap(_: int) -> str:
        client = app.test_client()
        client.set_cookie("bahi", owner.token())
        answer = client.post(path, data={"form_key": key}, headers={"Origin": "http://localhost"})
        return answer.headers["Location"].partition("done=")[2]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(tap, range(8))) == ["gone#names"] * 7 + ["removed#names"]
    with db.transaction(org) as session:
        found = trail.entries(session, trail.Filter(action="learned_name.removed"), after=None, limit=10)
        assert len(found) == 1

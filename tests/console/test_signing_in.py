"""Who gets into the console, for how long, and whose forms it takes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from console import access
from core import clock, db, settings
from parties.tables import User
from tests.console.conftest import ORIGIN, Browser, text_of
from tests.people import PASSWORD

OTHERS = ["http://evil.example", "null", "http://localhost.evil.example", "https://localhost", "http://[", "localhost"]


def test_who_is_not_signed_in_is_led_to_the_form_and_back(org: UUID, visitor: Callable[..., Browser]) -> None:
    browser = visitor(org)
    sent_away = browser.get("/retailers", q="dal")
    assert sent_away.headers["Location"] == "/console/sign-in?next=/console/retailers?q%3Ddal"
    assert browser.sign_in(next="/console/retailers?q=dal").headers["Location"] == "/console/retailers?q=dal"
    assert browser.get("/retailers").status_code == 200


def test_a_wrong_password_keeps_the_address_and_says_nothing_of_which_is_wrong(
    org: UUID, visitor: Callable[..., Browser]
) -> None:
    browser = visitor(org)
    answer = browser.sign_in("wrong")
    assert answer.status_code == 401
    assert "The e-mail address or the password is wrong." in text_of(answer)
    assert browser.email in answer.text
    assert browser.token() == ""


def test_five_wrong_passwords_lock_the_account_with_words(org: UUID, visitor: Callable[..., Browser]) -> None:
    browser = visitor(org)
    for _ in range(5):
        assert browser.sign_in("wrong").status_code == 401
    locked = browser.sign_in()
    assert (locked.status_code, "Try again in 1 minute." in text_of(locked)) == (429, True)


def test_the_cookie_is_for_the_server_alone(org: UUID, visitor: Callable[..., Browser]) -> None:
    cookie = visitor(org).sign_in().headers["Set-Cookie"]
    assert cookie.startswith("bahi=org_")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/"))


def test_over_https_the_cookie_is_bound_to_the_host(org: UUID, visitor: Callable[..., Browser]) -> None:
    browser = visitor(org)
    answer = browser.client.post(
        "/console/sign-in",
        base_url="https://bahi.example",
        data={"email": browser.email, "password": PASSWORD},
        headers={"Origin": "https://bahi.example"},
    )
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-bahi=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/",
        "//evil.example",
        "/console//evil.example",
        "/console/\\evil",
        "/console/../docs",
        "/console/%2e%2e/docs",
        "/console/\nx",
        "/console/sign-in",
        "/docs",
    ],
)
def test_signing_in_leads_nowhere_else(org: UUID, visitor: Callable[..., Browser], where: str) -> None:
    assert visitor(org).sign_in(next=where).headers["Location"] == "/console/"


def test_the_form_carries_the_page_that_was_asked_for(org: UUID, visitor: Callable[..., Browser]) -> None:
    form = visitor(org).get("/sign-in", next="/console/retailers?q=a//b")
    assert 'name="next" value="/console/retailers?q=a//b"' in form.text


def test_a_browser_that_is_signed_in_is_led_on_instead_of_asked(owner: Browser) -> None:
    answer = owner.get("/sign-in", next="/console/retailers?q=dal")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/retailers?q=dal")


def test_signing_in_again_ends_the_session_before(owner: Browser) -> None:
    token = owner.token()
    assert owner.sign_in().status_code == 303
    assert owner.token() != token
    owner.client.set_cookie("bahi", token)
    assert owner.get("/retailers").status_code == 303


def test_who_was_signed_out_before_an_action_is_told_that_it_was_not_done(owner: Browser) -> None:
    key = owner.form_key()
    clock.advance(timedelta(minutes=31))
    form = {"Origin": ORIGIN, "Referer": f"{ORIGIN}/console/retailers/ret_1"}
    sent_away = owner.client.post("/console/sign-out", data={"form_key": key}, headers=form)
    assert sent_away.headers["Location"] == "/console/sign-in?next=/console/retailers/ret_1&lost=1"
    assert "what you asked for was not done" in text_of(owner.client.get(sent_away.headers["Location"]))


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://bahi.example", 303),
        ("http://bahi.example", 403),
        ("https://bahi.example:8443", 403),
        ("https://127.0.0.1:8000", 403),
        ("https://evil.example", 403),
    ],
)
def test_behind_a_proxy_the_public_address_counts_whatever_the_host(
    org: UUID, visitor: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch, origin: str, status: int
) -> None:
    browser = visitor(org)
    real = settings.current()
    live = replace(real, env="production", public_base_url="https://bahi.example")
    monkeypatch.setattr(settings, "current", lambda: live)
    form = {"email": browser.email, "password": PASSWORD}
    for host in ("127.0.0.1:8000", "bahi.example", "evil.example"):
        headers = {"Origin": origin, "Host": host}
        answer = browser.client.post("/console/sign-in", data=form, headers=headers)
        assert answer.status_code == status
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_page_that_names_nobody_who_may_see_it_stops_the_start() -> None:
    app = Flask("bahi")
    app.add_url_rule("/console/secrets", "secrets", lambda: "all of them")
    with pytest.raises(RuntimeError, match="secrets"):
        access.require_guarded(app)


def test_a_clock_that_was_moved_back_keeps_nobody_signed_in(org: UUID, visitor: Callable[..., Browser]) -> None:
    browser = visitor(org)
    clock.advance(timedelta(days=300))
    assert browser.sign_in().status_code == 303
    clock.reset()
    assert browser.get("/retailers").status_code == 303


def test_a_browser_stays_in_while_it_is_used_and_no_longer_than_twelve_hours(owner: Browser) -> None:
    for _ in range(24):
        clock.advance(timedelta(minutes=29))
        assert owner.get("/retailers").status_code == 200
    clock.advance(timedelta(minutes=29))
    assert owner.get("/retailers").status_code == 303


def test_a_browser_that_rests_for_half_an_hour_is_out(owner: Browser) -> None:
    clock.advance(timedelta(minutes=30))
    assert owner.get("/retailers").status_code == 303


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(owner: Browser) -> None:
    token = owner.token()
    assert owner.post("/sign-out").headers["Location"] == "/console/sign-in"
    assert owner.token() == ""
    owner.client.set_cookie("bahi", token)
    assert owner.get("/retailers").status_code == 303


def test_a_disabled_user_is_out_at_once(owner: Browser, org: UUID) -> None:
    with db.transaction(org) as session:
        session.query(User).update({"status": "disabled"})
    assert owner.get("/retailers").status_code == 303


def test_tokens_of_the_api_and_of_the_console_are_not_each_other(app: Flask, owner: Browser) -> None:
    client = app.test_client()
    as_refresh = client.post("/api/v1/auth/refresh", json={"refresh_token": owner.token()})
    assert (as_refresh.status_code, as_refresh.json["code"]) == (401, "WRONG_CREDENTIALS")
    tokens = client.post("/api/v1/auth/login", json={"email": owner.email, "password": PASSWORD}).json
    for token in (tokens["refresh_token"], tokens["access_token"], "x", "org_.x", ""):
        owner.client.set_cookie("bahi", token)
        assert owner.get("/retailers").status_code == 303


@pytest.mark.parametrize("origin", OTHERS)
def test_forms_of_other_sites_are_refused(owner: Browser, origin: str) -> None:
    assert owner.post("/sign-out", origin=origin).status_code == 403
    assert owner.client.post("/console/sign-in", headers={"Origin": origin}).status_code == 403
    assert owner.get("/retailers").status_code == 200


def test_a_form_without_an_origin_must_be_said_to_be_ours(owner: Browser) -> None:
    assert owner.post("/sign-out", origin=None).status_code == 403
    for site in ("cross-site", "same-site", "none"):
        said = {"Sec-Fetch-Site": site}
        assert (
            owner.client.post("/console/sign-out", data={"form_key": owner.form_key()}, headers=said).status_code == 403
        )
    form = {"form_key": owner.form_key()}
    ours = owner.client.post("/console/sign-out", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    assert ours.status_code == 303


@pytest.mark.parametrize("key", ["", "0" * 64, "नहीं"])
def test_a_form_without_the_sessions_key_changes_nothing(owner: Browser, key: str) -> None:
    refused = owner.post("/sign-out", form_key=key)
    assert (refused.status_code, "out of date" in text_of(refused)) == (403, True)
    assert owner.get("/retailers").status_code == 200


def test_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(owner: Browser) -> None:
    for answer in (owner.get("/sign-in"), owner.get("/retailers"), owner.get("/nowhere")):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert "http://" not in answer.text.replace("http://www.w3.org", "")
        assert "style=" not in answer.text

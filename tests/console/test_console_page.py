"""The console in a real browser: a walk from signing in to a removed name, and what axe finds on every page."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from core import db
from credit import pauses
from parties import retailers
from parties.tables import User
from tests.chromium import launched
from tests.console.conftest import Browser
from tests.people import PASSWORD

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)  # a busy machine draws slowly

AXE = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (320, 390, 1280)
SHOP = "/console/retailers/{shop}?done=removed"
PATHS = ("/console/retailers", "/console/retailers?q=nobody", SHOP, "/console/nowhere")
NOWHERE = "the server responded with a status of 404"  # which the browser notes for a page that is not there
CUT_OFF = """() => [...document.querySelectorAll("button, input, a:not(.skip), td, th, h1")]
    .filter(part => part.checkVisibility() && getComputedStyle(part.closest("thead") ?? part).position !== "absolute")
    .filter(part => { const at = part.getBoundingClientRect(); return at.left < 0 || at.right > innerWidth })
    .map(part => part.outerHTML)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(chromium: Chromium, address: str) -> Iterator[Page]:
    """A page that complains of errors, and of requests to anybody else."""
    context = chromium.new_context(locale="en-IN", timezone_id="Asia/Kolkata", base_url=address)
    opened, complaints = context.new_page(), []
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda call: None if call.url.startswith(address) else complaints.append(call.url))
    yield opened
    context.close()
    assert [words for words in complaints if NOWHERE not in words] == []


def sign_in(page: Page, visitor: Browser) -> None:
    """With the keyboard alone: the address has the focus."""
    page.goto("/console")
    expect(page).to_have_title("Sign in · Bahi")
    page.keyboard.type(visitor.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Retailers · Bahi")


def test_a_founder_removes_a_name_that_was_learned_wrongly(
    page: Page, org: UUID, shop: str, visitor: Callable[..., Browser]
) -> None:
    sign_in(page, visitor(org))
    page.get_by_role("searchbox").fill("sharma")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Sharma & Sons <Kirana>").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sharma & Sons <Kirana>")
    row = page.get_by_role("row").filter(has_text="Toor / Arhar Dal")
    expect(row).to_contain_text("In use")
    row.get_by_text("Remove").first.click()
    page.get_by_role("button", name="Remove the name").click()
    expect(page.get_by_role("status")).to_have_text(
        "The name is forgotten. When the shop says it again, Bahi asks what is meant."
    )
    expect(page.get_by_role("row")).to_have_count(2)
    page.reload()  # nothing is sent again
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_text("@example.com").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in · Bahi")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody_at_every_width(
    page: Page, org: UUID, shop: str, visitor: Callable[..., Browser], scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/console/sign-in?lost=1")
    faults = list(look(page))
    sign_in(page, visitor(org))
    with db.transaction(org) as session:
        pauses.pause(session, retailers.find(session, shop).id, "Cheque returned twice")
    faults += [fault for path in PATHS for fault in visit(page, path.format(shop=shop))]
    with db.transaction(org) as session:
        session.query(User).update({"role": "analyst"})
    faults += visit(page, f"/console/retailers/{shop}")
    assert faults == []


def visit(page: Page, path: str) -> Iterator[str]:
    """What is wrong with a page when everything on it is open."""
    page.goto(path)
    for opener in page.locator("summary").all():
        opener.click()
    yield from look(page)


def look(page: Page) -> Iterator[str]:
    """What axe finds, and a page wider than the screen, at each width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(AXE.read_text())
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert found["passes"], "axe looked at nothing"
        for fault in found["violations"]:
            yield f"{page.url} at {width}: {fault['id']}: {fault['nodes'][0]['html']}"
        if cut := page.evaluate(CUT_OFF):
            yield f"{page.url} at {width}: cut off: {cut}"

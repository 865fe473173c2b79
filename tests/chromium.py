"""A real browser for tests of pages."""

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The distribution's Chromium if there is one, else the browser that Playwright brings."""
    with sync_playwright() as playwright:
        found = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()

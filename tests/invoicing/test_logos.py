"""The picture on papers: what is taken in, what becomes of it, and what is refused."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from core.audit import AuditEntry
from invoicing import logos, papers
from invoicing.logos import PictureInvalid
from invoicing.tables import Invoice
from parties import organisations
from parties.settings import SettingsChanged
from parties.tables import Retailer


def picture(mode: str = "RGB", size: tuple[int, int] = (300, 100), ground: Any = "white", **saved: Any) -> bytes:
    drawn = Image.new(mode, size, ground)
    ImageDraw.Draw(drawn).ellipse((10, 10, 90, 90), fill="darkred" if mode in ("RGB", "RGBA") else 0)
    out = io.BytesIO()
    drawn.save(out, **{"format": "PNG", **saved})
    return out.getvalue()


@pytest.mark.parametrize(
    "given",
    [
        picture(),
        picture(format="JPEG"),
        picture("RGBA", ground=(0, 0, 0, 0)),
        picture("L", ground=255),
        picture("P", ground=1),
        picture(size=(3000, 2000)),
    ],
    ids=["png", "jpeg", "see-through", "grey", "palette", "large"],
)
def test_a_picture_becomes_a_plain_png_on_white(given: bytes) -> None:
    drawn = logos.printable(given)
    with Image.open(io.BytesIO(drawn)) as seen:
        assert (seen.format, seen.mode, seen.info) == ("PNG", "RGB", {})
        assert seen.width <= 1000
        assert seen.height <= 400
    assert logos.printable(given) == drawn


def test_nothing_of_the_senders_file_is_kept_but_its_pixels() -> None:
    tagged = Image.Exif()
    tagged[0x010E] = "where I live"
    drawn = logos.printable(picture(format="JPEG", exif=tagged.tobytes()))
    assert b"where I live" not in drawn


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7",
        picture()[:200],
        b"\x89PNG\r\n\x1a\n" + bytes(300),
        bytes(logos.MAX_BYTES + 1),
        picture("RGB", ground="white", size=(5, 5)).replace(b"x", b"y"),
        picture(format="GIF"),
        picture("L", size=(8000, 8000), ground=255),
    ],
    ids=["empty", "svg", "gif", "pdf", "cut", "torn", "heavy", "changed", "real gif", "bomb"],
)
def test_what_is_no_picture_is_refused(wrong: bytes) -> None:
    with pytest.raises(PictureInvalid):
        logos.printable(wrong)


def test_a_picture_that_no_grey_printer_shows_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "#eeeecc").save(out, "PNG")
    with pytest.raises(PictureInvalid, match="pale"):
        logos.printable(out.getvalue())


def test_a_new_picture_changes_no_old_paper(
    session: Session, make_retailer: Callable[..., Retailer], issue: Callable[..., Invoice]
) -> None:
    shop = make_retailer(session)
    version = organisations.get(session).settings_version
    version = logos.keep(session, picture(), "our sign", version).settings_version
    first = issue(session, shop.id)
    printed = papers.paper(session, first.id).logo
    assert printed == logos.printable(picture())
    with pytest.raises(SettingsChanged):
        logos.keep(session, picture("L", ground=255), "seen too early", version - 1)
    logos.remove(session, "no longer ours", version)
    assert papers.paper(session, first.id).logo == printed
    assert papers.paper(session, issue(session, shop.id).id).logo == b""
    assert logos.current(organisations.get(session)) is None
    assert session.query(AuditEntry).filter_by(reason="our sign").count() == 1

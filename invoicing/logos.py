"""The seller's picture on its papers: taken in as PNG or JPEG, drawn anew as a plain PNG on white, named by its hash.

Nothing of the sender's file is kept but its pixels: no metadata, no transparency, no animation. A document copies the
name of the picture that it was printed with, so a new one changes no old paper.
"""

import hashlib
import io

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from core import db
from core.errors import Invalid
from invoicing import storage
from invoicing.settings import InvoicingSettings
from parties import settings
from parties.tables import Organisation

MAX_BYTES = 512 * 1024
MAX_PIXELS = 16_000_000
BOX = (1000, 400)  # pixels: sharp in print at the size of a letterhead
LEAST_CONTRAST = 64  # of 255, between the darkest and white: paler is lost on a printer without colour
FORMATS = ("PNG", "JPEG")


class PictureInvalid(Invalid):
    """Not a picture that can be printed."""

    code = "LOGO_INVALID"


def keep(session: Session, content: bytes, reason: str, version: int) -> Organisation:
    """Print this picture on papers from now on, audited; `version` is of the settings that were seen.

    Raises PictureInvalid, parties.settings.SettingsChanged.
    """
    drawn = printable(content)
    name = hashlib.sha256(drawn).hexdigest()
    storage.current().write(key(str(db.org_of(session)), name), drawn)
    return settings.change(session, {InvoicingSettings: {"logo": name}}, reason, version)


def remove(session: Session, reason: str, version: int) -> Organisation:
    """Print no picture from now on; papers that have one keep it. Raises parties.settings.SettingsChanged."""
    return settings.change(session, {InvoicingSettings: {"logo": None}}, reason, version)


def current(organisation: Organisation) -> bytes | None:
    """The picture that is printed now, as PNG."""
    return read(str(organisation.org_id), InvoicingSettings.of(organisation).logo)


def read(org_id: str, name: str | None) -> bytes | None:
    """The picture of this name; None when there is none."""
    return storage.current().read(key(org_id, name)) if name else None


def key(org_id: str, name: str) -> str:
    """Where the picture lies."""
    return f"{org_id}/logos/{name}.png"


def printable(content: bytes) -> bytes:
    """The picture as it is printed: upright, on white, no larger than needed. Equal pixels give equal bytes.

    Raises PictureInvalid.
    """
    if not 0 < len(content) <= MAX_BYTES:
        raise PictureInvalid(f"A logo has at most {MAX_BYTES // 1024} KB.")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise PictureInvalid("The picture is too large: 4,000 by 4,000 pixels are the most.")
            flat = _on_white(ImageOps.exif_transpose(opened))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PictureInvalid("That is no PNG or JPEG picture that can be read.") from error
    darkest, _lightest = flat.convert("L").getextrema()
    if 255 - darkest < LEAST_CONTRAST:  # type: ignore[operator]  # one band: a pair of numbers
        raise PictureInvalid("The picture is too pale: printed in grey nothing of it would be seen.")
    flat.thumbnail(BOX)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """The first frame in plain colours, white where it was see-through."""
    seen = picture.convert("RGBA")
    ground = Image.new("RGBA", seen.size, "white")
    ground.alpha_composite(seen)
    return ground.convert("RGB")

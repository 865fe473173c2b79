"""From text to placed glyphs: direction, a font for each stretch, HarfBuzz shapes.

Plain Latin text takes a short way without shaping, so it stays readable and searchable inside the PDF as it is.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import uharfbuzz

from invoicing.pdf.bidi_order import LevelRun, visual_runs
from invoicing.pdf.fonts import BOLD, DEVANAGARI, LATIN, NASKH, NASTALIQ, REGULAR, Typeface, typeface
from invoicing.pdf.plain_text import JOINERS, REPLACEMENT

SCRIPTS = (
    (range(0x0900, 0x0980), DEVANAGARI),
    (range(0x1CD0, 0x1D00), DEVANAGARI),
    (range(0xA8E0, 0xA900), DEVANAGARI),
    (range(0x0600, 0x0780), "arabic"),
    (range(0x08A0, 0x0900), "arabic"),
    (range(0xFB50, 0xFE00), "arabic"),
    (range(0xFE70, 0xFEFF), "arabic"),
)
LANGUAGES = {DEVANAGARI: "hi", NASTALIQ: "ur", NASKH: "ur", LATIN: "en"}
FOLLOWS_ITS_NEIGHBOUR = frozenset({"Mn", "Mc", "Me", "Zs"})


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: size in points, weight, grey (0 black, 1 white) and the hand for Urdu."""

    size: float
    bold: bool = False
    grey: float = 0.13
    urdu: str = NASKH
    leading: float = 1.3


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One font's stretch, left to right. Offsets and advances are in thousandths of the size.

    `rises` lifts single glyphs above the baseline, which Nastaliq does all the time; `ascent` and `descent` are
    how far the ink really reaches, since a long Nastaliq word climbs higher than its font says.
    """

    face: Typeface
    characters: str
    advances: tuple[int, ...]
    shifts: tuple[int, ...]
    rises: tuple[int, ...]
    ascent: int
    descent: int


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line ready to be drawn. `spoken` is the logical text when the glyphs alone do not tell it, else empty."""

    glyphs: tuple[Glyphs, ...]
    spoken: str
    width: float
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """From the highest to the lowest that its fonts reach."""
        return self.ascent + self.descent


@lru_cache(maxsize=4096)
def set_line(text: str, style: Style, folder: Path) -> SetLine:
    """Place a printable text on one line; characters that no font has become a replacement sign."""
    latin = typeface(folder, LATIN, _weight(style))
    if all(_is_plain(letter, latin) for letter in text):
        stretches: tuple[Glyphs, ...] = (_unshaped(text, latin),)
        return _line(stretches, "", style)
    return _line(tuple(_shaped_text(text, style, folder)), text, style)


def _shaped_text(text: str, style: Style, folder: Path) -> list[Glyphs]:
    shaped = []
    for run in visual_runs(text):
        stretches = _stretches(run, style, folder)
        shaped += [_shaped(run, family, part, style, folder) for family, part in stretches]
    return shaped


def _stretches(run: LevelRun, style: Style, folder: Path) -> list[tuple[str, str]]:
    """The run cut where the font changes, in visual order."""
    chosen: list[tuple[str, str]] = []
    family = LATIN
    for letter in run.text:
        family, drawn = _font_for(letter, family, style, folder)
        chosen.append((family, drawn))
    cut = [(family, "".join(letter for _, letter in part)) for family, part in groupby(chosen, key=lambda it: it[0])]
    return cut[::-1] if run.rtl else cut


@lru_cache(maxsize=8192)
def _font_for(letter: str, current: str, style: Style, folder: Path) -> tuple[str, str]:
    weight = _weight(style)
    own = _own_family(letter, style)
    follows = letter in JOINERS or unicodedata.category(letter) in FOLLOWS_ITS_NEIGHBOUR
    wishes = [own] if own else []
    wishes += [current, LATIN] if follows else [LATIN, current]
    for family in (*wishes, NASKH, DEVANAGARI):
        if ord(letter) in typeface(folder, family, weight).supported:
            return family, letter
    return LATIN, REPLACEMENT


def _own_family(letter: str, style: Style) -> str:
    code = ord(letter)
    for block, family in SCRIPTS:
        if code in block:
            return style.urdu if family == "arabic" else family
    return ""


def _shaped(run: LevelRun, family: str, text: str, style: Style, folder: Path) -> Glyphs:
    face = typeface(folder, family, _weight(style))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run.rtl else "ltr"
    buffer.language = LANGUAGES[family]
    uharfbuzz.shape(face.shaper, buffer)
    places = buffer.glyph_positions
    ascent, descent = _ink(buffer, face)
    return Glyphs(
        face=face,
        characters="".join(face.characters[info.codepoint] for info in buffer.glyph_infos),
        advances=tuple(_scaled(place.x_advance, face) for place in places),
        shifts=tuple(_scaled(place.x_offset, face) for place in places),
        rises=tuple(_scaled(place.y_offset, face) for place in places),
        ascent=ascent,
        descent=descent,
    )


def _ink(buffer: uharfbuzz.Buffer, face: Typeface) -> tuple[int, int]:
    """How far the glyphs reach above and below the baseline, in thousandths."""
    ascent = descent = 0
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        top, bottom = _reach(face, info.codepoint)
        ascent = max(ascent, top + place.y_offset)
        descent = max(descent, bottom - place.y_offset)
    return _scaled(ascent, face), _scaled(descent, face)


@lru_cache(maxsize=8192)
def _reach(face: Typeface, glyph: int) -> tuple[int, int]:
    """How far one glyph reaches above and below its own baseline, in font units."""
    extents = face.shaper.get_glyph_extents(glyph)
    return (extents.y_bearing, -extents.y_bearing - extents.height) if extents else (0, 0)


def _unshaped(text: str, face: Typeface) -> Glyphs:
    still = (0,) * len(text)
    return Glyphs(face, text, tuple(face.width(letter) for letter in text), still, still, face.ascent, face.descent)


def _line(stretches: tuple[Glyphs, ...], spoken: str, style: Style) -> SetLine:
    thousandth = style.size / 1000
    return SetLine(
        glyphs=stretches,
        spoken=spoken,
        width=sum(sum(stretch.advances) for stretch in stretches) * thousandth,
        ascent=max((stretch.ascent for stretch in stretches), default=0) * thousandth,
        descent=max((stretch.descent for stretch in stretches), default=0) * thousandth,
    )


def _is_plain(letter: str, latin: Typeface) -> bool:
    """True for letters, digits and signs that stand alone and run left to right."""
    if " " <= letter <= "~":
        return True
    direction = unicodedata.bidirectional(letter)
    return (
        ord(letter) in latin.supported
        and direction in ("L", "EN", "ES", "ET", "CS", "ON", "WS")
        and unicodedata.category(letter)[0] not in "MC"
        and not any(ord(letter) in block for block, _ in SCRIPTS)
    )


def _weight(style: Style) -> str:
    return BOLD if style.bold else REGULAR


def _scaled(units: int, face: Typeface) -> int:
    return round(units * 1000 / face.scale)

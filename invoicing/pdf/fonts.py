"""The embedded fonts: four Noto families in two weights, loaded once a process and never changed afterwards.

Shaping yields glyphs that no character stands for (conjuncts, joined forms). ReportLab can only place characters, so
each such glyph gets a private-use character when the font is loaded. Handing them out on first use instead, as
ReportLab does, would make the bytes of a document depend on the documents drawn before it.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import uharfbuzz
from reportlab.pdfbase.ttfonts import TTFont

FONT_FOLDER = Path(__file__).resolve().parents[2] / "web" / "node_modules" / "@expo-google-fonts"
LATIN, DEVANAGARI, NASTALIQ, NASKH = "latin", "devanagari", "nastaliq", "naskh"
FAMILIES = {
    LATIN: ("noto-sans", "NotoSans"),
    DEVANAGARI: ("noto-sans-devanagari", "NotoSansDevanagari"),
    NASTALIQ: ("noto-nastaliq-urdu", "NotoNastaliqUrdu"),
    NASKH: ("noto-naskh-arabic", "NotoNaskhArabic"),
}
REGULAR, BOLD = "400Regular", "600SemiBold"
PRIVATE_USE = range(0xE000, 0xF8FF)


class FontsMissing(RuntimeError):
    """The font files are not installed; the message says how to get them."""


@dataclass(frozen=True, slots=True, eq=False)
class Typeface:
    """One font file. Widths, ascent and descent are in thousandths of the font size.

    `characters` gives for each glyph the character that draws it.
    """

    embedded: TTFont
    shaper: uharfbuzz.Font
    supported: frozenset[int]
    characters: tuple[str, ...]
    scale: int
    ascent: int
    descent: int

    def width(self, letter: str) -> int:
        """The unshaped advance of one character that the font supports."""
        return self.embedded.face.charWidths[ord(letter)]  # type: ignore[no-any-return]


_loaded: dict[tuple[Path, str, str], Typeface] = {}
_loading = Lock()


def typeface(folder: Path, family: str, weight: str) -> Typeface:
    """The typeface of a family and weight. Raises FontsMissing."""
    key = (folder, family, weight)
    if key not in _loaded:
        with _loading:
            if key not in _loaded:
                _loaded[key] = _load(*key)
    return _loaded[key]


def _load(folder: Path, family: str, weight: str) -> Typeface:
    package, stem = FAMILIES[family]
    path = folder / package / weight / f"{stem}_{weight}.ttf"
    if not path.is_file():
        raise FontsMissing(f"{path} is missing; run `npm ci` in web/")
    embedded = TTFont(f"{stem}-{weight}", str(path))
    face = uharfbuzz.Face(uharfbuzz.Blob(path.read_bytes()))
    shaper = uharfbuzz.Font(face)
    supported = frozenset(embedded.face.charToGlyph)
    widths = tuple(_thousandths(shaper.get_glyph_h_advance(glyph), face.upem) for glyph in range(face.glyph_count))
    extents = shaper.get_font_extents("ltr")
    return Typeface(
        embedded=embedded,
        shaper=shaper,
        supported=supported,
        characters=_characters(embedded, widths),
        scale=face.upem,
        ascent=_thousandths(extents.ascender, face.upem),
        descent=_thousandths(-extents.descender, face.upem),
    )


def _characters(embedded: TTFont, widths: tuple[int, ...]) -> tuple[str, ...]:
    face = embedded.face
    free = iter(code for code in PRIVATE_USE if code not in face.charToGlyph)
    first = {glyph: min(codes) for glyph, codes in face.glyphToChar.items()}
    for glyph, width in enumerate(widths):
        if glyph not in first:
            code = first[glyph] = next(free)
            face.charToGlyph[code] = glyph
            face.charWidths[code] = width
    return tuple(chr(first[glyph]) for glyph in range(len(widths)))


def _thousandths(units: int, scale: int) -> int:
    return round(units * 1000 / scale)

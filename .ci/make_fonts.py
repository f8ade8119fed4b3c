# /// script
# requires-python = ">=3.12"
# dependencies = ["fonttools>=4.55"]
# ///
"""Makes the two fallback fonts in resources/fonts; they are committed, so rarely.

Inter lacks three signs that gradviz writes all the time: ∇, ⋅ and ᵀ. Gradviz Symbols
draws them out of Inter's own shapes (Δ upside down, the middle dot, a small raised T),
one file for each weight, so that a card's ∇ is as heavy as its number. Gradviz Math is
the part of DejaVu Sans that holds mathematics, for whatever else a label may contain.

Run it as `uv run .ci/make_fonts.py INTER DEJAVU`, where INTER is the unpacked npm
package @expo-google-fonts/inter and DEJAVU is DejaVuSans.ttf of Debian's package
fonts-dejavu-core.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools.misc.transform import Transform
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.reverseContourPen import ReverseContourPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from fontTools.ttLib.tables._g_l_y_f import Glyph

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"

# Each weight beside the one whose T, made small, has strokes of the same thickness.
WEIGHTS = {
    "Regular": ("400Regular", "600SemiBold"),
    "Medium": ("500Medium", "700Bold"),
    "SemiBold": ("600SemiBold", "800ExtraBold"),
    "Bold": ("700Bold", "900Black"),
}

MATHS = [
    (0x0020, 0x007E),
    (0x00A0, 0x00FF),
    (0x0370, 0x03FF),
    (0x1D2C, 0x1D6A),
    (0x2010, 0x205F),
    (0x2070, 0x209C),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x22FF),
    (0x2300, 0x23FF),
    (0x25A0, 0x26FF),
    (0x2701, 0x27BF),
    (0x27C0, 0x27FF),
    (0x2900, 0x2AFF),
    (0x2C7C, 0x2C7D),
    (0x1D400, 0x1D7FF),
]


def subset(font: TTFont, characters: list[int]) -> TTFont:
    """Keeps only the given characters, and no hinting or layout features."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def rename(font: TTFont, family: str, style: str) -> None:
    """Gives a font names of its own, in the way Inter names its weights."""
    plain = style in ("Regular", "Bold")
    names = {
        1: family if plain else f"{family} {style}",
        2: style if plain else "Regular",
        3: f"gradviz;{family} {style}",
        4: f"{family} {style}",
        6: f"{family} {style}".replace(" ", ""),
    }
    if not plain:
        names |= {16: family, 17: style}
    for number in (16, 17, *names):
        font["name"].removeNames(nameID=number)
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)


def draw(
    source: TTFont, character: str, transform: Transform, *, mirrored: bool
) -> Glyph:
    """Draws one character of a font, moved, scaled or turned over."""
    outline = DecomposingRecordingPen(source.getGlyphSet())
    source.getGlyphSet()[source.getBestCmap()[ord(character)]].draw(outline)
    pen = TTGlyphPen(None)
    target = ReverseContourPen(pen) if mirrored else pen
    outline.replay(TransformPen(target, transform))
    return pen.glyph()


def put(font: TTFont, name: str, character: str, glyph: Glyph, width: float) -> None:
    """Adds a glyph to a font under a character."""
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = glyph
    glyph.recalcBounds(font["glyf"])
    font["hmtx"][name] = (round(width), glyph.xMin)
    for table in font["cmap"].tables:
        table.cmap[ord(character)] = name


def make_symbols(inter: Path) -> None:
    """Writes Gradviz Symbols in every weight that gradviz uses."""
    for style, (folder, heavier_folder) in WEIGHTS.items():
        regular = TTFont(next((inter / folder).glob("*.ttf")))
        heavier = TTFont(next((inter / heavier_folder).glob("*.ttf")))
        cap_height = regular["OS/2"].sCapHeight
        widths = {name: w for name, (w, _) in regular["hmtx"].metrics.items()}
        names = regular.getBestCmap()
        superscript = regular["glyf"]["two.sups"]
        scale = (superscript.yMax - superscript.yMin) / cap_height

        nabla = draw(regular, "Δ", Transform(1, 0, 0, -1, 0, cap_height), mirrored=True)
        dot = draw(regular, "·", Transform(), mirrored=False)
        raised = Transform(scale, 0, 0, scale, 0, superscript.yMin)
        transpose = draw(heavier, "T", raised, mirrored=False)
        heavier_width = heavier["hmtx"][heavier.getBestCmap()[ord("T")]][0]

        font = subset(regular, [0x20])
        put(font, "nabla", "∇", nabla, widths[names[ord("Δ")]])
        put(font, "dotmath", "⋅", dot, widths[names[ord("·")]])
        put(font, "uni1D40", "ᵀ", transpose, heavier_width * scale)
        rename(font, "Gradviz Symbols", style)
        font.save(FONTS / f"GradvizSymbols-{style}.ttf")


def make_math(dejavu: Path) -> None:
    """Writes Gradviz Math, the mathematical part of DejaVu Sans."""
    wanted = [code for first, last in MATHS for code in range(first, last + 1)]
    font = subset(TTFont(dejavu), wanted)
    rename(font, "Gradviz Math", "Regular")
    font.save(FONTS / "GradvizMath-Regular.ttf")


if __name__ == "__main__":
    make_symbols(Path(sys.argv[1]))
    make_math(Path(sys.argv[2]))

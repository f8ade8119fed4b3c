"""Text as outlines in an SVG: each letter's shape once, then only where it stands.

An SVG that names a font looks different on every machine, and one that repeats the
shape of each letter grows by kilobytes with every number on it.
"""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QPainterPath, QRawFont, QTextLayout

_Glyph = tuple[str, QPointF]
"""The number of a shape, and where it stands in its text."""
_KINDS = {0: "M", 1: "L", 2: "C"}


class Outlines:
    """Collects texts, and writes them as SVG."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, float, int], str] = {}
        self._definitions: list[str] = []
        self._texts: dict[tuple[str, str], list[_Glyph]] = {}
        self._groups: dict[str, list[str]] = {}

    def add(self, at: QPointF, font: QFont, text: str, color: QColor) -> None:
        """Take a text whose baseline starts at a point."""
        uses = self._groups.setdefault(color.name(), [])
        for shape, offset in self._glyphs(font, text):
            x, y = at.x() + offset.x(), at.y() + offset.y()
            uses.append(f'<use xlink:href="#{shape}" x="{x:.2f}" y="{y:.2f}"/>')

    def svg(self, origin: QPointF) -> str:
        """Return everything as SVG, moved so that ``origin`` is where it starts."""
        groups = "\n".join(
            f'<g fill="{color}">{"".join(uses)}</g>'
            for color, uses in self._groups.items()
        )
        return (
            f"<defs>{''.join(self._definitions)}</defs>\n"
            f'<g stroke="none" fill-rule="nonzero" '
            f'transform="translate({-origin.x():.2f},{-origin.y():.2f})">\n'
            f"{groups}\n</g>\n"
        )

    def _glyphs(self, font: QFont, text: str) -> list[_Glyph]:
        known = self._texts.get((font.key(), text))
        if known is not None:
            return known
        layout = QTextLayout(text, font)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e6)
        ascent = line.ascent()
        layout.endLayout()
        found = []
        for run in layout.glyphRuns():
            raw = run.rawFont()
            places = zip(run.glyphIndexes(), run.positions(), strict=True)
            for index, position in places:
                if shape := self._shape(raw, index):
                    found.append((shape, position - QPointF(0, ascent)))
        self._texts[font.key(), text] = found
        return found

    def _shape(self, font: QRawFont, index: int) -> str:
        """Return the number of a letter's shape, empty for a blank."""
        style = f"{font.familyName()} {font.styleName()}"
        key = (style, font.pixelSize(), index)
        if key not in self._shapes:
            data = _path_data(font.pathForGlyph(index))
            number = f"t{len(self._definitions)}" if data else ""
            self._shapes[key] = number
            if data:
                self._definitions.append(f'<path id="{number}" d="{data}"/>')
        return self._shapes[key]


def _path_data(path: QPainterPath) -> str:
    parts = []
    for i in range(path.elementCount()):
        element = path.elementAt(i)
        kind = _KINDS.get(element.type.value, "")
        parts.append(f"{kind}{element.x:.3g},{element.y:.3g}")
    return " ".join(parts)

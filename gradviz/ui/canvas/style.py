"""Everything about the look of the canvas in one place: sizes, fonts, pens, levels.

The unit is one screen pixel at actual size.
"""

from collections.abc import Callable
from enum import IntEnum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from gradviz.ui.canvas.colors import mixed, visible_color
from gradviz.ui.names import elide_mode
from gradviz.ui.theme import Palette, Theme, number_font, ui_font

RADIUS = 7.0
BORDER = 1.5
EDGE = 1.5
STEP_EDGE = EDGE * 1.6
PATH_EDGE = EDGE * 2.8
RING_GAP = 4.0
RING = 2.0
GLOW = 5.0
BADGE = 28.0
"""Height of the badge with the op, and its least width."""
BADGE_INSIDE = 14.0
"""How far a badge reaches into its card; what does not fit sticks out."""
BADGE_MOST = 82.0
LEFT = 25.0
LEAF_LEFT = 15.0
RIGHT = 14.0
GAP = 8.0
UPPER = 15.5
"""The middle of the upper line, from the top of a card."""
HAIRLINE = 30.0
LOWER = 44.5
PILL_HEIGHT = 23.0
PILL_PADDING = 9.0
SLOT_MARK = 16.0
TAG = 16.0
"""The height of what says on a card's lower border that something is wrong."""
MARGIN = 28.0
"""Room around the graph in a picture and when it is fitted into the window."""
REACH = 14.0
"""How far what is drawn around a card reaches out of it."""


Writer = Callable[[QPointF, QFont, str, QColor], None]
"""Takes where the baseline starts, the font, the text and its colour."""


class Level(IntEnum):
    """How much of a card is drawn."""

    PLAIN = 0
    SHAPES = 1
    NAMES = 2
    FULL = 3


FULL_FROM = 0.46
"""The scale from which numbers can be read."""


def level(scale: float) -> Level:
    """Return how much to draw at a scale: no text below reading size."""
    if scale >= FULL_FROM:
        return Level.FULL
    if scale >= 0.32:
        return Level.NAMES
    return Level.SHAPES if scale >= 0.2 else Level.PLAIN


class Writing:
    """One font with its metrics; knows how wide texts are and where they stand."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}
        # Digits and capitals look centred when half a capital is below the middle.
        self.drop = self._metrics.capHeight() / 2

    def width(self, text: str) -> float:
        """Return how wide a text is."""
        found = self._widths.get(text)
        if found is None:
            if len(self._widths) > 20_000:
                self._widths.clear()
            found = self._widths[text] = self._metrics.horizontalAdvance(text)
        return found

    def elided(self, text: str, room: float) -> str:
        """Return a name cut with an ellipsis where it is too long."""
        if self.width(text) <= room:
            return text
        return self._metrics.elidedText(text, elide_mode(text), room)


class Style:
    """A theme as what painters need: colours, pens and fonts, made once.

    Attributes:
        theme: The theme it was made from.
        palette: Its colours by role.
        write_elsewhere: Takes texts in place of the painter, where there is one.
    """

    def __init__(self, theme: Theme, write_elsewhere: Writer | None = None) -> None:
        self.theme = theme
        self.palette: Palette = theme.palette
        self.write_elsewhere = write_elsewhere
        self.name = Writing(ui_font(14, QFont.Weight.DemiBold))
        self.large_name = Writing(ui_font(24, QFont.Weight.DemiBold))
        self.constant = Writing(ui_font(14))
        self.number = Writing(number_font(14))
        self.mark = Writing(number_font(12, QFont.Weight.DemiBold))
        self.op = Writing(ui_font(14, QFont.Weight.Medium))
        self.pill = Writing(number_font(12.5, QFont.Weight.Medium))
        self.slot = Writing(number_font(11, QFont.Weight.DemiBold))
        self.hint = Writing(ui_font(15))
        self._colors: dict[str, QColor] = {}
        self._borders: dict[tuple[str, str | None], QColor] = {}
        self._mixed: dict[tuple[str, str | None], QColor] = {}

    def color(self, role: str) -> QColor:
        """Return the colour of a role."""
        found = self._colors.get(role)
        if found is None:
            found = self._colors[role] = QColor(getattr(self.palette, role))
        return found

    def border(self, role: str, asked: str | None) -> QColor:
        """Return the colour of a card's border; what the person asked for wins."""
        key = (role, asked)
        found = self._borders.get(key)
        if found is None:
            seen = visible_color(asked, self.palette) if asked else None
            found = self._borders[key] = QColor(seen or getattr(self.palette, role))
        return found

    def plain_fill(self, role: str, asked: str | None) -> QColor:
        """Return a colour that shows the state of a card too small for a border."""
        key = (role, asked)
        found = self._mixed.get(key)
        if found is None:
            share = 0.6 if asked or role != "card_line" else 0.8
            border = self.border(role, asked).name()
            found = self._mixed[key] = mixed(self.palette.card, border, share)
        return found

    def thin(self, role: str) -> QColor:
        """Return the colour of lines that can't get thinner: they get fainter."""
        key = f"thin {role}"
        found = self._colors.get(key)
        if found is None:
            color = getattr(self.palette, role)
            found = self._colors[key] = mixed(self.palette.canvas, color, 0.75)
        return found

    def pen(
        self,
        color: QColor,
        width: float,
        scale: float = 1.0,
        line: Qt.PenStyle = Qt.PenStyle.SolidLine,
        least: float = 1.0,
    ) -> QPen:
        """Return a pen that stays visible when the picture gets small.

        Args:
            color: Its colour.
            width: Its width at actual size.
            scale: Screen pixels per unit.
            line: Solid, dashed or dotted.
            least: The least width in screen pixels.
        """
        pen = QPen(color, max(width, least / scale), line)
        pen.setCapStyle(
            Qt.PenCapStyle.RoundCap
            if line == Qt.PenStyle.SolidLine
            else Qt.PenCapStyle.FlatCap
        )
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        return pen

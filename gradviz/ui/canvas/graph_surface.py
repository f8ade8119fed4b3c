"""A surface that paints a graph, and knows what is where on it.

It is one widget that paints, not a scene of items: a step repaints the few rectangles
that changed, and a frame of thousands of cards costs milliseconds.
"""

from collections.abc import Collection, Iterable
from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from gradviz.layout.geometry import Layout
from gradviz.ui.canvas.dirty import roomy, step_rects
from gradviz.ui.canvas.drawing import paint, step_pills
from gradviz.ui.canvas.marks import Highlights
from gradviz.ui.canvas.painting import write
from gradviz.ui.canvas.picture import Picture
from gradviz.ui.canvas.pills import Pill
from gradviz.ui.canvas.shown import Shown
from gradviz.ui.canvas.style import Level, Style, level
from gradviz.ui.canvas.surface import Surface
from gradviz.ui.theme import DARK, Theme

_MOST_AREAS = 24
_MOST_RECTS = 60
"""More changed rectangles than this are repainted together."""
_DEFAULT_HINT = "Open a notebook or a script\nor drop a file here"


class GraphSurface(Surface):
    """Paints a graph, or a hint while there is none.

    Attributes:
        picture: The geometry shown, or None while there is no graph.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.picture: Picture | None = None
        self._shown: Shown | None = None
        self._style = Style(DARK)
        self._marks = Highlights()
        self._pills: tuple[Pill, ...] | None = None
        self._hint = _DEFAULT_HINT

    def set_theme(self, theme: Theme) -> None:
        """Show everything in the colours of a theme."""
        self._style = Style(theme)
        self.update()

    def set_hint(self, text: str) -> None:
        """Set the words shown while there is no graph."""
        self._hint = text
        self.update()

    # Where things are

    def bounds(self) -> QRectF | None:
        """Return the rectangle around the graph."""
        return None if self.picture is None else self.picture.bounds

    def start(self) -> QPointF:
        """Return the right end of the card whose step comes next."""
        shown = self._shown
        if self.picture is None or shown is None or shown.next is None:
            return super().start()
        card = self.picture.cards[shown.next]
        return QPointF(card.right(), card.center().y())

    def node_at(self, position: QPointF | QPoint) -> int | None:
        """Return the Value at a position in the widget."""
        if self.picture is None:
            return None
        return self.picture.node_at(self.map_to_scene(QPointF(position)))

    def constant_at(self, position: QPointF | QPoint) -> int | None:
        """Return the constant whose number is at a position in the widget."""
        if self.picture is None or level(self._camera.scale) is not Level.FULL:
            return None
        return self.picture.constant_at(self.map_to_scene(QPointF(position)))

    def card_rect(self, node: int) -> QRectF:
        """Return where the card of a Value is in the widget."""
        if self.picture is None:
            return QRectF()
        return self._camera.rect_to_screen(self.picture.cards[node])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the parts that have to be drawn anew."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._style.color("canvas"))
        if self.picture is None or self._shown is None or not self.picture.cards:
            self._paint_hint(painter)
            return
        painter.setTransform(self._camera.transform)
        region = event.region()
        areas = [event.rect()]
        if region.rectCount() <= _MOST_AREAS:
            areas = list(cast(Iterable[QRect], region))
        rects = [
            self._camera.rect_to_scene(QRectF(area).adjusted(-2, -2, 2, 2))
            for area in areas
        ]
        paint(
            painter,
            self.picture,
            self._shown,
            self._style,
            rects,
            self._camera.scale,
            self.pills,
            self._marks,
        )

    @property
    def pills(self) -> tuple[Pill, ...]:
        """What the last step changed, with the places where it is written."""
        if self.picture is None or self._shown is None:
            return ()
        if level(self._camera.scale) is not Level.FULL or self._glide.running:
            return ()
        if self._pills is None:
            self._pills = step_pills(self.picture, self._shown, self._style)
        return self._pills

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._style.color("dim"))
        lines = self._hint.splitlines()
        font = self._style.hint
        for i, line in enumerate(lines):
            y = self._middle.y() + (i - (len(lines) - 1) / 2) * 26
            left = self._middle.x() - font.width(line) / 2
            write(painter, self._style, font, left, y, line)

    # What changes

    def _pictured(self, shown: Shown, layout: Layout) -> Picture:
        """Return the picture of what is shown, in a layout."""
        picture = Picture(shown.mirror.graph, layout, self._style)
        picture.write_numbers(shown.numbers(layout.folded))
        return picture

    @staticmethod
    def _write_numbers(
        picture: Picture, shown: Shown, dirty: set[int] | None
    ) -> list[QRectF]:
        """Write constants anew; return what their badges cover and covered."""
        nodes = picture.host if dirty is None else dirty.intersection(picture.host)
        if not nodes:
            return []
        old = dict(picture.badges)
        changed = picture.write_numbers(shown.numbers(nodes))
        return [rect[node] for node in changed for rect in (old, picture.badges)]

    def _step_rects(self) -> list[QRectF]:
        if self.picture is None or self._shown is None:
            return []
        return step_rects(self.picture, self._shown, self.pills)

    def _repaint(self, rects: Collection[QRectF]) -> None:
        """Paint parts of the picture anew."""
        if len(rects) > _MOST_RECTS:
            self.update()
            return
        region = QRegion()
        for rect in rects:
            room = roomy(rect, self._camera.scale)
            region += QRegion(self._camera.rect_to_screen(room).toAlignedRect())
        self.update(region)

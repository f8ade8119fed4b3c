"""Which part of the picture the window looks at."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from gradviz.ui.canvas.style import FULL_FROM, MARGIN

MOST = 4.0
FIT_MOST = 1.5
"""Fitting never enlarges more than this: few cards need not fill a wall."""
READING = 0.75
"""How large a graph is shown of which all would be too small to read."""
_OVERVIEW_FROM = 0.03
"""In an overview smaller than this, cards are no more than a line."""
_LEAST = 0.02
_KEPT = 64.0
"""Screen pixels of the picture that stay in the window however far one pans."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A scale, and where the picture's origin is on the screen.

    Attributes:
        scale: Screen pixels per unit of the picture.
        x: Where the picture's origin is, in pixels from the left.
        y: The same from the top.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    @property
    def transform(self) -> QTransform:
        """From the picture to the screen."""
        return QTransform(self.scale, 0, 0, self.scale, self.x, self.y)

    def to_scene(self, point: QPointF) -> QPointF:
        """Return the point of the picture that is at a point of the screen."""
        return QPointF(
            (point.x() - self.x) / self.scale, (point.y() - self.y) / self.scale
        )

    def to_screen(self, point: QPointF) -> QPointF:
        """Return where a point of the picture is on the screen."""
        return QPointF(point.x() * self.scale + self.x, point.y() * self.scale + self.y)

    def rect_to_scene(self, rect: QRectF) -> QRectF:
        """Return the part of the picture in a rectangle of the screen."""
        return QRectF(self.to_scene(rect.topLeft()), self.to_scene(rect.bottomRight()))

    def rect_to_screen(self, rect: QRectF) -> QRectF:
        """Return where a part of the picture is on the screen."""
        return QRectF(
            self.to_screen(rect.topLeft()), self.to_screen(rect.bottomRight())
        )

    def moved(self, dx: float, dy: float) -> "Camera":
        """Return a camera whose picture is moved by pixels."""
        return Camera(self.scale, self.x + dx, self.y + dy)

    def showing(self, scene: QPointF, screen: QPointF, scale: float) -> "Camera":
        """Return a camera of another scale that shows a point where it is asked to."""
        return Camera(
            scale, screen.x() - scene.x() * scale, screen.y() - scene.y() * scale
        )

    def between(self, other: "Camera", share: float) -> "Camera":
        """Return a camera on the way to another one."""
        return Camera(
            self.scale + (other.scale - self.scale) * share,
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
        )


def fitted(bounds: QRectF, window: QSizeF) -> Camera:
    """Return the camera that shows all of a picture with a margin around."""
    room_x = max(window.width() - 2 * MARGIN, 16.0)
    room_y = max(window.height() - 2 * MARGIN, 16.0)
    scale = min(
        room_x / max(bounds.width(), 1.0), room_y / max(bounds.height(), 1.0), FIT_MOST
    )
    middle = QPointF(window.width() / 2, window.height() / 2)
    return Camera().showing(bounds.center(), middle, scale)


def readable(bounds: QRectF, window: QSizeF, start: QPointF) -> Camera | None:
    """Return the camera that shows where the walk starts, in a size to be read.

    None where fitting everything in does that, and where the graph is so tall that
    only an overview shows what it is, as long as that is more than a thin line.

    Args:
        bounds: The rectangle around the picture.
        window: The size of the widget.
        start: The right end of the card with which the walk starts.
    """
    too_tall = bounds.height() * READING > window.height()
    scale = fitted(bounds, window).scale
    if scale >= FULL_FROM or (too_tall and scale >= _OVERVIEW_FROM):
        return None
    if not too_tall:
        start = QPointF(bounds.right(), bounds.center().y())
    right = QPointF(window.width() - MARGIN, window.height() / 2)
    return Camera().showing(start, right, READING)


def limited(scale: float, bounds: QRectF, window: QSizeF) -> float:
    """Return the nearest scale that still shows something of use."""
    least = min(_LEAST, fitted(bounds, window).scale) if bounds else _LEAST
    return min(max(scale, least), MOST)


def kept_in(camera: Camera, bounds: QRectF, window: QSizeF) -> Camera:
    """Return the nearest camera that still has some of the picture in the window."""
    at = camera.rect_to_screen(bounds)
    left, right = _KEPT - at.right(), window.width() - _KEPT - at.left()
    top, bottom = _KEPT - at.bottom(), window.height() - _KEPT - at.top()
    return camera.moved(
        _nearest(0.0, left, right) if left <= right else 0.0,
        _nearest(0.0, top, bottom) if top <= bottom else 0.0,
    )


def _nearest(wanted: float, least: float, most: float) -> float:
    return min(max(wanted, least), most)

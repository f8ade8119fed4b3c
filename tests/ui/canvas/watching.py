"""A canvas on the screen, and questions about what can be seen on it."""

from helpers import Play
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage

from gradviz.ui.canvas.view import CanvasView


class Watched:
    """A canvas that shows a session.

    Attributes:
        view: The canvas.
        play: The session with its mirror.
    """

    def __init__(self, view: CanvasView, play: Play) -> None:
        self.view = view
        self.play = play

    def move_to(self, playhead: int) -> None:
        if playhead > self.play.mirror.recorded:
            self.play.move_to(playhead)
            self.view.refresh(None)
        else:
            self.view.refresh(self.play.mirror.move_to(playhead))

    def image(self) -> QImage:
        return self.view.grab().toImage()

    def on_screen(self) -> QImage:
        """What repaints have left on the screen, without painting it all anew."""
        return self.view.screen().grabWindow(self.view.winId()).toImage()

    def center(self, name: str) -> QPointF:
        return self.view.card_rect(self.play.named(name)).center()

    def colored(self, color: str, rect: QRectF | None = None) -> int:
        """Count the pixels of a colour, in all of the canvas or a part of it."""
        return count(self.image(), color, rect)


def count(image: QImage, color: str, rect: QRectF | None = None) -> int:
    part = image if rect is None else image.copy(rect.toAlignedRect())
    wanted = QColor(color).rgb() & 0xFFFFFF
    return sum(
        part.pixel(x, y) & 0xFFFFFF == wanted
        for x in range(part.width())
        for y in range(part.height())
    )


def differing(one: QImage, other: QImage, rect: QRectF | None = None) -> int:
    """Count the pixels that are not the same, in all of two pictures or a part."""
    area = one.rect() if rect is None else rect.toAlignedRect()
    return sum(
        one.pixel(x, y) != other.pixel(x, y)
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    )

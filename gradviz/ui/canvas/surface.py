"""A surface seen through a camera: zooms, pans, fits, tells clicks from drags.

The wheel zooms at the pointer and two fingers on a touchpad pan, as on maps and drawing
boards; pinching, or Ctrl with either, zooms as well. It knows nothing of graphs.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.ui.canvas.camera import (
    READING,
    Camera,
    fitted,
    kept_in,
    limited,
    readable,
)
from gradviz.ui.canvas.glide import Glide
from gradviz.ui.canvas.style import FULL_FROM

_ZOOM_STEP = 1.25
_NOTCH = 120.0


class Surface(QWidget):
    """A widget with a camera.

    Signals:
        zoom_changed: The zoom in percent.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._camera = Camera()
        self._fitted = True
        self._opened: Camera | None = None
        self._glide = Glide(self)
        self._pressed: tuple[QPointF, Camera] | None = None
        self._panning = False

    # What is shown and clicked is known to those who derive from this

    def bounds(self) -> QRectF | None:
        """Return what there is to see, None while there is nothing."""
        return None

    def start(self) -> QPointF:
        """Return where to look first in what can't be read as a whole."""
        bounds = self.bounds() or QRectF()
        return QPointF(bounds.right(), bounds.center().y())

    def clicked(self, position: QPointF) -> None:
        """Act on a click that was no drag."""

    def pointed(self, position: QPointF | None) -> None:
        """Act on the pointer's position, None when it has left."""

    # Where the view is

    @property
    def zoom(self) -> float:
        """The zoom in percent; 100 is actual size."""
        return self._camera.scale * 100

    @property
    def is_fitted(self) -> bool:
        """Whether everything is shown and stays so when the window is resized."""
        return self._fitted

    def fit(self) -> None:
        """Show everything, now and whenever the window changes its size."""
        self._glide.finish()
        self._fitted = True
        if bounds := self.bounds():
            self._look(fitted(bounds, self._window))

    def open_view(self) -> None:
        """Show all of a new graph, or where its walk starts if that is too small."""
        bounds, camera = self.bounds(), None
        if bounds is not None:
            camera = readable(bounds, self._window, self.start())
        if camera is None:
            self.fit()
            return
        self._glide.finish()
        self._fitted = False
        self._opened = camera
        self._look(camera)

    def actual_size(self) -> None:
        """Show everything at the size it was drawn for."""
        self._zoom_to(1.0, self._middle)

    def zoom_in(self) -> None:
        """Show everything a step larger."""
        self._zoom_to(self._camera.scale * _ZOOM_STEP, self._middle)

    def zoom_out(self) -> None:
        """Show everything a step smaller."""
        self._zoom_to(self._camera.scale / _ZOOM_STEP, self._middle)

    def set_motion(self, allowed: bool) -> None:
        """Let things move from place to place, or jump."""
        self._glide.allowed = allowed

    def map_to_scene(self, position: QPointF) -> QPointF:
        """Return the point of the picture at a position in the widget."""
        return self._camera.to_scene(position)

    def map_from_scene(self, point: QPointF) -> QPointF:
        """Return the position in the widget of a point of the picture."""
        return self._camera.to_screen(point)

    def visible_part(self) -> QRectF:
        """Return the part of the picture that the widget shows."""
        corner = QPointF(self.width(), self.height())
        return QRectF(self.map_to_scene(QPointF()), self.map_to_scene(corner))

    def sizeHint(self) -> QSize:
        """As large as the window lets it be."""
        return QSize(800, 600)

    @property
    def _window(self) -> QSizeF:
        return QSizeF(self.size())

    @property
    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _look(self, camera: Camera) -> None:
        """Look through another camera."""
        zoomed = camera.scale != self._camera.scale
        if camera != self._camera:
            self._camera = camera
            self.update()
        if zoomed:
            self.zoom_changed.emit(self.zoom)

    def _show_rect(self, rect: QRectF) -> None:
        """Glide to a part of the picture, if it is not in view."""
        self._glide.finish()
        start = self._camera
        on_screen = start.rect_to_screen(rect)
        if self.rect().toRectF().contains(on_screen):
            return
        away = self._middle - on_screen.center()
        self._glide_to(start.moved(away.x(), away.y()))

    def _read_rect(self, rect: QRectF) -> None:
        """Show a part of the picture in a size that can be read."""
        if self._camera.scale >= FULL_FROM:
            self._show_rect(rect)
            return
        self._glide.finish()
        self._glide_to(self._camera.showing(rect.center(), self._middle, READING))

    def _glide_to(self, camera: Camera) -> None:
        self._fitted = False
        start = self._camera
        self._glide.start(lambda share: self._look(start.between(camera, share)))

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        """Zoom so that the picture stays where it is below a position."""
        bounds = self.bounds()
        if bounds is None:
            return
        self._glide.finish()
        self._fitted = False
        scale = limited(scale, bounds, self._window)
        self._look(self._camera.showing(self.map_to_scene(at), at, scale))

    def _pan(self, camera: Camera, away: QPointF) -> None:
        """Move the picture by pixels, from where a camera has it."""
        bounds = self.bounds()
        if bounds is None:
            return
        self._fitted = False
        self._look(kept_in(camera.moved(away.x(), away.y()), bounds, self._window))

    # Gestures

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep everything fitted, or what was opened, or the middle where it is."""
        self._glide.finish()
        if self._fitted:
            self.fit()
        elif self._camera == self._opened:
            self.open_view()
        elif event.oldSize().isValid():
            grown = event.size() - event.oldSize()
            self._look(self._camera.moved(grown.width() / 2, grown.height() / 2))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with a wheel, pan with two fingers."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull():
            if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._glide.finish()
                self._pan(self._camera, QPointF(pixels))
                return
            angle = pixels * 3
        if notches := (angle.y() or angle.x()) / _NOTCH:
            scale = self._camera.scale * _ZOOM_STEP**notches
            self._zoom_to(scale, event.position())

    def event(self, event: QEvent) -> bool:
        """Zoom when the touchpad is pinched."""
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            scale = self._camera.scale * (1.0 + event.value())
            self._zoom_to(scale, event.position())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._glide.finish()
            self._pressed = (event.position(), self._camera)
            self._panning = event.button() == Qt.MouseButton.MiddleButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while the picture is held."""
        if self._pressed is None:
            self.pointed(event.position())
            return
        start, camera = self._pressed
        away = event.position() - start
        far = away.manhattanLength() >= QApplication.startDragDistance()
        if self._panning or far:
            self._panning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._pan(camera, away)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; without a drag this is a click."""
        pressed, panned = self._pressed, self._panning
        self._pressed, self._panning = None, False
        self.unsetCursor()
        if pressed and not panned and event.button() == Qt.MouseButton.LeftButton:
            self.clicked(event.position())
        self.pointed(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is nowhere any more."""
        self.pointed(None)

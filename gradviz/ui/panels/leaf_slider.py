"""A slider whose range fits its number, and grows with it."""

import math

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSlider, QStyle, QStyleOptionSlider, QWidget

from gradviz.session.facts import Figure

TICKS = 100
"""Steps on each side of zero."""
_USUAL_REACH = 5.0
_OWN_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


def reach_for(number: float) -> float:
    """Return how far a slider should reach on both sides of 0 for a number.

    One of 1, 2 or 5 times a power of ten, with a fifth to spare. Usual numbers all get
    the same, so that their sliders can be compared at a glance.
    """
    size = abs(number)
    if size == 0 or 0.5 <= size <= 4 or not math.isfinite(size):
        return _USUAL_REACH
    wanted = min(max(size * 1.25, 1e-300), 1e300)
    power = math.floor(math.log10(wanted))
    for digit in (1, 2, 5, 10):
        reach = float(f"{digit}e{power}")
        if wanted <= reach * (1 + 1e-12):
            return reach
    return float(f"1e{power + 2}")


class LeafSlider(QSlider):
    """A slider for a number, from −reach to reach.

    Attributes:
        reach: The largest number it can be set to.

    Signals:
        dragged: A number that the person has moved it to.
        gesture_started: What follows is one edit, until this is emitted again.
        released: The pointer has let go.
    """

    dragged = Signal(float)
    gesture_started = Signal()
    released = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.reach = _USUAL_REACH
        self._showing = self._pressed = False
        self.setObjectName(name)
        self.setRange(-TICKS, TICKS)
        self.setSingleStep(1)
        self.setPageStep(TICKS // 10)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.valueChanged.connect(self._on_value_changed)

    def set_reach(self, reach: float) -> None:
        """Let the slider go from −reach to reach."""
        self.reach = reach

    def show_number(self, number: Figure) -> None:
        """Put the handle where a number is; one outside makes the range grow.

        A slider that is being dragged stays with the pointer.
        """
        if self.is_held() or not isinstance(number, int | float):
            return
        if math.isfinite(number) and abs(number) > self.reach:
            self.reach = reach_for(number)
        ratio = 0.0 if math.isnan(number) else number / self.reach
        self._showing = True
        self.setValue(round(max(-1.0, min(1.0, ratio)) * TICKS))
        self._showing = False

    def _on_value_changed(self, tick: int) -> None:
        if self._showing:
            return
        self.dragged.emit(float(f"{tick * self.reach / TICKS:.12g}"))
        if not self.is_held():
            self._grow_at_the_end()

    def is_held(self) -> bool:
        """Whether a pointer holds it."""
        return self._pressed or self.isSliderDown()

    def _grow_at_the_end(self) -> None:
        """Make room beyond the end that the person has moved it to."""
        if abs(self.value()) < TICKS:
            return
        number = math.copysign(self.reach, self.value())
        self.reach = reach_for(self.reach)
        self.show_number(number)

    def event(self, event: QEvent) -> bool:
        """Keep the keys that move a slider from the window's shortcuts."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
            and event.modifiers() in (_NO_MODIFIER, _KEYPAD)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Count a key that is held down as one edit."""
        if not event.isAutoRepeat():
            self.gesture_started.emit()
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle to the pointer at once, wherever the groove is pressed."""
        self.gesture_started.emit()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = True
            if not self._on_handle(event):
                self.setValue(self._tick_at(event))
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Make room where a drag has come to the end of the range."""
        super().mouseReleaseEvent(event)
        self._pressed = False
        self._grow_at_the_end()
        self.released.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin a new edit when the person comes back to it."""
        self.gesture_started.emit()
        super().focusInEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the panel instead of changing numbers by accident."""
        event.ignore()

    def _on_handle(self, event: QMouseEvent) -> bool:
        return self._part(QStyle.SubControl.SC_SliderHandle).contains(
            event.position().toPoint()
        )

    def _tick_at(self, event: QMouseEvent) -> int:
        groove = self._part(QStyle.SubControl.SC_SliderGroove)
        handle = self._part(QStyle.SubControl.SC_SliderHandle).width()
        left = groove.left() + handle // 2
        span = max(1, groove.width() - handle)
        return QStyle.sliderValueFromPosition(
            -TICKS, TICKS, round(event.position().x()) - left, span
        )

    def _part(self, part: QStyle.SubControl) -> QRect:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, part, self
        )


_NO_MODIFIER = Qt.KeyboardModifier.NoModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier

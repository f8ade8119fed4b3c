"""Where a person types a number: exact, forgiving, and never losing the old one."""

import math

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gradviz.analysis.words import exact
from gradviz.numbers import DIGITS, parsed, shown
from gradviz.session.facts import Figure
from gradviz.ui.panels.common import GAP_PX
from gradviz.ui.theme import Theme, number_font

_OWN_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PADDING_PX = 6


class NumberField(QLineEdit):
    """A field for one number.

    It shows few digits, and every digit while it has the focus. Return takes what is
    typed, and so does leaving the field; Escape brings the old number back.

    Signals:
        committed: The new number.
        refused: One sentence: what is typed is no number.
        resumed: The person goes on typing, or has left; a sentence shown can go.
    """

    committed = Signal(float)
    refused = Signal(str)
    resumed = Signal()

    def __init__(self, name: str, says: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number: Figure = None
        self._select_on_release = False
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setFont(number_font())
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setStyleSheet(f"padding: 2px {_PADDING_PX}px;")
        self.textEdited.connect(self._on_edited)

    @property
    def number(self) -> Figure:
        """The number it stands for."""
        return self._number

    def set_number(self, number: Figure) -> None:
        """Show a number, unless the person is typing another one."""
        self._number = number
        if not self.isModified():
            self._show()

    def commit(self) -> bool:
        """Take what is typed; return whether it was a number."""
        try:
            number = parsed(self.text())
        except ValueError as error:
            self._mark(invalid=True)
            self.refused.emit(str(error))
            return False
        self._mark(invalid=False)
        self.setModified(False)
        self.resumed.emit()
        if self._differs(number):
            self._number = number
            self.committed.emit(number)
        self._show()
        return True

    def restore(self) -> None:
        """Bring the old number back."""
        self._mark(invalid=False)
        self.setModified(False)
        self._show()
        self.resumed.emit()

    def selectAll(self) -> None:
        """Select all, and show where the number begins rather than where it ends."""
        self.end(False)
        self.home(True)

    def _differs(self, number: float) -> bool:
        old = self._number
        if not isinstance(old, int | float):
            return True
        return float(old) != number and not (math.isnan(old) and math.isnan(number))

    def _show(self) -> None:
        text = exact(self._number) if self.hasFocus() else self._fitting()
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
            if self.hasFocus():
                self.selectAll()
        self.setModified(False)
        self.setToolTip(exact(self._number))

    def _fitting(self) -> str:
        """Return the number with as many digits as there is room for."""
        room = self.width() - 2 * _PADDING_PX - 6
        for digits in range(DIGITS, 1, -1):
            text = shown(self._number, digits)
            if self.fontMetrics().horizontalAdvance(text) <= room:
                return text
        # A number that is cut without a sign of it is another number.
        cut = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(shown(self._number, 1), cut, room + 2)

    def _mark(self, invalid: bool) -> None:
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)

    def _on_edited(self) -> None:
        self._mark(invalid=False)
        self.resumed.emit()

    def event(self, event: QEvent) -> bool:
        """Keep Return and Escape from the window, and leave it its Undo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(
            event, QKeyEvent
        ):
            if event.key() in _OWN_KEYS:
                event.accept()
                return True
            if not self.isModified() and _undoes(event):
                event.ignore()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take what is typed, or bring the old number back."""
        if event.key() == Qt.Key.Key_Escape:
            if self.isModified():
                self.restore()
                self.selectAll()
            else:
                self.clearFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show every digit, ready to be typed over."""
        super().focusInEvent(event)
        if not self.isModified():
            self._show()
            self.selectAll()
        self._select_on_release = event.reason() == Qt.FocusReason.MouseFocusReason

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what is typed if it is a number, else bring the old one back."""
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        if self.isModified() and self.commit():
            return
        self.restore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the number at the first click, so that typing replaces it."""
        super().mouseReleaseEvent(event)
        if self._select_on_release and not self.hasSelectedText():
            self.selectAll()
        self._select_on_release = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many digits as there is room for."""
        super().resizeEvent(event)
        if not self.hasFocus():
            self._show()


def _undoes(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(
        QKeySequence.StandardKey.Redo
    )


class FieldError(QLabel):
    """The sentence at a field that holds no number; it lies over what is below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = parent
        self.setObjectName("field-error")
        self.setWordWrap(True)
        self.hide()

    def watch(self, field: NumberField) -> None:
        """Show what ``field`` refuses, until the person goes on."""
        field.refused.connect(lambda text: self.show_at(field, text))
        field.resumed.connect(self.hide)

    def show_at(self, field: QWidget, sentence: str) -> None:
        """Show a sentence below a field, or above it where there is no room."""
        panel = self._panel
        self.setText(sentence)
        width = min(panel.width() - 2 * GAP_PX, 300)
        self.setFixedWidth(width)
        self.setFixedHeight(self.heightForWidth(width))
        corner = field.mapTo(panel, QPoint(field.width(), field.height() + 3))
        x = min(max(corner.x() - width, GAP_PX), panel.width() - width - GAP_PX)
        y = corner.y()
        if y + self.height() > panel.height():
            y = corner.y() - field.height() - self.height() - 6
        self.move(x, max(0, y))
        self.raise_()
        self.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        colors = theme.palette
        self.setStyleSheet(
            f"QLabel {{ background: {colors.card}; color: {colors.text};"
            f" border: 1px solid {colors.error}; border-radius: 6px;"
            " padding: 6px 8px; }"
        )

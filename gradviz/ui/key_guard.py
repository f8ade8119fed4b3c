"""Keeps the window's one-key shortcuts from taking keys that a widget needs."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QWidget

_SLIDER_KEYS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End}
_BUTTON_KEYS = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class KeyGuard(QObject):
    """An event filter for the application.

    Text fields keep their keys by themselves; sliders, and buttons reached with Tab, do
    not. A button that was clicked does not keep the space bar: the next thing a person
    wants is a step.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tabbed: QWidget | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a widget have the keys it works with."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            by_tab = event.reason() in (  # type: ignore[attr-defined]
                Qt.FocusReason.TabFocusReason,
                Qt.FocusReason.BacktabFocusReason,
            )
            self._tabbed = watched if by_tab else None
        elif event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            if self._needs(watched, event):
                event.accept()
                return True
        return False

    def _needs(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if isinstance(watched, QAbstractSlider):
            return event.key() in _SLIDER_KEYS
        if isinstance(watched, QComboBox):
            return event.key() in _BUTTON_KEYS
        if isinstance(watched, QAbstractButton):
            return watched is self._tabbed and event.key() in _BUTTON_KEYS
        return False

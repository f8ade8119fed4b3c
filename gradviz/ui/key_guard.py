"""Keys that a widget with the focus needs, though the window has shortcuts for them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QWidget

_SLIDER_KEYS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End}
_BUTTON_KEYS = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}


def needs_key(focused: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the widget with the focus, and not the window, should have this key.

    Text fields see to that themselves. Buttons take the focus only by Tab, so one that
    has it is what the person wants to press.
    """
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if isinstance(focused, QAbstractSlider):
        return event.key() in _SLIDER_KEYS
    if isinstance(focused, QAbstractButton | QComboBox):
        return event.key() in _BUTTON_KEYS
    return False

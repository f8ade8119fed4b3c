"""Small widgets that several panels share."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

from gradviz.ui.theme import Theme, icon

MARGIN_PX = 16
GAP_PX = 8
ICON_PX = 14


class ElidedLabel(QLabel):
    """A label that leaves out what has no room; the tooltip has it all.

    Attributes:
        elide: Where it leaves that out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.elide = Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show a text."""
        if text != self.text():
            super().setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        """Let the label become as narrow as it has to be."""
        return QSize(0, super().minimumSizeHint().height())

    @property
    def shown_text(self) -> str:
        """As much of the text as fits."""
        return self.fontMetrics().elidedText(self.text(), self.elide, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment(), self.shown_text)


class PanelButton(QToolButton):
    """A button that leaves the keyboard to the window unless Tab has reached it.

    Space is the window's shortcut for a step; a click must not take it away.
    """

    def __init__(
        self,
        name: str,
        says: str,
        pressed: Callable[[], object],
        parent: QWidget | None = None,
        icon_name: str = "",
        color: str = "dim",
    ) -> None:
        """Make a button.

        Args:
            name: Its objectName.
            says: Its tooltip and what a screen reader says.
            pressed: What a click does.
            parent: The widget it is in.
            icon_name: Its icon; without one it shows the text it is given.
            color: The role of the icon's colour.
        """
        super().__init__(parent)
        self.setObjectName(name)
        self.say(says)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self._icon_name, self._color = icon_name, color
        if icon_name:
            self.setProperty("flat", True)
            self.setStyleSheet("padding: 2px;")
        self.clicked.connect(lambda: pressed())

    def say(self, text: str) -> None:
        """Give the tooltip and the accessible name."""
        self.setToolTip(text)
        self.setAccessibleName(text)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        if self._icon_name:
            self.setIcon(icon(self._icon_name, theme, self._color))

    def event(self, event: QEvent) -> bool:
        """Keep the keys that press a button that has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and _presses(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return press the button as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


def _presses(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() in (
        Qt.Key.Key_Space,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
    )


def hint(name: str, text: str, parent: QWidget) -> QLabel:
    """Return the dim sentence of a panel that has nothing to show."""
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setProperty("role", "dim")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    # Not its contents margins: Qt forgets them when a style sheet comes later.
    label.setStyleSheet(f"padding: {GAP_PX}px {MARGIN_PX}px;")
    label.setIndent(0)
    return label


def heading(text: str, parent: QWidget) -> QLabel:
    """Return a small dim heading inside a panel."""
    label = QLabel(text, parent)
    label.setProperty("role", "heading")
    return label


def keeps_key(event: QEvent, cursor: QTextCursor) -> bool:
    """Answer whether a text that is only read keeps a key from the window's shortcuts.

    It keeps those that copy or select text.

    Returns:
        Whether that was the question.
    """
    if not isinstance(event, QKeyEvent):
        return False
    if event.type() != QEvent.Type.ShortcutOverride:
        return False
    standard = QKeySequence.StandardKey
    copies = cursor.hasSelection() and event.matches(standard.Copy)
    event.setAccepted(copies or event.matches(standard.SelectAll))
    return True

"""Plain text as tall as it is: the list of cells scrolls, not each of them."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextOption, QWheelEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from gradviz.ui.panels.common import keeps_key
from gradviz.ui.theme import code_font

PADDING_PX = 6


class FlatText(QPlainTextEdit):
    """Text in the font of code, wrapped, with no scroll bar of its own."""

    def __init__(self, name: str, says: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(says)
        self.setFont(code_font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setStyleSheet(
            "QPlainTextEdit { background: transparent; border: none; padding: 0; }"
        )
        self.document().setDocumentMargin(PADDING_PX)

    def take_width(self, width: int) -> int:
        """Become this wide, and return how tall the text is then."""
        self.resize(width, max(self.height(), 1))
        layout, block = self.document().documentLayout(), self.document().begin()
        height = 0.0
        while block.isValid():
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        # The last line's height has the margin below it in it, but none has the one
        # above. One pixel more, or Qt would scroll the last line into view.
        return round(height) + PADDING_PX + 1

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the list of cells."""
        event.ignore()


class ReadText(FlatText):
    """Text that can be selected and copied; every other key is the window's.

    Attributes:
        scrolls: Whether it has a scroll bar of its own, as it is very long.
    """

    def __init__(self, name: str, says: str, parent: QWidget) -> None:
        super().__init__(name, says, parent)
        self.scrolls = False
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def event(self, event: QEvent) -> bool:
        """Leave Space, P and the arrows to the window."""
        return keeps_key(event, self.textCursor()) or super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll a long text first, and the list of cells at its ends."""
        if self.scrolls:
            QPlainTextEdit.wheelEvent(self, event)
        else:
            event.ignore()

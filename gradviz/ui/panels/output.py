"""What the person's code has printed."""

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from gradviz.ui.controller import Controller
from gradviz.ui.theme import Theme, code_font

_MOST_LINES = 10_000
_IS_ERROR = QTextFormat.Property.UserProperty
"""Marks what came on standard error, to find it when the theme changes."""


class OutputPanel(QWidget):
    """Shows standard output and standard error in the order they came."""

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("output-panel")
        self._theme = theme
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("output-text")
        self._text.setAccessibleName("Printed by your code")
        self._text.setReadOnly(True)
        self._text.setFont(code_font())
        self._text.setMaximumBlockCount(_MOST_LINES)
        self._text.setPlaceholderText("Nothing has been printed.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 12)
        layout.addWidget(self._text)
        controller.opening_began.connect(self._text.clear)
        controller.printed.connect(self._on_printed)

    @property
    def text(self) -> str:
        """Everything printed since the file was opened, as far as it is kept."""
        return self._text.toPlainText()

    def set_theme(self, theme: Theme) -> None:
        """Show what was printed in another theme."""
        self._theme = theme
        cursor = QTextCursor(self._text.document())
        block = self._text.document().begin()
        while block.isValid():
            for line in block.textFormats():
                if line.format.property(_IS_ERROR):
                    start = block.position() + line.start
                    cursor.setPosition(start)
                    cursor.setPosition(
                        start + line.length, QTextCursor.MoveMode.KeepAnchor
                    )
                    cursor.setCharFormat(self._error_style())
            block = block.next()

    def _error_style(self) -> QTextCharFormat:
        style = QTextCharFormat()
        style.setForeground(QColor(self._theme.palette.error))
        style.setProperty(_IS_ERROR, True)
        return style

    def _on_printed(self, stream: str, text: str) -> None:
        bar = self._text.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        style = self._error_style() if stream == "stderr" else QTextCharFormat()
        cursor.insertText(text, style)
        if at_end:
            bar.setValue(bar.maximum())

"""Edits whose cells are gone from the file: told, to be copied, never just dropped."""

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, PanelButton
from gradviz.ui.theme import Theme


class LeftOver(QWidget):
    """A row that offers edits to be copied, hidden while there are none."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("source-left-over")
        self._edits: list[str] = []
        self._text = QLabel(self)
        self._text.setObjectName("source-left-over-text")
        self._text.setProperty("role", "attention")
        self._text.setWordWrap(True)
        self._copy = PanelButton(
            "source-left-over-copy", "Copy what you had written", self._on_copy, self
        )
        self._copy.setText("Copy it")
        self._close = PanelButton(
            "source-left-over-close",
            "Drop what you had written",
            self.forget,
            self,
            "close",
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN_PX, 0, GAP_PX, GAP_PX)
        row.setSpacing(GAP_PX)
        row.addWidget(self._text, 1)
        row.addWidget(self._copy)
        row.addWidget(self._close)
        self.set_theme(theme)
        self.hide()

    def add(self, name: str, edits: Sequence[str]) -> None:
        """Offer more edits of a file."""
        if not edits:
            return
        self._edits += edits
        one = len(self._edits) == 1
        cells = "a cell" if one else f"{len(self._edits)} cells"
        self._text.setText(f"{name} no longer has {cells} that you had edited.")
        self._copy.setText("Copy it" if one else "Copy them")
        self.show()

    def forget(self) -> None:
        """Offer nothing any more."""
        self._edits = []
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Show the row in another theme."""
        self._close.set_theme(theme)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText("\n\n".join(self._edits))
        self.forget()

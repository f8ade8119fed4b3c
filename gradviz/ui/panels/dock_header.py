"""The title bar of docks that share a place: their tab says already what they are."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, ElidedLabel, PanelButton
from gradviz.ui.theme import Theme

_HEIGHT_PX = 36


class DockHeader(QWidget):
    """Says what is in a dock, and floats and closes it.

    Attributes:
        row: Where a dock puts buttons of its own, left of these.
    """

    def __init__(self, name: str, theme: Theme, parent: QWidget) -> None:
        """Make a header.

        Args:
            name: What the names of its parts begin with.
            theme: How it looks.
            parent: The panel it is for.
        """
        super().__init__(parent)
        self.setObjectName(f"{name}-header")
        self._dock: QDockWidget | None = None
        self._name = ElidedLabel(self)
        self._name.setObjectName(f"{name}-name")
        self._name.setProperty("role", "dim")
        self._buttons = [
            PanelButton(
                f"{name}-float",
                "Float the panel, or dock it",
                self._on_float,
                self,
                "float",
            ),
            PanelButton(
                f"{name}-close", "Close the panel", self._on_close, self, "close"
            ),
        ]
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(MARGIN_PX, 0, GAP_PX, 0)
        self.row.setSpacing(4)
        self.row.addWidget(self._name, 1)
        for button in self._buttons:
            self.row.addWidget(button)
        self.set_theme(theme)

    def say(self, text: str, keep_end: bool = False) -> None:
        """Say what is in the dock.

        Args:
            text: What to say.
            keep_end: Whether to leave out its beginning where not all has room.
        """
        mode = Qt.TextElideMode
        self._name.elide = mode.ElideLeft if keep_end else mode.ElideRight
        self._name.setText(text)

    def stand_on(self, dock: QDockWidget) -> None:
        """Become the title bar of a dock."""
        self._dock = dock
        dock.setTitleBarWidget(self)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        for button in self._buttons:
            button.set_theme(theme)

    def sizeHint(self) -> QSize:
        """Be as tall as other titles."""
        return QSize(super().sizeHint().width(), _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Let the text become as narrow as it has to be."""
        return QSize(super().minimumSizeHint().width(), _HEIGHT_PX)

    def _on_float(self) -> None:
        if self._dock is not None:
            self._dock.setFloating(not self._dock.isFloating())

    def _on_close(self) -> None:
        if self._dock is not None:
            self._dock.close()

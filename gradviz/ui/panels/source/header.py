"""The title bar of the Source dock: the file, and what can be done with all of it."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, ElidedLabel, PanelButton
from gradviz.ui.theme import Theme

_HEIGHT_PX = 36


class SourceHeader(QWidget):
    """Stands where docks have their title, which here the tab says already.

    Signals:
        run_wanted: Run every cell.
        save_wanted: Write the edits into the file.
    """

    run_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("source-header")
        self._dock: QDockWidget | None = None
        self._name = ElidedLabel(self)
        self._name.setObjectName("source-name")
        self._name.setProperty("role", "dim")
        self.save = PanelButton(
            "source-save",
            "Write the edited cells into the file (Ctrl+S)",
            self.save_wanted.emit,
            self,
            "save",
            "attention",
        )
        self.save.setText("Save")
        self.run_all = PanelButton(
            "source-run-all",
            "Run every cell, from the first to the last",
            self.run_wanted.emit,
            self,
            "play",
        )
        self.run_all.setText("Run all")
        for button in (self.save, self.run_all):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._float = PanelButton(
            "source-float", "Float the panel, or dock it", self._on_float, self, "float"
        )
        self._close = PanelButton(
            "source-close", "Close the panel", self._on_close, self, "close"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN_PX, 0, GAP_PX, 0)
        row.setSpacing(4)
        row.addWidget(self._name, 1)
        for part in (self.save, self.run_all, self._float, self._close):
            row.addWidget(part)
        self.set_theme(theme)

    def show_file(self, name: str, is_notebook: bool) -> None:
        """Show a file's name, and what running it means."""
        self._name.setText(name)
        self.run_all.setText("Run all" if is_notebook else "Run")
        says = "Run every cell, from the first to the last"
        self.run_all.say(says if is_notebook else "Run the script as it stands here")

    def stand_on(self, dock: QDockWidget) -> None:
        """Become the title bar of a dock."""
        self._dock = dock
        dock.setTitleBarWidget(self)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        for button in (self.save, self.run_all, self._float, self._close):
            button.set_theme(theme)

    def sizeHint(self) -> QSize:
        """Be as tall as other titles."""
        return QSize(super().sizeHint().width(), _HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        """Let the name become as narrow as it has to be."""
        return QSize(super().minimumSizeHint().width(), _HEIGHT_PX)

    def _on_float(self) -> None:
        if self._dock is not None:
            self._dock.setFloating(not self._dock.isFloating())

    def _on_close(self) -> None:
        if self._dock is not None:
            self._dock.close()

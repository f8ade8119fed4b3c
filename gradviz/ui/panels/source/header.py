"""The title bar of the Source dock: the file, and what can be done with all of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gradviz.ui.panels.common import PanelButton
from gradviz.ui.panels.dock_header import DockHeader
from gradviz.ui.theme import Theme


class SourceHeader(DockHeader):
    """Names the file, runs all of it and saves it.

    Signals:
        run_wanted: Run every cell.
        save_wanted: Write the edits into the file.
    """

    run_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("source", theme, parent)
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
        for place, button in enumerate((self.save, self.run_all), start=1):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._buttons.append(button)
            self.row.insertWidget(place, button)
        self.set_theme(theme)

    def show_file(self, name: str, is_notebook: bool) -> None:
        """Show a file's name, and what running it means."""
        self.say(name)
        self.run_all.setText("Run all" if is_notebook else "Run")
        says = "Run every cell, from the first to the last"
        self.run_all.say(says if is_notebook else "Run the script as it stands here")

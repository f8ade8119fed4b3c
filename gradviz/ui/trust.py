"""Whether a file may run: those of trusted folders, and those the person lets run."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from gradviz.assets import resource_dir
from gradviz.ui.settings import Settings

_FOLDER_PX = 340


class Trust(QObject):
    """Knows which files run without being asked about, and asks about the others.

    Folders are compared as they are on the disk: a link inside a trusted folder is
    trusted if what it leads to is.
    """

    def __init__(self, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window
        self._allowed: set[Path] = set()
        self._dialog: TrustDialog | None = None

    def trusts(self, path: Path) -> bool:
        """Whether a file may run without asking."""
        path = path.resolve()
        folders = (resource_dir().resolve(), *self._settings.trusted)
        return path in self._allowed or any(map(path.is_relative_to, folders))

    def allow(self, path: Path) -> None:
        """Let a file run for as long as the window is there."""
        self._allowed.add(path.resolve())
        self._close_dialog()

    def ask(self, path: Path, run: Callable[[], object]) -> None:
        """Ask the person whether a file may run, without keeping them from reading it.

        Args:
            path: The file.
            run: Is called if it may.
        """
        self._close_dialog()
        self._dialog = dialog = TrustDialog(path, self._window)

        def decide() -> None:
            if self._dialog is dialog:
                self._dialog = None
            if dialog.clickedButton() is dialog.run_button:
                if dialog.trust_folder.isChecked():
                    self._settings.trust(path.parent)
                self.allow(path)
                run()

        dialog.finished.connect(decide)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _close_dialog(self) -> None:
        """Take back a question that has been answered elsewhere, or is of no use."""
        if self._dialog is not None:
            self._dialog.close()


class TrustDialog(QMessageBox):
    """Says that a file is a program, and asks whether to run it.

    Attributes:
        run_button: Runs it.
        trust_folder: Whether every file of the folder may run from now on.
    """

    def __init__(self, path: Path, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("trust-dialog")
        self.setModal(False)
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(f"Run {path.name}?")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(
            f"{path.name} will run as a program on this computer, with your "
            "permissions. Run it only if you trust who wrote it."
        )
        self.setInformativeText("Until then you can read it in the Source panel.")
        self.run_button = self.addButton("Run", QMessageBox.ButtonRole.AcceptRole)
        self.run_button.setObjectName("trust-run")
        refuse = self.addButton("Don't Run", QMessageBox.ButtonRole.RejectRole)
        refuse.setObjectName("trust-refuse")
        self.setDefaultButton(refuse)
        self.setEscapeButton(refuse)
        folder = str(path.resolve().parent)
        shown = QFontMetrics(self.font()).elidedText(
            shown_folder(Path(folder)), Qt.TextElideMode.ElideMiddle, _FOLDER_PX
        )
        self.trust_folder = QCheckBox(f"Trust every file in {shown}", self)
        self.trust_folder.setObjectName("trust-folder")
        self.trust_folder.setToolTip(
            f"{folder}\nFiles in it, and in its folders, will run without asking; "
            "see Preferences"
        )
        self.setCheckBox(self.trust_folder)


def shown_folder(folder: Path) -> str:
    """Return a folder as people write it, with ``~`` for their own."""
    home = Path.home().resolve()
    if folder == home or not folder.is_relative_to(home):
        return str(folder)
    return f"~/{folder.relative_to(home)}"

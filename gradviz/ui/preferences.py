"""What a person decides once: how long and how large their code may get, and trust."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.ui.settings import MEMORY_HALF, MEMORY_UNLIMITED, Settings
from gradviz.ui.time_limit import shown_time
from gradviz.ui.trust import shown_folder
from gradviz.worker.limits import LIMITS_MEMORY, shown_memory, usual_memory

TIMES = (0, 10, 60, 600)
"""Seconds to choose from; 0 is no limit."""
_GIGABYTES = (1, 2, 4, 8, 16)
_WIDTH_PX = 520


class PreferencesDialog(QDialog):
    """Shows the settings; what is chosen holds at once."""

    def __init__(
        self, settings: Settings, changed: Callable[[], object], parent: QWidget
    ) -> None:
        """Show the settings.

        Args:
            settings: Where they are kept.
            changed: Is called after each change.
            parent: The window.
        """
        super().__init__(parent)
        self.setObjectName("preferences-dialog")
        self.setWindowTitle("Preferences")
        self.setMinimumWidth(_WIDTH_PX)
        self._settings, self._changed = settings, changed
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(8)
        outer.addWidget(self._heading("Running your code"))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow("Stop a file or a cell after", self._times())
        form.addRow("Memory it may use", self._memories())
        outer.addLayout(form)
        outer.addSpacing(12)
        outer.addWidget(self._heading("Trusted folders"))
        outer.addWidget(
            self._dim("Files in them, and in their folders, run without asking.")
        )
        outer.addLayout(self._folders())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        outer.addSpacing(8)
        outer.addWidget(buttons)
        self._refill()

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "heading")
        return label

    def _dim(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "dim")
        return label

    def _choice(
        self, name: str, tip: str, options: dict[int, str], chosen: int
    ) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setToolTip(tip)
        box.setAccessibleName(tip)
        for number, text in options.items():
            box.addItem(text, number)
        box.setCurrentIndex(max(box.findData(chosen), 0))
        return box

    def _times(self) -> QComboBox:
        options = {t: shown_time(t) if t else "No limit" for t in TIMES}
        chosen = self._settings.time_limit
        options.setdefault(chosen, shown_time(chosen))
        box = self._choice(
            "preferences-time", "How long a file or a cell may run", options, chosen
        )
        box.activated.connect(lambda: self._keep("time_limit", box.currentData()))
        return box

    def _memories(self) -> QComboBox:
        half = shown_memory(usual_memory())
        options = {MEMORY_HALF: f"Half of this computer's ({half})"}
        options |= {n * 10**9: f"{n} GB" for n in _GIGABYTES}
        options[MEMORY_UNLIMITED] = "No limit"
        chosen = self._settings.memory_limit
        options.setdefault(chosen, shown_memory(chosen))
        tip = "How much memory your code may use, from the next run on"
        if not LIMITS_MEMORY:
            options = {MEMORY_UNLIMITED: "No limit: this system has none"}
        box = self._choice("preferences-memory", tip, options, chosen)
        box.setEnabled(LIMITS_MEMORY)
        box.activated.connect(lambda: self._keep("memory_limit", box.currentData()))
        return box

    def _folders(self) -> QHBoxLayout:
        self._list = QListWidget(self)
        self._list.setObjectName("preferences-folders")
        self._list.setAccessibleName("Trusted folders")
        self._list.setFixedHeight(96)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        add = QPushButton("Add…", self)
        add.setObjectName("preferences-add")
        add.setToolTip("Trust every file in a folder")
        add.clicked.connect(self._on_add)
        self._remove = QPushButton("Remove", self)
        self._remove.setObjectName("preferences-remove")
        self._remove.setToolTip("Ask again before files of the selected folder run")
        self._remove.clicked.connect(self._on_remove)
        self._list.currentRowChanged.connect(
            lambda row: self._remove.setEnabled(0 <= row < len(self._settings.trusted))
        )
        for button in (add, self._remove):
            button.setAutoDefault(False)
        column = QVBoxLayout()
        column.addWidget(add)
        column.addWidget(self._remove)
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._list, 1)
        row.addLayout(column)
        return row

    def _refill(self) -> None:
        self._list.clear()
        folders = self._settings.trusted
        self._list.addItems([shown_folder(folder) for folder in folders])
        if not folders:
            nothing = QListWidgetItem("No folder is trusted yet", self._list)
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self._remove.setEnabled(False)

    def _keep(self, name: str, number: int) -> None:
        setattr(self._settings, name, number)
        self._changed()

    def _on_add(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Trust a Folder")
        if name:
            self._settings.trust(Path(name))
            self._refill()

    def _on_remove(self) -> None:
        row = self._list.currentRow()
        if row >= 0:
            self._settings.distrust(self._settings.trusted[row])
            self._refill()

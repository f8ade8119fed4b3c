"""What the window remembers between runs."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings

from gradviz.ui.controller import Controller

RECENT_LIMIT = 10
THEMES = ("system", "dark", "light")
MEMORY_HALF, MEMORY_UNLIMITED = -1, 0
"""Limits that are no number of bytes."""


class Settings(QObject):
    """Window layout, theme and recent files, kept by QSettings."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = QSettings(
            QSettings.Format.IniFormat,
            QSettings.Scope.UserScope,
            "gradviz",
            "gradviz",
            self,
        )

    @property
    def theme(self) -> str:
        """``system``, ``dark`` or ``light``."""
        found = self._store.value("theme", "system")
        return found if found in THEMES else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def show_constants(self) -> bool:
        """Whether every constant gets a card of its own."""
        return self._store.value("canvas/constants", "no") == "yes"

    @show_constants.setter
    def show_constants(self, shown: bool) -> None:
        self._store.setValue("canvas/constants", "yes" if shown else "no")

    @property
    def recent(self) -> list[Path]:
        """Files opened before and still there, the last one first."""
        found = self._store.value("recent", [])
        # An ini file gives a list of one back as the text alone.
        names = found if isinstance(found, list) else [found] if found else []
        return [Path(str(name)) for name in names if Path(str(name)).is_file()]

    @property
    def trusted(self) -> list[Path]:
        """Folders whose files run without asking, as they are on the disk."""
        found = self._store.value("trusted", [])
        names = found if isinstance(found, list) else [found] if found else []
        return [Path(str(name)) for name in names]

    def trust(self, folder: Path) -> None:
        """Let the files of a folder run without asking."""
        folder = folder.resolve()
        if folder not in self.trusted:
            self._store.setValue("trusted", [*map(str, self.trusted), str(folder)])

    def distrust(self, folder: Path) -> None:
        """Ask again before the files of a folder run."""
        left = [str(other) for other in self.trusted if other != folder]
        self._store.setValue("trusted", left)

    @property
    def time_limit(self) -> int:
        """Seconds that a file or a cell may run, 0 for as long as it likes."""
        return self._number("limits/seconds", 0)

    @time_limit.setter
    def time_limit(self, seconds: int) -> None:
        self._store.setValue("limits/seconds", seconds)

    @property
    def memory_limit(self) -> int:
        """Bytes that the person's code may use, or one of the two limits above."""
        return self._number("limits/memory", MEMORY_HALF)

    @memory_limit.setter
    def memory_limit(self, size: int) -> None:
        self._store.setValue("limits/memory", size)

    def apply_to(self, controller: Controller) -> None:
        """Set the limits of what a controller runs."""
        controller.workers.time_limit.seconds = self.time_limit
        size = self.memory_limit
        controller.workers.memory = None if size == MEMORY_HALF else size

    @property
    def follow(self) -> bool:
        """Whether a file is run again when it has been saved."""
        return bool(self._number("follow", 1))

    @follow.setter
    def follow(self, wanted: bool) -> None:
        self._store.setValue("follow", int(wanted))

    def _number(self, name: str, otherwise: int) -> int:
        try:
            return int(str(self._store.value(name, otherwise)))
        except ValueError:
            return otherwise

    def remember(self, path: Path) -> None:
        """Put a file at the head of the recent ones."""
        path = path.resolve()
        others = [other for other in self.recent if other != path]
        names = [str(p) for p in (path, *others)][:RECENT_LIMIT]
        self._store.setValue("recent", names)

    def forget_recent(self) -> None:
        """Empty the list of recent files."""
        self._store.remove("recent")

    def save_window(self, geometry: QByteArray, state: QByteArray) -> None:
        """Remember where the window and its panels are."""
        self._store.setValue("window/geometry", geometry)
        self._store.setValue("window/state", state)

    def window(self) -> tuple[QByteArray, QByteArray]:
        """Return the window's geometry and state, empty at the first start."""
        return self._bytes("window/geometry"), self._bytes("window/state")

    def _bytes(self, key: str) -> QByteArray:
        found = self._store.value(key)
        return found if isinstance(found, QByteArray) else QByteArray()

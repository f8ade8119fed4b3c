"""What the window remembers between runs."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings

RECENT_LIMIT = 10
THEMES = ("system", "dark", "light")


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

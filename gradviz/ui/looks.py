"""Dark or light: the colours of the whole window."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.ui.actions import Actions
from gradviz.ui.settings import THEMES, Settings
from gradviz.ui.theme import DARK, LIGHT, Theme, apply_theme, load_fonts, system_theme


class Coloured(Protocol):
    """What has colours of a theme."""

    def set_theme(self, theme: Theme) -> None:
        """Change the colours."""


class Looks(QObject):
    """Keeps the colours that a person has chosen, or those of the system.

    Attributes:
        theme: The colours.

    Signals:
        changed: Everything has other colours.
    """

    changed = Signal()

    def __init__(self, settings: Settings, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._settings = settings
        self._actions = actions
        self._coloured: Sequence[Coloured] = ()
        load_fonts()
        self.theme = self._chosen()
        apply_theme(_application(), self.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(
            self._on_system_theme_changed
        )

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What each command that changes the colours does."""
        return {
            "theme-system": lambda: self._choose("system"),
            "theme-dark": lambda: self._choose("dark"),
            "theme-light": lambda: self._choose("light"),
        }

    def dress(self, coloured: Sequence[Coloured]) -> None:
        """Colour everything, now and whenever the colours change."""
        self._coloured = coloured
        self._set_theme(self.theme)

    def _set_theme(self, theme: Theme) -> None:
        self.theme = theme
        apply_theme(_application(), theme)
        for part in (self._actions, *self._coloured):
            part.set_theme(theme)
        for name in THEMES:
            self._actions[f"theme-{name}"].setChecked(self._settings.theme == name)
        self.changed.emit()

    def _chosen(self) -> Theme:
        return {"dark": DARK, "light": LIGHT}.get(self._settings.theme, system_theme())

    def _choose(self, name: str) -> None:
        self._settings.theme = name
        self._set_theme(self._chosen())

    def _on_system_theme_changed(self) -> None:
        if self._settings.theme == "system":
            self._set_theme(system_theme())


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    return application

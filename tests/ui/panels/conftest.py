"""A window to stand in, and a session that answers at once."""

import os
from collections.abc import Callable

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from local_controller import LocalController
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gradviz.session.session import Session
from gradviz.ui.theme import DARK, Theme, apply_theme

WALK_KEYS = ("Left", "Right", "Space", "Home", "End", "P", "Escape")


@pytest.fixture
def theme(qapp) -> Theme:
    apply_theme(qapp, DARK)
    return DARK


class Window(QWidget):
    """Stands for the main window, with its shortcuts.

    Attributes:
        walked: The shortcuts that have fired.
    """

    def __init__(self) -> None:
        super().__init__()
        self.walked: list[str] = []
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(0, 0, 0, 0)
        for key in WALK_KEYS:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(lambda key=key: self.walked.append(key))


@pytest.fixture
def window(qtbot, theme) -> Window:
    """An empty window with the shortcuts of the real one."""
    made = Window()
    qtbot.addWidget(made)
    made.resize(240, 420)
    return made


@pytest.fixture
def show(qtbot, window, theme) -> Callable:
    """Return a function that shows a panel in a window, on a session or none."""

    def shown(panel_class: type, session: Session | None, width: int = 240):
        controller = LocalController(session)
        controller.setParent(window)
        panel = panel_class(controller, theme, window)
        window.layout_.addWidget(panel)
        window.resize(width, 420)
        window.show()
        window.activateWindow()
        qtbot.waitExposed(window)
        qtbot.waitUntil(window.isActiveWindow)
        window.setFocus()
        return panel, controller

    return shown

"""A whole window on a real worker, and the hands and eyes of a person at it."""

import os
import textwrap
import threading
from pathlib import Path

import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget

from gradviz.sources.lessons import resolve
from gradviz.ui.controller import Controller
from gradviz.ui.layouts import Layouts
from gradviz.ui.main_window import MainWindow

TIMEOUT_MS = 20_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Screen:
    """A window that is shown, and what can be seen and done there.

    Attributes:
        window: The main window.
        controller: Its controller.
    """

    def __init__(self, qtbot, controller=None):
        self._qtbot = qtbot
        self.controller = controller or Controller()
        self._layouts = Layouts()
        self.window = MainWindow(self.controller, self._layouts)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitExposed(self.window)
        qtbot.waitUntil(self.window.isActiveWindow)
        self.canvas = self.window.canvas
        self.canvas.setFocus()

    def close(self):
        if shiboken6.isValid(self.window):
            # A test that failed among edits is not to wait for an answer for ever.
            self.window.docks.source.ask_to_leave = lambda: True
            self.window.close()
            self.window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.controller.close()
        self._layouts.close()

    # Waiting

    def until(self, condition):
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT_MS)

    def settle(self):
        """Wait until nothing is under way and the canvas shows the graph."""
        self.until(
            lambda: (
                not self.controller.busy
                and self.canvas.picture is not None
                and self.canvas.picture.layout.final
                and not self.canvas._glide.running
            )
        )

    def open(self, name):
        """Open a file or a lesson, and wait until it is shown."""
        path = resolve(str(name))
        self.window.open(path)
        self.until(lambda: self.window.windowTitle() == f"{path.stem} — gradviz")
        self.settle()

    # Seeing

    def find(self, kind, name):
        found = self.window.findChild(kind, name)
        assert found is not None, f"there is no {kind.__name__} {name}"
        return found

    def text(self, name):
        """Return what a label shows."""
        return self.find(QLabel, name).text()

    @property
    def notice(self):
        """The sentence in the bar above the canvas, empty while there is none."""
        label = self.find(QLabel, "notice-text")
        return label.text() if label.isVisible() else ""

    @property
    def playhead(self):
        return self.text("timeline-position")

    @property
    def steps(self):
        """What the Steps panel lists, without the arithmetic."""
        model = self.window.docks.steps.model
        rows = [model.index(row) for row in range(model.rowCount())]
        return [row.data() for row in rows if model.step_of(row.row())[1] < 0]

    @property
    def inspector(self):
        page = self.window.docks.inspector.page
        return page.toPlainText() if page.isVisible() else ""

    def pixels(self):
        """Return every pixel of the window."""
        image = self.window.grab().toImage()
        return bytes(image.constBits())

    # Doing

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        """Press a key where the focus is."""
        QTest.keyClick(self.window.windowHandle(), key, modifiers)

    def type(self, text):
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)

    def node(self, name):
        return self.controller.mirror.graph.named(name)

    def place(self, name):
        """Return where a card is on the canvas."""
        return self.canvas.card_rect(self.node(name)).center().toPoint()

    def click(self, name):
        """Click a card."""
        QTest.mouseClick(self.canvas, Qt.MouseButton.LeftButton, pos=self.place(name))

    def double_click(self, name):
        QTest.mouseDClick(self.canvas, Qt.MouseButton.LeftButton, pos=self.place(name))

    def press(self, name, kind=QWidget):
        """Click a button by its objectName."""
        button = self.find(kind, name)
        assert button.isVisible(), f"{name} is not to be seen"
        assert button.isEnabled(), f"{name} can't be pressed"
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def menu(self, title):
        """Return a menu of the menu bar, filled as when it opens."""
        for menu in self.window.findChildren(QMenu):
            if menu.title().replace("&", "") == title:
                menu.aboutToShow.emit()
                return menu
        raise AssertionError(f"there is no menu {title}")

    def selected(self):
        node = self.canvas.selected_node
        return None if node is None else self.controller.mirror.graph.nodes[node].name

    # Numbers

    def data(self, name):
        return self.controller.mirror.data[self.node(name)]

    def grad(self, name):
        return self.controller.mirror.grad[self.node(name)]


def children():
    """Return the processes that this one has started and that still run."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(entry.name))
    return found


def our_threads():
    return {t for t in threading.enumerate() if t.name.startswith("gradviz.")}


def middle(widget):
    return QPoint(widget.width() // 2, widget.height() // 2)


def write_script(folder, source, name="script.py"):
    path = folder / name
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    return path


__all__ = [
    "CONTROL",
    "SHIFT",
    "TIMEOUT_MS",
    "QPushButton",
    "Screen",
    "children",
    "middle",
    "our_threads",
    "write_script",
]

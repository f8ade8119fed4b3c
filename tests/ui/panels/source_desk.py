"""The Source panel in a window, with a stand-in for the worker, and a person at it."""

import nbformat
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget

from gradviz.graph.model import Graph, Node
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.panels.source.panel import SourcePanel
from gradviz.ui.source import Source
from gradviz.worker.messages import CellEnded, CellUndone, Display, Failure, Open

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


def notebook(path, *cells):
    """Write a notebook; a cell is markdown if it begins with ``#``, as a heading."""
    made = []
    for cell in cells:
        source, *outputs = cell if isinstance(cell, tuple) else (cell,)
        if source.startswith("# "):
            made.append(nbformat.v4.new_markdown_cell(source))
        else:
            made.append(nbformat.v4.new_code_cell(source, outputs=outputs))
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", text=text, name=name)


def shows(**data):
    """Return a saved output; ``_`` in a keyword stands for ``/``."""
    bundle = {kind.replace("_", "/", 1): text for kind, text in data.items()}
    return nbformat.v4.new_output("display_data", data=bundle)


class DeskController(Controller):
    """A controller of a file that is open, whose cells run when the test says.

    Attributes:
        asked: The cells that were asked to run, with their sources.
    """

    def __init__(self, path):
        super().__init__()
        self.asked = []
        if path is not None:
            self.source = Source(Open(path=str(path)), path.stem, path)

    @property
    def alive(self):
        return True

    def run_cell(self, cell, source):
        self.asked.append((cell, source))

    def begin(self, cell):
        self.cell_began.emit(cell)

    def end(self, cell, count=1, seconds=0.0, failure=None):
        self.cell_ended.emit(CellEnded(cell, count, seconds, failure))

    def undo_run(self, cell, count, redone=False):
        self.cell_undone.emit(CellUndone(cell, count, redone))

    def fail(self, cell, message, count=1):
        trace = f"Traceback (most recent call last):\n{message}"
        self.end(cell, count, failure=Failure("code", message, trace))

    def display(self, cell, result=False, **data):
        bundle = {kind.replace("_", "/", 1): text for kind, text in data.items()}
        self.displayed.emit(Display(cell, bundle, result))

    def show_nodes(self, *nodes):
        """Show a graph of leaves with these names and places."""
        made = tuple(
            Node(number, name, place=place)
            for number, (name, place) in enumerate(nodes)
        )
        self._scrubber.show(Mirror(Graph(made, (len(made) - 1,))))
        self.graph_changed.emit()


class Desk:
    """A person at the panel.

    Attributes:
        panel: The panel.
        controller: The stand-in for the session.
    """

    def __init__(self, qtbot, window, theme, path, width=400, height=600):
        self.qtbot = qtbot
        self.controller = DeskController(path)
        self.panel = SourcePanel(self.controller, theme, window)
        self.view = self.panel.view
        self.window = window
        window.layout_.addWidget(self.panel)
        window.resize(width, height)
        window.show()
        window.activateWindow()
        qtbot.waitExposed(window)
        qtbot.waitUntil(window.isActiveWindow)
        self.settle()

    def settle(self):
        """Wait until everything is laid out."""
        self.qtbot.waitUntil(lambda: not self.view._soon.isActive())

    def cell(self, number):
        """Return a cell on the screen, by its number from 1."""
        self.settle()
        return self.view.made[number - 1]

    def editor(self, number):
        return self.cell(number).editor

    def gutter(self, number):
        """Return what stands left of a cell."""
        return self.cell(number).gutter.text

    def outputs(self, number):
        """Return what is read below a cell."""
        return [output.text for output in self.cell(number).outputs]

    def code(self, number):
        return self.editor(number).toPlainText()

    def focus(self, number, line=0, column=0):
        """Put the cursor into a cell."""
        editor = self.editor(number)
        editor.setFocus()
        block = editor.document().findBlockByNumber(line)
        cursor = editor.textCursor()
        cursor.setPosition(block.position() + column)
        editor.setTextCursor(cursor)
        self.qtbot.waitUntil(editor.hasFocus)

    def key(self, key, modifiers=NONE):
        QTest.keyClick(self.window.windowHandle(), key, modifiers)

    def type(self, text):
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)

    def press(self, name):
        found = self.panel.findChildren(QWidget, name)
        [button] = [button for button in found if button.isVisible()]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        self.settle()

    def click_line(self, number, line):
        editor = self.editor(number)
        block = editor.document().findBlockByNumber(line - 1)
        cursor = editor.textCursor()
        cursor.setPosition(block.position())
        place = editor.cursorRect(cursor).center()
        QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def sees(self, widget):
        """Whether a part of the panel is in sight, not scrolled away."""
        return widget.isVisible() and not widget.visibleRegion().isEmpty()

    def note(self, number):
        label = self.cell(number).findChild(QLabel, f"source-{number}-edited")
        return label.text() if label.isVisible() else ""

    @property
    def hint(self):
        label = self.panel.findChild(QLabel, "source-hint")
        return label.text() if label.isVisible() else ""

    @property
    def left_over(self):
        label = self.panel.findChild(QLabel, "source-left-over-text")
        return label.text() if label.isVisible() else ""

    def answer(self, button, said):
        """Press a button of the message box that opens next; note what it says."""

        def press():
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox):
                QTimer.singleShot(10, press)
                return
            said.append(box.text())
            found = [b for b in box.buttons() if button in b.text().replace("&", "")]
            found[0].click()

        QTimer.singleShot(0, press)


def colors_of(editor):
    """Return the colour of each coloured word of an editor."""
    found, block = {}, editor.document().begin()
    while block.isValid():
        for part in block.layout().formats():
            word = block.text()[part.start : part.start + part.length]
            found[word] = QColor(part.format.foreground().color()).name()
        block = block.next()
    return found

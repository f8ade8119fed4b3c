"""Where the code of a cell is shown and edited."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QWidget

from gradviz.ui.panels.source.colors import CodeColors
from gradviz.ui.panels.source.flat import FlatText
from gradviz.ui.theme import Theme

INDENT = " " * 4
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class CodeEditor(FlatText):
    """An editor of Python, coloured.

    Signals:
        run_wanted: Run the cell; whether to go on to the next one.
        leave_wanted: Go to another cell: -1 for the one above, 1 for the one below,
            0 to leave the code for its button.
        line_clicked: The line, from 1, that was clicked.
        focused: The editor has the keyboard.
        focus_changed: It has got or lost the keyboard.
    """

    run_wanted = Signal(bool)
    leave_wanted = Signal(int)
    line_clicked = Signal(int)
    focused = Signal()
    focus_changed = Signal()

    def __init__(
        self, name: str, says: str, theme: Theme, parent: QWidget, colored: bool = True
    ) -> None:
        super().__init__(name, says, parent)
        self._theme = theme
        self._line = 0
        self._pressed: QPoint | None = None
        # The cell has a menu that has more in it.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._colors = CodeColors(self.document(), theme, self) if colored else None

    @property
    def line(self) -> int:
        """The line that is marked, from 1; 0 for none."""
        return self._line

    def set_theme(self, theme: Theme) -> None:
        """Show the code in another theme."""
        self._theme = theme
        if self._colors is not None:
            self._colors.set_theme(theme)
        self.viewport().update()

    def mark_line(self, line: int) -> None:
        """Mark a line, from 1; 0 for none."""
        if line != self._line:
            self._line = line
            self.viewport().update()

    @property
    def row_px(self) -> int:
        """How tall a line is."""
        return self.fontMetrics().height()

    def first_block_at(self, y: int) -> QTextBlock:
        """Return the line at a height, or the first one above it."""
        return self.cursorForPosition(QPoint(0, max(0, y))).block()

    def line_top(self, line: int) -> int:
        """Return where a line, from 1, begins."""
        block = self.document().findBlockByNumber(max(0, line - 1))
        if not block.isValid():
            return 0
        area = self.blockBoundingGeometry(block).translated(self.contentOffset())
        return round(area.top())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marked line behind the code."""
        block = self.document().findBlockByNumber(self._line - 1)
        if self._line > 0 and block.isValid():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            area.setLeft(0)
            area.setRight(self.viewport().width())
            painter = QPainter(self.viewport())
            painter.fillRect(area, QColor(self._theme.palette.selection))
            area.setRight(2)
            painter.fillRect(area, QColor(self._theme.palette.accent))
            painter.end()
        super().paintEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep what types and what runs; leave other commands to the window."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and _is_own(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Type as one types Python."""
        key, modifiers = event.key(), event.modifiers() & (_SHIFT | _CONTROL | _ALT)
        if key in _RETURN and modifiers in (_SHIFT, _CONTROL):
            self.run_wanted.emit(modifiers == _SHIFT)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and modifiers == _ALT:
            self.leave_wanted.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_Escape:
            self.leave_wanted.emit(0)
        elif self.isReadOnly():
            super().keyPressEvent(event)
        elif key in _RETURN and not modifiers:
            self._break_line()
        elif key == Qt.Key.Key_Tab and not modifiers:
            self._indent()
        elif key == Qt.Key.Key_Backtab or self._goes_back(key, bool(modifiers)):
            self._unindent()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a click began."""
        super().mousePressEvent(event)
        self._pressed = event.position().toPoint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell a click from a drag."""
        super().mouseReleaseEvent(event)
        here, pressed = event.position().toPoint(), self._pressed
        self._pressed = None
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        if (here - pressed).manhattanLength() < QApplication.startDragDistance():
            cursor = self.cursorForPosition(here)
            self.line_clicked.emit(cursor.blockNumber() + 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that this is the cell worked at."""
        super().focusInEvent(event)
        self.focus_changed.emit()
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let the cell show that it has lost the keyboard."""
        super().focusOutEvent(event)
        self.focus_changed.emit()

    # Typing

    def _break_line(self) -> None:
        """Begin a line as deep as this one, deeper after a colon or a bracket."""
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        before = cursor.block().text()[: cursor.positionInBlock()]
        after = cursor.block().text()[cursor.positionInBlock() :]
        depth = _depth(before)
        code = before.split("#")[0].rstrip()
        closes = bool(code) and after.lstrip()[:1] == _PAIRS.get(code[-1], "none")
        deeper = bool(code) and (code[-1] == ":" or code[-1] in _PAIRS)
        cursor.insertText("\n" + depth + (INDENT if deeper else ""))
        if closes:
            place = cursor.position()
            cursor.insertText("\n" + depth)
            cursor.setPosition(place)
        cursor.endEditBlock()
        self.setTextCursor(cursor)

    def _indent(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.insertText(" " * (4 - cursor.positionInBlock() % 4))
            return
        cursor.beginEditBlock()
        for start in _line_starts(cursor):
            here = QTextCursor(start)
            if here.block().text().strip():
                here.insertText(INDENT)
        cursor.endEditBlock()

    def _unindent(self) -> None:
        cursor = self.textCursor()
        cursor.beginEditBlock()
        for here in _line_starts(cursor):
            deep = len(_depth(here.block().text()))
            for _ in range((deep - 1) % 4 + 1 if deep else 0):
                here.deleteChar()
        cursor.endEditBlock()

    def _goes_back(self, key: int, modified: bool) -> bool:
        """Whether a key is Backspace with nothing but spaces before the cursor."""
        if key != Qt.Key.Key_Backspace or modified:
            return False
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        return not cursor.hasSelection() and bool(before) and not before.strip(" ")


def _depth(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _line_starts(cursor: QTextCursor) -> list[QTextCursor]:
    """Return a cursor at the start of each line that is at least partly selected."""
    document = cursor.document()
    block = document.findBlock(cursor.selectionStart())
    end = max(cursor.selectionStart() + 1, cursor.selectionEnd())
    found = []
    while block.isValid() and block.position() < end:
        found.append(QTextCursor(block))
        block = block.next()
    return found


def _is_own(event: QKeyEvent) -> bool:
    modifiers = event.modifiers()
    if event.key() in _RETURN:
        return not modifiers & _ALT
    if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and modifiers & _ALT:
        return True
    # On some keyboards a letter is typed with AltGr, which is Ctrl+Alt.
    types = not modifiers & _CONTROL or bool(modifiers & _ALT)
    return types and event.key() < Qt.Key.Key_F1

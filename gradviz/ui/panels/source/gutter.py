"""What stands left of a cell: its button, its number, how it went, line numbers."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gradviz.ui.panels.common import PanelButton
from gradviz.ui.panels.source.cells import CellState
from gradviz.ui.panels.source.editor import CodeEditor
from gradviz.ui.theme import Theme, code_font, number_font

GUTTER_PX = 48
_BUTTON_PX = 20
_TEXT_PX = 15
_BAR_PX = 3
TALL_PX = _BUTTON_PX + _TEXT_PX
"""How tall a cell is at least: not much more than its one line."""

_STATES = {
    "waiting": ("[…]", "Waiting for the cell before it", "dim"),
    "running": ("[∗]", "Running", "accent"),
}


class Gutter(QWidget):
    """The left side of a cell of code.

    Attributes:
        numbered: Whether it shows line numbers, as beside a script.
        button: Runs the cell.

    Signals:
        run_wanted: The button was pressed.
    """

    run_wanted = Signal()

    def __init__(
        self,
        cell: CellState,
        editor: CodeEditor,
        numbered: bool,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._cell, self._editor, self._theme = cell, editor, theme
        self.numbered = numbered
        self._current = self._is_step = False
        self.button = PanelButton(
            f"source-run-{cell.index + 1}",
            f"Run cell {cell.index + 1} (Ctrl+Return)",
            self.run_wanted.emit,
            self,
            "play",
            "dim",
        )
        self.button.setGeometry(6, 0, _BUTTON_PX, _BUTTON_PX)
        self.button.setHidden(numbered)
        self.setObjectName(f"source-gutter-{cell.index + 1}")
        editor.updateRequest.connect(self.update)
        self.set_theme(theme)
        self.refresh()

    @property
    def text(self) -> str:
        """The number and the mark, as shown."""
        return self._shown()[0]

    def set_theme(self, theme: Theme) -> None:
        """Show it in another theme."""
        self._theme = theme
        self.button.set_theme(theme)
        self.update()

    def mark(self, current: bool, is_step: bool) -> None:
        """Mark the cell worked at, and the one that made the walk's current step."""
        if (current, is_step) != (self._current, self._is_step):
            self._current, self._is_step = current, is_step
            self.update()

    def refresh(self) -> None:
        """Show what has become of the cell."""
        says = self._shown()[1]
        if self._is_step:
            says += ". It made the current step of the walk."
        self.setToolTip(says)
        self.setAccessibleName(f"Cell {self._cell.index + 1}: {says}")
        self.update()

    def _shown(self) -> tuple[str, str, str]:
        """Return what is written, what that means, and the role of its colour."""
        phase, run = self._cell.phase, self._cell.outcome
        if phase in _STATES:
            return _STATES[phase]
        if phase == "idle":
            return "[ ]", "Not run yet", "dim"
        if run.count is None:
            return "[ ] ✗", "Stopped before it was done", "error"
        took = f" in {run.seconds:.2g} s" if run.seconds >= 0.1 else ""
        if phase == "failed":
            return f"[{run.count}] ✗", f"Failed, run {run.count}{took}", "error"
        return f"[{run.count}] ✓", f"Done, run {run.count}{took}", "done"

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, the number and the mark."""
        painter = QPainter(self)
        palette = self._theme.palette
        if self._current or self._is_step:
            color = palette.accent if self._is_step else palette.edge
            painter.fillRect(0, 0, _BAR_PX, self.height(), QColor(color))
        if self.numbered:
            self._paint_lines(painter)
            return
        text, _, role = self._shown()
        # Messages name cells by their place in the file.
        painter.setFont(number_font(10))
        painter.setPen(QColor(palette.dim))
        left = self.button.geometry().right() + 2
        area = QRect(left, 0, GUTTER_PX - left - 4, _BUTTON_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self._cell.index + 1))
        painter.setFont(number_font(11))
        painter.setPen(QColor(getattr(palette, role)))
        area = QRect(_BAR_PX, _BUTTON_PX - 2, GUTTER_PX - _BAR_PX, _TEXT_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_lines(self, painter: QPainter) -> None:
        """Draw the line numbers that are in sight."""
        painter.setFont(code_font(11))
        painter.setPen(QColor(self._theme.palette.dim))
        seen = self.visibleRegion().boundingRect()
        editor, top = self._editor, self._editor.y()
        document = editor.document()
        block = editor.first_block_at(seen.top() - top)
        while block.isValid():
            y = top + editor.line_top(block.blockNumber() + 1)
            if y > seen.bottom():
                break
            area = QRect(_BAR_PX, y, GUTTER_PX - _BAR_PX - 8, editor.row_px)
            number = str(block.blockNumber() + 1)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight, number)
            block = document.findBlockByNumber(block.blockNumber() + 1)

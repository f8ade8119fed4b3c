"""The cells of a file one below the other; those far out of sight are not made."""

import math

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gradviz.ui.panels.source.cell import RIGHT_PX, CellWidget
from gradviz.ui.panels.source.cells import CellState, SourceFile
from gradviz.ui.panels.source.flat import PADDING_PX
from gradviz.ui.panels.source.gutter import GUTTER_PX, TALL_PX
from gradviz.ui.theme import Theme, code_font

GAP_PX = 10
_MARGIN_PX = 600
"""How far out of sight cells are made already, so that scrolling finds them there."""
_MOST_PASSES = 6


class CellsView(QScrollArea):
    """A column of cells.

    A cell has an estimated height until it is made. Whatever becomes taller or shorter,
    what the person looks at stays where it is.

    Signals:
        changed: The text of a cell is another.
        run_wanted: Run this cell; whether to go on to the next one.
        line_clicked: A line, from 1, of a cell was clicked.
        current_changed: The person works at another cell.
        menu_wanted: A menu is wanted for this cell, at this place of the screen.
    """

    changed = Signal()
    run_wanted = Signal(int, bool)
    line_clicked = Signal(int, int)
    current_changed = Signal()
    menu_wanted = Signal(int, QPoint)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("source-cells")
        self.setAccessibleName("Cells of the file")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._theme = theme
        self._made: dict[int, CellWidget] = {}
        self._stale: set[int] = set()
        """Cells made whose height is to be measured again."""
        self._changed: set[int] = set()
        """Cells whose outputs or marks are to be shown again."""
        self._column = QWidget(self)
        self._column.setObjectName("source-column")
        self.setWidget(self._column)
        self._file: SourceFile | None = None
        self._heights: list[int] = []
        self._tops: list[int] = []
        self._current = self._step_cell = -1
        self._line = (-1, 0)
        self._wanted = (-1, 0)
        """The cell and line last scrolled to, until the person scrolls."""
        self._is_other_size = False
        self._laid_out_width = 0
        self._arranging = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.arrange)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().actionTriggered.connect(self._forget_wanted)
        self.verticalScrollBar().setSingleStep(24)

    # What is shown

    @property
    def current(self) -> int:
        """The index of the cell the person works at, -1 for none."""
        return self._current

    @property
    def made(self) -> dict[int, CellWidget]:
        """The cells that are in sight, or have been, by index."""
        return self._made

    def show_file(self, file: SourceFile | None, keep_place: bool = False) -> None:
        """Show a file from its beginning, or where the last one was scrolled to."""
        scrolled = self.verticalScrollBar().value() if keep_place else 0
        for widget in self._made.values():
            widget.hide()
            widget.deleteLater()
        self._made = {}
        self._changed.clear()
        self._stale.clear()
        self._file, self._line, self._step_cell = file, (-1, 0), -1
        self._forget_wanted()
        cells = file.cells if file else []
        if not (keep_place and self._current < len(cells)):
            self._current = -1
        self._heights = [self._estimate(cell) for cell in cells]
        self._place_all()
        self.verticalScrollBar().setValue(scrolled)
        self.arrange()

    def refresh(self, index: int) -> None:
        """Show what has become of a cell."""
        self._changed.add(index)
        self._soon.start()

    def refresh_all(self) -> None:
        """Show what has become of every cell."""
        self._changed.update(range(len(self._heights)))
        self._soon.start()

    def set_theme(self, theme: Theme) -> None:
        """Show the cells in another theme."""
        self._theme = theme
        for widget in self._made.values():
            widget.set_theme(theme)
        self._stale.update(self._made)
        self._soon.start()

    def mark(self, cell: int, line: int, step_cell: int) -> None:
        """Mark a line of a cell, and the cell that made the walk's current step."""
        self._line, self._step_cell = (cell, line), step_cell
        self._mark_all()

    def set_current(self, index: int) -> None:
        """Take a cell for the one worked at."""
        if index != self._current:
            self._current = index
            self._mark_all()
            self.current_changed.emit()

    def go_to(self, index: int) -> None:
        """Let the person work at a cell."""
        if 0 <= index < len(self._heights):
            self.show_cell(index)
            self._made[index].take_focus()
            self.set_current(index)

    def show_cell(self, index: int, line: int = 0) -> None:
        """Scroll as far as it takes to see a cell, or one of its lines."""
        self._make(index)
        self.arrange()
        self._wanted = (index, line)
        self._scroll_to_wanted()

    def show_outcome(self, index: int) -> None:
        """Scroll to what a cell has shown, if it is worked at and not left by that."""
        if index != self._current or index not in self._made:
            return
        self.arrange()
        widget = self._made[index]
        shown = widget.outputs[0].y() if widget.outputs else 0
        if 0 < shown < self.viewport().height():
            self._scroll_to(widget.y(), widget.height())

    def _scroll_to_wanted(self) -> None:
        index, line = self._wanted
        if index not in self._made:
            return
        widget = self._made[index]
        top, height = widget.y(), widget.height()
        if line:
            top += widget.editor.line_top(line)
            height = widget.editor.row_px
        self._scroll_to(top, height)

    # Layout

    def arrange(self) -> None:
        """Make what has come into sight and put every cell in its place."""
        if self._arranging or not self.isVisible():
            return
        self._arranging = True
        try:
            self._take_changes()
            for _ in range(_MOST_PASSES):
                if not self._arrange_once():
                    break
            if self._is_other_size:
                self._is_other_size = False
                self._scroll_to_wanted()
        finally:
            self._arranging = False

    def _take_changes(self) -> None:
        """Show what has become of cells since the last time, once for each."""
        cells = self._file.cells if self._file is not None else []
        for index in self._changed:
            if index in self._made:
                self._made[index].refresh()
                self._stale.add(index)
            else:
                self._heights[index] = self._estimate(cells[index])
        self._changed.clear()

    def _arrange_once(self) -> bool:
        """Lay everything out; whether cells were made that had only been estimated."""
        bar = self.verticalScrollBar()
        anchor = self._held()
        within = bar.value() - self._tops[anchor] if anchor >= 0 else 0
        made = [self._make(index) for index in self._near()]
        if self._width != self._laid_out_width:
            self._laid_out_width = self._width
            self._stale.update(self._made)
        for index in self._stale:
            self._heights[index] = self._made[index].take_width(self._width)
        self._stale.clear()
        self._place_all()
        for index, widget in self._made.items():
            widget.move(0, self._tops[index])
        if anchor >= 0:
            bar.setValue(self._tops[anchor] + within)
        return any(made)

    @property
    def _width(self) -> int:
        return self.viewport().width()

    def _place_all(self) -> None:
        top, self._tops = 0, []
        for height in self._heights:
            self._tops.append(top)
            top += height + GAP_PX
        self._column.resize(self._width, top + GAP_PX)

    def _held(self) -> int:
        """Return the cell that stays where it is: the one in use, or the topmost."""
        top, current = self.verticalScrollBar().value(), self._current
        if current in self._made and self._made[current].editor.hasFocus():
            at = self._tops[current] - top
            if 0 <= at < self.viewport().height():
                return current
        return self._at(top)

    def _at(self, y: int) -> int:
        """Return the cell at a height, -1 where there are none."""
        found = -1
        for index, top in enumerate(self._tops):
            if top > y and found >= 0:
                break
            found = index
        return found

    def _near(self) -> range:
        """Return the cells in sight and a little further."""
        top = self.verticalScrollBar().value()
        first = self._at(max(0, top - _MARGIN_PX))
        last = self._at(top + self.viewport().height() + _MARGIN_PX)
        return range(max(0, first), last + 1)

    def _make(self, index: int) -> bool:
        """Make a cell, if it has not been made."""
        if index in self._made or self._file is None:
            return False
        numbered = not self._file.is_notebook
        widget = CellWidget(
            self._file.cells[index], numbered, self._theme, self._column
        )
        widget.changed.connect(self.changed)
        widget.resized.connect(lambda: self._on_resized(index))
        widget.run_wanted.connect(lambda go_on: self._on_run_wanted(index, go_on))
        widget.leave_wanted.connect(lambda where: self.go_to(index + where))
        widget.line_clicked.connect(lambda line: self.line_clicked.emit(index, line))
        widget.focused.connect(lambda: self.set_current(index))
        widget.menu_wanted.connect(lambda place: self.menu_wanted.emit(index, place))
        widget.cursor_moved.connect(lambda area: self._on_cursor_moved(index, area))
        self._made[index] = widget
        self._stale.add(index)
        self._mark(index)
        widget.show()
        return True

    def _estimate(self, cell: CellState) -> int:
        """Guess how tall a cell is, from the length of its lines."""
        metrics = QFontMetrics(code_font())
        room = max(40, self._width - GUTTER_PX - RIGHT_PX)
        columns = max(10, room // max(1, metrics.horizontalAdvance("0")))
        rows = sum(
            math.ceil(max(1, len(line)) / columns) for line in cell.text.split("\n")
        )
        height = rows * metrics.lineSpacing() + 2 * PADDING_PX
        shown = sum(
            min(33, output.text.count("\n") + 1) if output.text else 15
            for output in cell.outputs
        )
        return max(TALL_PX, height) + shown * metrics.lineSpacing()

    # Marks and scrolling

    def _mark_all(self) -> None:
        for index in self._made:
            self._mark(index)

    def _mark(self, index: int) -> None:
        cell, line = self._line
        self._made[index].mark(
            index == self._current,
            index == self._step_cell,
            line if index == cell else 0,
        )

    def _scroll_to(self, top: int, height: int) -> None:
        bar, seen = self.verticalScrollBar(), self.viewport().height()
        if top < bar.value() or height > seen:
            bar.setValue(max(0, top - GAP_PX))
        elif top + height > bar.value() + seen:
            bar.setValue(top + height - seen + GAP_PX)

    def _on_resized(self, index: int) -> None:
        self._stale.add(index)
        self._soon.start()

    def _on_run_wanted(self, index: int, go_on: bool) -> None:
        self.run_wanted.emit(index, go_on)
        if go_on:
            self.go_to(min(index + 1, len(self._heights) - 1))

    def _forget_wanted(self, _action: int = 0) -> None:
        self._wanted = (-1, 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; what was scrolled to before is not wanted any more."""
        self._forget_wanted()
        super().wheelEvent(event)

    def _on_cursor_moved(self, index: int, area: QRect) -> None:
        self._forget_wanted()
        self._scroll_to(self._made[index].y() + area.y(), area.height())

    def _on_scrolled(self) -> None:
        if any(index not in self._made for index in self._near()):
            self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay everything out for the new width."""
        super().resizeEvent(event)
        if self._file is not None and event.size().width() != event.oldSize().width():
            for index, cell in enumerate(self._file.cells):
                if index not in self._made:
                    self._heights[index] = self._estimate(cell)
            self._is_other_size = True
        self.arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the cells that are in sight, as none is while the panel is closed."""
        super().showEvent(event)
        self._is_other_size = True
        self._soon.start()

    def minimumSizeHint(self) -> QSize:
        """Ask for room for a few short lines at least."""
        return QSize(180, 120)

    def event(self, event: QEvent) -> bool:
        """Lay out again when fonts or the style change."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._stale.update(self._made)
            self._soon.start()
        return super().event(event)

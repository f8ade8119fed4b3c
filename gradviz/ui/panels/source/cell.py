"""One cell on the screen: made when it comes into sight, laid out to its own height."""

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from gradviz.ui.panels.common import PanelButton
from gradviz.ui.panels.source.cells import CellState, Shown
from gradviz.ui.panels.source.editor import CodeEditor
from gradviz.ui.panels.source.gutter import GUTTER_PX, TALL_PX, Gutter
from gradviz.ui.panels.source.outputs import AnyOutput, TextOutput, output_widget
from gradviz.ui.panels.source.rich import RichText
from gradviz.ui.theme import Theme

RIGHT_PX = 12
_NOTE_PX = 24
_RADIUS = 6
EDITED = "edited, not saved"


class CellWidget(QWidget):
    """A cell: its code or text, and what it has shown.

    Signals:
        changed: Its text is another.
        resized: It needs another height.
        run_wanted: Run it; whether to go on to the next cell.
        leave_wanted: Go to the cell above (-1) or below (1).
        line_clicked: A line of its code, from 1, was clicked.
        focused: The person works at it.
        menu_wanted: A menu is wanted at this place of the screen.
        cursor_moved: Where the cursor is now, in the cell.
    """

    changed = Signal()
    resized = Signal()
    run_wanted = Signal(bool)
    leave_wanted = Signal(int)
    line_clicked = Signal(int)
    focused = Signal()
    menu_wanted = Signal(QPoint)
    cursor_moved = Signal(QRect)

    def __init__(
        self, cell: CellState, numbered: bool, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.cell, self._theme = cell, theme
        self._name = f"source-{cell.index + 1}"
        self.setObjectName(f"source-cell-{cell.index + 1}")
        self._shown: list[Shown] = []
        self._was_saved = False
        self._width = self._lines_px = 0
        self.outputs: list[AnyOutput] = []
        self.page: RichText | None = None
        self.gutter: Gutter | None = None
        self.editor = self._new_editor()
        if cell.is_code:
            self.gutter = Gutter(cell, self.editor, numbered, theme, self)
            self.gutter.run_wanted.connect(lambda: self.run_wanted.emit(False))
        elif cell.kind == "markdown":
            self._add_page()
        self._note = QLabel(EDITED, self)
        self._note.setObjectName(f"{self._name}-edited")
        self._note.setProperty("role", "attention")
        self._revert = PanelButton(
            f"{self._name}-revert",
            "Put back what the file says",
            self.revert,
            self,
        )
        self._revert.setText("Revert")
        self._revert.setProperty("link", True)
        self.show_outputs()
        self._show_note()

    # Building

    def _new_editor(self) -> CodeEditor:
        number = self.cell.index + 1
        what = "Code" if self.cell.is_code else "Text"
        says = f"{what} of cell {number}"
        editor = CodeEditor(
            f"{self._name}-code", says, self._theme, self, self.cell.is_code
        )
        editor.setPlainText(self.cell.text)
        editor.document().setModified(False)
        editor.textChanged.connect(self._on_text_changed)
        editor.run_wanted.connect(self._on_run_wanted)
        editor.leave_wanted.connect(self._on_leave_wanted)
        editor.line_clicked.connect(self.line_clicked)
        editor.focused.connect(self.focused)
        editor.focus_changed.connect(self.update)
        editor.cursorPositionChanged.connect(self._on_cursor_moved)
        return editor

    def _add_page(self) -> None:
        page = RichText(
            f"{self._name}-text",
            f"Text of cell {self.cell.index + 1}",
            self._theme,
            self,
        )
        page.setToolTip("Double-click to edit")
        page.double_clicked.connect(self.edit_text)
        page.show_markdown(self.cell.text)
        self.page = page
        self.editor.hide()

    # Doing

    def take_focus(self) -> None:
        """Let the person work at this cell."""
        if self.page is not None and self.editor.isHidden():
            self.page.setFocus()
            self.focused.emit()
        else:
            self.editor.setFocus()

    def edit_text(self) -> None:
        """Show a markdown cell as it is written."""
        if self.page is not None:
            self.page.hide()
            self.editor.show()
            self.resized.emit()
            self.editor.setFocus()

    def render_text(self) -> None:
        """Show a markdown cell as it is read."""
        if self.page is not None and not self.editor.isHidden():
            self.page.show_markdown(self.cell.text)
            self.editor.hide()
            self.page.show()
            self.resized.emit()

    def revert(self) -> None:
        """Put back what the file says, as an edit that can be undone."""
        self.set_text(self.cell.source)

    def set_text(self, text: str) -> None:
        """Replace the text, so that Undo brings the old one back."""
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        if self.page is not None:
            self.page.show_markdown(text)
            self.resized.emit()

    def mark(self, current: bool, is_step: bool, line: int) -> None:
        """Mark the cell worked at, that of the current step, and a line."""
        if self.gutter is not None:
            self.gutter.mark(current, is_step)
            self.gutter.refresh()
        self.editor.mark_line(line)

    # Showing

    def set_theme(self, theme: Theme) -> None:
        """Show the cell in another theme."""
        self._theme = theme
        self.editor.set_theme(theme)
        for part in (self.gutter, self.page, *self.outputs):
            if part is not None:
                part.set_theme(theme)
        self.update()

    def refresh(self) -> None:
        """Show what has become of the cell."""
        if self.gutter is not None:
            self.gutter.refresh()
        self.show_outputs()
        self._show_note()

    def show_outputs(self) -> None:
        """Show the outputs, making again only those that have changed."""
        wanted, saved = self.cell.outputs, self.cell.saved
        kept = 0
        if saved == self._was_saved:
            pairs = zip(self._shown, wanted, strict=False)
            kept = next((i for i, (a, b) in enumerate(pairs) if a is not b),
                        min(len(self._shown), len(wanted)))  # fmt: skip
        if self._grows_by_text(kept):
            grown = self.outputs[kept]
            assert isinstance(grown, TextOutput)
            grown.show_output(wanted[kept])
            kept += 1
        for old in self.outputs[kept:]:
            old.hide()
            old.deleteLater()
        del self.outputs[kept:]
        for number, output in enumerate(wanted[kept:], start=kept + 1):
            name = f"{self._name}-output-{number}"
            made = output_widget(name, output, self._theme, saved, self)
            if isinstance(made, TextOutput):
                made.grown.connect(self.resized)
            made.show()
            self.outputs.append(made)
        self._shown, self._was_saved = list(wanted), saved

    def _grows_by_text(self, kept: int) -> bool:
        """Whether the next output is text that more was printed to."""
        if kept >= min(len(self._shown), len(self.cell.outputs)):
            return False
        old, new = self._shown[kept], self.cell.outputs[kept]
        return old.kind == new.kind and old.kind in ("stdout", "stderr")

    def _show_note(self) -> None:
        edited = self.cell.is_edited
        self._note.setVisible(edited)
        self._revert.setVisible(edited)

    # Layout

    def take_width(self, width: int) -> int:
        """Become this wide, put everything in its place, return the height."""
        self._width = width
        left = GUTTER_PX if self.gutter is not None else RIGHT_PX
        room = max(40, width - left - RIGHT_PX)
        bottom = self._place_text(left, room)
        if self.cell.is_edited:
            self._note.setGeometry(left + 6, bottom, 120, _NOTE_PX)
            hint = self._revert.sizeHint().width()
            self._revert.setGeometry(left + room - hint - 6, bottom + 1, hint, 22)
            bottom += _NOTE_PX
        for output in self.outputs:
            height = output.take_width(room)
            output.setGeometry(left, bottom + 2, room, height)
            bottom += height + 2
        self.resize(width, bottom)
        return bottom

    def _place_text(self, left: int, room: int) -> int:
        if self.page is not None and self.editor.isHidden():
            height = self.page.take_width(room)
            self.page.setGeometry(left, 0, room, height)
            return height
        height = self.editor.take_width(room)
        self._lines_px = height
        self.editor.setGeometry(left, 0, room, height)
        if self.gutter is not None:
            height = max(height, TALL_PX if not self.gutter.numbered else 0)
            self.gutter.setGeometry(0, 0, GUTTER_PX, height)
            self.editor.resize(room, height)
        return height

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground behind code."""
        if self.editor.isHidden():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self._theme.palette
        focused = self.editor.hasFocus()
        painter.setPen(QColor(palette.accent if focused else palette.line))
        painter.setBrush(QColor(palette.canvas))
        area = self.editor.geometry().adjusted(0, 0, -1, -1)
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)

    # Hearing

    def _on_text_changed(self) -> None:
        text = self.editor.toPlainText()
        if text == self.cell.text:
            return
        was_edited, self.cell.text = self.cell.is_edited, text
        if was_edited != self.cell.is_edited:
            self._show_note()
        self.changed.emit()
        height = self.editor.take_width(self.editor.width())
        if height != self._lines_px or was_edited != self.cell.is_edited:
            self.resized.emit()

    def _on_run_wanted(self, go_on: bool) -> None:
        if self.page is not None:
            self.render_text()
            self.page.setFocus()
        self.run_wanted.emit(go_on)

    def _on_leave_wanted(self, where: int) -> None:
        if where:
            self.leave_wanted.emit(where)
        elif self.gutter is not None and self.gutter.button.isVisible():
            self.gutter.button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.page is not None:
            self.render_text()
            self.page.setFocus()
        else:
            self.editor.clearFocus()

    def _on_cursor_moved(self) -> None:
        if self.editor.hasFocus():
            area = self.editor.cursorRect().translated(self.editor.pos())
            last = not self.editor.textCursor().block().next().isValid()
            if self.cell.is_edited and last:
                # What says that the cell is edited stands below its last line.
                area.setBottom(self.editor.geometry().bottom() + _NOTE_PX)
            self.cursor_moved.emit(area)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the cell."""
        self.menu_wanted.emit(event.globalPos())
        event.accept()


def fill_menu(menu: QMenu, editor: CodeEditor) -> None:
    """Add what every editor offers: cut, copy and paste."""
    for text, do, on in (
        ("Cu&t", editor.cut, editor.textCursor().hasSelection()),
        ("&Copy", editor.copy, editor.textCursor().hasSelection()),
        ("&Paste", editor.paste, editor.canPaste()),
    ):
        action = menu.addAction(text)
        action.triggered.connect(do)
        action.setEnabled(on)

"""The Source dock: the open file, to be read, edited and run in any order."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QVBoxLayout, QWidget

from gradviz.sources.program import SourceError
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX, hint
from gradviz.ui.panels.source import saving
from gradviz.ui.panels.source.cell_menu import cell_menu
from gradviz.ui.panels.source.cells import SourceFile, read_source
from gradviz.ui.panels.source.edits import carry_over
from gradviz.ui.panels.source.header import SourceHeader
from gradviz.ui.panels.source.left_over import LeftOver
from gradviz.ui.panels.source.queue import RunQueue
from gradviz.ui.panels.source.view import CellsView
from gradviz.ui.theme import Theme


class SourcePanel(QWidget):
    """Shows the cells of a notebook or the lines of a script.

    It reads the file itself, so that a file can be read before it runs, and when it
    fails.

    Attributes:
        header: The file's name and what can be done with all of it.
        view: The cells.
        queue: What is to run, and what becomes of it.

    Signals:
        node_activated: A line was clicked that made exactly one Value; its id.
        changed: What can be done has changed: another file, cell or edit.
        failed: One sentence: why something could not be done.
        copied: The path of a copy that was saved in place of a lesson.
    """

    node_activated = Signal(int)
    changed = Signal()
    failed = Signal(str)
    copied = Signal(object)

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("source-panel")
        self._controller = controller
        self._path: Path | None = None
        self._file: SourceFile | None = None
        self._selected = -1
        self._pointed = ""
        """The place shown in the stead of where a Value was made."""
        self._opening = controller.is_opening
        self.queue = RunQueue(controller, self)
        self.view = CellsView(theme, self)
        self._hint = hint("source-hint", "", self)
        self.header = SourceHeader(theme, self)
        self._left_over = LeftOver(theme, self)
        self._note = QLabel(self)
        self._note.setObjectName("source-note")
        self._note.setProperty("role", "attention")
        self._note.setWordWrap(True)
        self._note.setStyleSheet(f"padding: 0 {MARGIN_PX}px {GAP_PX}px;")
        self._build()
        self._connect()
        self.set_theme(theme)
        self.show_path(controller.path)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._note)
        column.addWidget(self._left_over)
        column.addWidget(self._hint)
        column.addWidget(self.view, 1)

    def _connect(self) -> None:
        controller, view = self._controller, self.view
        controller.opening_began.connect(self._on_opening_began)
        controller.opening_failed.connect(self._on_opening_ended)
        controller.worker_ended.connect(self._on_opening_ended)
        controller.graph_changed.connect(self._on_graph_changed)
        controller.session_changed.connect(self._mark)
        controller.moved.connect(self._mark)
        self.header.run_wanted.connect(self.run_all)
        self.header.save_wanted.connect(self.save)
        self.queue.changed.connect(view.refresh)
        # After the queue, which adds how the cell has ended.
        controller.cell_ended.connect(lambda ended: view.show_outcome(ended.cell))
        view.changed.connect(self._on_edited)
        view.run_wanted.connect(lambda index, _: self.run_cells([index]))
        view.line_clicked.connect(self._on_line_clicked)
        view.current_changed.connect(self.changed)
        view.menu_wanted.connect(self._show_menu)

    # What is shown

    @property
    def file(self) -> SourceFile | None:
        """The file as it was read, None where there is none to show."""
        return self._file

    @property
    def can_run(self) -> bool:
        """Whether the code that runs is that of the file shown."""
        controller = self._controller
        return bool(
            self._file
            and not self._opening
            and controller.alive
            and controller.path == self._path
        )

    def show_path(self, path: Path | None) -> None:
        """Show another file; None where what is shown is no file."""
        if path is None or path != self._path:
            self._file = None
        self._path = path
        self._read()

    def set_selected(self, node: int) -> None:
        """Mark the line that made a Value, and scroll to it; -1 for none."""
        self._selected, self._pointed = node, ""
        self._mark()
        cell, line = self._line_of(node)
        if cell >= 0 and self.view.isVisible():
            self.view.show_cell(cell, line)

    def show_line(self, filename: str, line: int) -> bool:
        """Mark a line of the file shown and scroll to it, and return whether it is one.

        It stays marked until another Value is selected.
        """
        cell, _ = self._line_at(f"{filename}:{line}")
        if cell >= 0:
            self._pointed = f"{filename}:{line}"
            self._mark()
            self.view.show_cell(cell, line)
        return cell >= 0

    def set_theme(self, theme: Theme) -> None:
        """Show the panel in another theme."""
        self.view.set_theme(theme)
        self.header.set_theme(theme)
        self._left_over.set_theme(theme)

    def _read(self) -> None:
        """Read the file; what it was stays while it can't be, edits in any case."""
        before, why = self._file, ""
        if self._path is None:
            why = "Open a notebook or a script to read its code here."
            if self._controller.mirror is not None:
                why = "What is shown was not opened from a notebook or a script."
        else:
            try:
                self._file = read_source(self._path)
            except SourceError as error:
                why = str(error)
        if before is None:
            self._left_over.forget()
        elif self._file is not None and self._file is not before:
            gone = carry_over(before, self._file)
            self._left_over.add(self._file.path.name, gone)
        self._hint.setText(why)
        self._hint.setVisible(bool(why))
        self.view.setVisible(self._file is not None)
        self.queue.show_file(self._file)
        self.view.show_file(self._file, keep_place=before is not None)
        self._mark()
        self._show_state()

    def _show_state(self) -> None:
        file = self._file
        name = self._path.name if self._path else ""
        self.header.show_file(name, file is None or file.is_notebook)
        self.header.run_all.setVisible(file is not None)
        self.header.run_all.setEnabled(self.can_run)
        self.header.save.setVisible(self.has_unsaved)
        other = (
            file is not None
            and not self._opening
            and self._controller.mirror is not None
            and self._controller.path != self._path
        )
        self._note.setText(
            f"The graph is still that of {self._controller.title}: run this file (F5) "
            "to see its own."
        )
        self._note.setVisible(other)
        self.changed.emit()

    # Running

    @property
    def commands(self) -> dict[str, Callable[[], object]]:
        """What the commands of the Cell menu do."""
        return {
            "run-cell": lambda: self.run_current(go_on=False),
            "run-cell-next": lambda: self.run_current(go_on=True),
            "run-above": self.run_above,
            "run-below": self.run_below,
            "cell-above": lambda: self.go(-1),
            "cell-below": lambda: self.go(1),
            "revert-cell": self.revert_current,
        }

    def run_current(self, go_on: bool) -> None:
        """Run the cell worked at; ``go_on`` to the next one after it."""
        index = self.view.current
        if index >= 0:
            self.run_cells([index])
            if go_on:
                self.view.go_to(index + 1)

    def run_all(self) -> None:
        """Run every cell."""
        self.run_cells(range(len(self._file.cells) if self._file else 0))

    def run_above(self) -> None:
        """Run every cell above the one worked at."""
        self.run_cells(range(max(0, self.view.current)))

    def run_below(self) -> None:
        """Run the cell worked at and every one below it."""
        if self._file is not None and self.view.current >= 0:
            self.run_cells(range(self.view.current, len(self._file.cells)))

    def run_cells(self, indices: "range | list[int]") -> None:
        """Run cells, one after the other; those that hold no code are passed over."""
        if self._file is None:
            return
        cells = [self._file.cells[index] for index in indices]
        code = [cell for cell in cells if cell.is_code]
        if code and not self.can_run:
            self.failed.emit(
                "Cells can be run once the file has run: run it again (F5)."
                if not self._opening
                else "Cells can be run as soon as the file has been opened."
            )
            return
        self.queue.run(code)

    def enter(self) -> None:
        """Let the person work at the cell last worked at, else the next to run."""
        cells = self._file.cells if self._file is not None else []
        if self.view.current >= 0 or not cells:
            self.view.go_to(self.view.current)
            return
        to_run = (c.index for c in cells if c.is_code and c.outcome.count is None)
        self.view.go_to(next(to_run, 0))

    def go(self, where: int) -> None:
        """Go to the cell above (-1) or below (1)."""
        self.view.go_to(max(0, self.view.current + where))

    # Edits

    @property
    def has_unsaved(self) -> bool:
        """Whether there are edits that are not in the file."""
        return self._file is not None and bool(self._file.edited)

    def save(self) -> bool:
        """Write the edits into the file; return whether they are there now."""
        file = self._file
        if file is None or not file.edited:
            return True
        if saving.is_lesson(file.path):
            return self._save_copy(file)
        if saving.is_changed_outside(file):
            answer = saving.ask_which_wins(file, self)
            if answer == "reload":
                self._read()
            if answer != "overwrite":
                return False
        return self._write(file, None)

    def ask_to_leave(self) -> bool:
        """Ask what becomes of edits that are not saved; whether to go on."""
        if self._file is None or not self.has_unsaved:
            return True
        answer = saving.ask_to_save(self._file, self)
        if answer == "save":
            return self.save()
        return answer == "discard"

    def revert_current(self) -> None:
        """Put back what the file says in the cell worked at."""
        widget = self.view.made.get(self.view.current)
        if widget is not None:
            widget.revert()

    def _save_copy(self, file: SourceFile) -> bool:
        """A lesson is everybody's: save a copy of it where the person says."""
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Save a Copy of the Lesson",
            str(Path.home() / file.path.name),
            f"Files of this kind (*{file.path.suffix})",
        )
        if not name or not self._write(file, Path(name)):
            return False
        self._file = None
        self.copied.emit(Path(name))
        return True

    def _write(self, file: SourceFile, copy: Path | None) -> bool:
        try:
            saving.write(file, copy)
        except saving.SaveError as error:
            self.failed.emit(str(error))
            return False
        self.view.refresh_all()
        self._show_state()
        return True

    # The graph and the code

    def _line_of(self, node: int) -> tuple[int, int]:
        """Return the cell and the line that made a Value, (-1, 0) for none."""
        mirror, file = self._controller.mirror, self._file
        if mirror is None or file is None or not 0 <= node < len(mirror.graph):
            return -1, 0
        return self._line_at(mirror.graph.nodes[node].place)

    def _line_at(self, place: str) -> tuple[int, int]:
        """Return the cell and the line of a place, (-1, 0) for none."""
        found = self._file.cell_at(place) if self._file is not None else None
        if found is None or not found[0].lines_hold:
            return -1, 0
        return found[0].index, found[1]

    def _mark(self) -> None:
        mirror, file = self._controller.mirror, self._file
        step = mirror.last_step if mirror is not None else None
        made_by = None
        if file is not None and step is not None and step.place:
            made_by = file.cell_at(step.place)
        node = self._selected
        if node < 0 and step is not None:
            node = step.node
        marked = self._line_at(self._pointed) if self._pointed else self._line_of(node)
        self.view.mark(*marked, made_by[0].index if made_by else -1)

    def _on_line_clicked(self, index: int, line: int) -> None:
        """Select the Value that a line made, if it made exactly one."""
        mirror = self._controller.mirror
        if mirror is None:
            return
        found = [
            node.id
            for node in mirror.graph.nodes
            if node.place
            and not node.constant
            and self._line_of(node.id) == (index, line)
        ]
        if len(found) == 1 and found[0] != self._selected:
            self.node_activated.emit(found[0])

    # Hearing

    def _on_opening_began(self) -> None:
        self._opening = True
        self._selected, self._pointed = -1, ""
        if self._path is None:
            self._path = self._controller.path
        self._read()

    def _on_opening_ended(self, _why: object = None) -> None:
        self._opening = False
        self._show_state()

    def _on_graph_changed(self) -> None:
        self._opening = False
        self._selected, self._pointed = -1, ""
        if self._path is None or self._controller.path != self._path:
            self.show_path(self._controller.path)
        self._mark()
        self._show_state()

    def _on_edited(self) -> None:
        self.header.save.setVisible(self.has_unsaved)
        self.changed.emit()

    def _show_menu(self, index: int, place: QPoint) -> None:
        menu = self.menu_of(index)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def menu_of(self, index: int) -> QMenu:
        """Return what can be done with a cell."""
        self.view.set_current(index)
        return cell_menu(self, self.view.made[index])

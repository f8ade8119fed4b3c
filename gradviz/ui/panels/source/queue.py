"""Cells that are to run: one is asked for at a time, and a failure ends the rest."""

from collections import deque

from PySide6.QtCore import QObject, Signal

from gradviz.ui.controller import Controller
from gradviz.ui.panels.source.cells import PLAIN, CellState, Shown, SourceFile
from gradviz.worker.messages import CellEnded, CellUndone, Display, Failure


class RunQueue(QObject):
    """Runs cells in the order asked for, and keeps what becomes of them.

    Signals:
        changed: Another number, mark or output of this cell is to be shown.
    """

    changed = Signal(int)

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._file: SourceFile | None = None
        self._waiting: deque[tuple[int, str]] = deque()
        self._asked: tuple[int, str] | None = None
        controller.cell_began.connect(self._on_began)
        controller.cell_ended.connect(self._on_ended)
        controller.displayed.connect(self._on_displayed)
        controller.printed.connect(self._on_printed)
        controller.failed.connect(self._on_failed)
        controller.cell_undone.connect(self._on_undone)
        controller.opening_failed.connect(self._on_opening_ended)
        controller.worker_ended.connect(self._on_opening_ended)

    def show_file(self, file: SourceFile | None) -> None:
        """Keep what becomes of the cells of another file."""
        self._file, self._asked = file, None
        self._waiting.clear()

    def run(self, cells: list[CellState]) -> None:
        """Run cells as they stand now, after those that wait already."""
        for cell in cells:
            self._waiting.append((cell.index, cell.text))
            cell.waits = True
            self.changed.emit(cell.index)
        self._ask_next()

    def stop(self, _why: object = None) -> None:
        """Forget what waits; what was running has not ended well."""
        self._waiting.clear()
        self._asked = None
        for cell in self._file.cells if self._file else ():
            if not (cell.waits or cell.phase == "running"):
                continue
            cell.waits = False
            if cell.phase == "running":
                cell.outcome.phase = "failed"
            self.changed.emit(cell.index)

    def _ask_next(self) -> None:
        if self._asked is None and self._waiting:
            self._asked = self._waiting.popleft()
            self._controller.run_cell(*self._asked)

    def _cell(self, index: int) -> CellState | None:
        cells = self._file.cells if self._file else []
        return cells[index] if 0 <= index < len(cells) else None

    def _on_began(self, index: int) -> None:
        cell = self._cell(index)
        if cell is not None:
            asked = self._asked is not None and self._asked[0] == index
            cell.begin(self._asked[1] if asked and self._asked else cell.source)
            cell.waits = any(waiting == index for waiting, _ in self._waiting)
            self.changed.emit(index)

    def _on_ended(self, ended: CellEnded) -> None:
        cell = self._cell(ended.cell)
        if cell is None:
            return
        outcome = cell.outcome
        outcome.count, outcome.seconds = ended.count, ended.seconds
        outcome.phase = "failed" if ended.failure else "done"
        if ended.failure is not None:
            cell.add(Shown("error", {PLAIN: _told(ended.failure)}))
        self.changed.emit(cell.index)
        if self._asked is not None and self._asked[0] == ended.cell:
            self._asked = None
            if ended.failure is not None:
                self.stop()
            self._ask_next()

    def _on_undone(self, undone: CellUndone) -> None:
        cell = self._cell(undone.cell)
        if cell is not None:
            cell.undo(undone.count, undone.redone)
            self.changed.emit(cell.index)

    def _on_opening_ended(self, _why: object = None) -> None:
        """Stop; what ran last may not be what is shown, and has other numbers."""
        self.stop()
        for cell in self._file.cells if self._file else ():
            cell.settle()

    def _on_displayed(self, display: Display) -> None:
        cell = self._cell(display.cell)
        if cell is not None:
            cell.add(Shown("result" if display.result else "display", display.data))
            self.changed.emit(cell.index)

    def _on_printed(self, stream: str, text: str, index: int) -> None:
        cell = self._cell(index)
        if cell is not None:
            kind = "stderr" if stream == "stderr" else "stdout"
            cell.add(Shown(kind, {PLAIN: text}))  # type: ignore[arg-type]
            self.changed.emit(index)

    def _on_failed(self, _failure: object) -> None:
        if not self._controller.busy:
            self.stop()


def _told(failure: Failure) -> str:
    return failure.traceback.rstrip() or failure.message

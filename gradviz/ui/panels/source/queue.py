"""Cells that are to run: one is asked for at a time, and a failure ends the rest."""

from collections import deque

from PySide6.QtCore import QObject, Signal

from gradviz.ui.controller import Controller
from gradviz.ui.panels.source.cells import PLAIN, CellState, Shown, SourceFile
from gradviz.worker.messages import CellEnded, Display, Failure


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
        controller.opening_failed.connect(self.stop)
        controller.worker_ended.connect(self.stop)

    def show_file(self, file: SourceFile | None) -> None:
        """Keep what becomes of the cells of another file."""
        self._file, self._asked = file, None
        self._waiting.clear()

    def run(self, cells: list[CellState]) -> None:
        """Run cells as they stand now, after those that wait already."""
        for cell in cells:
            self._waiting.append((cell.index, cell.text))
            if cell.phase != "running":
                self._set_phase(cell, "waiting")
        self._ask_next()

    def stop(self, _why: object = None) -> None:
        """Forget what waits; what was running has not ended well."""
        self._waiting.clear()
        self._asked = None
        for cell in self._file.cells if self._file else ():
            if cell.phase == "waiting":
                self._set_phase(cell, "idle" if cell.count is None else "done")
            elif cell.phase == "running":
                cell.count = None
                self._set_phase(cell, "failed")

    def _ask_next(self) -> None:
        if self._asked is None and self._waiting:
            self._asked = self._waiting.popleft()
            self._controller.run_cell(*self._asked)

    def _cell(self, index: int) -> CellState | None:
        cells = self._file.cells if self._file else []
        return cells[index] if 0 <= index < len(cells) else None

    def _set_phase(self, cell: CellState, phase: str) -> None:
        cell.phase = phase  # type: ignore[assignment]
        self.changed.emit(cell.index)

    def _on_began(self, index: int) -> None:
        cell = self._cell(index)
        if cell is not None:
            cell.clear()
            asked = self._asked is not None and self._asked[0] == index
            cell.ran = self._asked[1] if asked and self._asked else cell.source
            self._set_phase(cell, "running")

    def _on_ended(self, ended: CellEnded) -> None:
        cell = self._cell(ended.cell)
        if cell is None:
            return
        cell.count, cell.seconds = ended.count, ended.seconds
        if ended.failure is not None:
            cell.add(Shown("error", {PLAIN: _told(ended.failure)}))
        self._set_phase(cell, "failed" if ended.failure else "done")
        if self._asked is not None and self._asked[0] == ended.cell:
            self._asked = None
            if ended.failure is not None:
                self.stop()
            again = any(index == ended.cell for index, _ in self._waiting)
            if again:
                self._set_phase(cell, "waiting")
            self._ask_next()

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

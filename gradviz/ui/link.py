"""One worker as the window sees it: what was asked, and the answers as signals."""

from collections import deque

from PySide6.QtCore import QObject, Signal

from gradviz.channel import ChannelClosedError
from gradviz.worker.client import Ending, Worker
from gradviz.worker.messages import (
    AnyAnswer,
    Body,
    CellBegan,
    CellEnded,
    CellUndone,
    Checked,
    Display,
    Output,
    Referenced,
    Reply,
    Request,
    Stage,
)


class WorkerLink(QObject):
    """A worker whose answers arrive on the window's thread.

    Attributes:
        asked: Requests sent and not answered yet, oldest first.
        memory: How many bytes it may use, 0 for no limit, None for the usual.

    Signals:
        replied: (request, reply).
        printed: (stream, text, cell); the cell is -1 where it was none.
        displayed: A Display.
        cell_began: The index of a cell that has begun to run.
        cell_ended: A CellEnded.
        cell_undone: A CellUndone.
        told: An answer to a question that only one part of the window has asked, such
            as Checked or Body.
        stage_changed: What the worker is doing.
        ended: An Ending; the worker has gone by itself.
    """

    replied = Signal(object, object)
    printed = Signal(str, str, int)
    displayed = Signal(object)
    cell_began = Signal(int)
    cell_ended = Signal(object)
    cell_undone = Signal(object)
    told = Signal(object)
    stage_changed = Signal(str)
    ended = Signal(object)

    _arrived = Signal(object)
    _gone = Signal(object)

    def __init__(
        self, parent: QObject | None = None, memory: int | None = None
    ) -> None:
        super().__init__(parent)
        self.asked: deque[Request] = deque()
        self.memory = memory
        self._arrived.connect(self._on_arrived)
        self._gone.connect(self._on_gone)
        self._closed = False
        self._worker = Worker(self, memory)

    @property
    def alive(self) -> bool:
        """Whether the worker can be asked."""
        return not self._closed and self._worker.alive

    @property
    def ready(self) -> bool:
        """Whether the worker can be interrupted."""
        return self._worker.ready

    @property
    def pid(self) -> int:
        """The worker's process number."""
        return self._worker.pid

    def ask(self, request: Request) -> bool:
        """Send a request; return whether there was anybody to read it."""
        try:
            self._worker.send(request)
        except ChannelClosedError:
            return False
        self.asked.append(request)
        return True

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the person's code."""
        self._worker.interrupt()

    def close(self) -> None:
        """End the worker; nothing more is heard of it."""
        self._closed = True
        self.asked.clear()
        self._worker.close()

    def on_answer(self, answer: AnyAnswer) -> None:
        """Take an answer on the reading thread."""
        self._arrived.emit(answer)

    def on_worker_ended(self, ending: Ending) -> None:
        """Take the worker's end on the watching thread."""
        self._gone.emit(ending)

    def _on_arrived(self, answer: AnyAnswer) -> None:
        if self._closed:
            return
        match answer:
            case Output(stream, text, cell):
                self.printed.emit(stream, text, cell)
            case Display():
                self.displayed.emit(answer)
            case CellBegan(cell):
                self.cell_began.emit(cell)
            case CellEnded():
                self.cell_ended.emit(answer)
            case CellUndone():
                self.cell_undone.emit(answer)
            case Stage(text):
                self.stage_changed.emit(text)
            case Checked() | Referenced() | Body():
                self.told.emit(answer)
            case Reply():
                self.replied.emit(self.asked.popleft(), answer)

    def _on_gone(self, ending: Ending) -> None:
        if not self._closed:
            self.ended.emit(ending)

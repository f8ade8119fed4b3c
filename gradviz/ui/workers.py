"""The workers of a window: that of what is shown, that of a file being opened, a spare.

A file is opened in a worker of its own. The one that runs what is shown stays until the
new file has something to show, so that a file that fails costs nothing.
"""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.ui.link import WorkerLink
from gradviz.ui.time_limit import TimeLimit
from gradviz.worker.client import Ending
from gradviz.worker.messages import (
    Check,
    GetBody,
    GetReady,
    GetReference,
    MoveTo,
    Reevaluate,
    Reply,
    Request,
    RunCell,
    RunStep,
    SetLeaf,
    SetSeed,
)

KILL_AFTER_MS = 2000
"""How long an interrupted worker has before it is ended."""

_CHECK_KILL_AFTER_MS = 10_000
"""The same for checks, which first put back every Value of a large graph."""

BUSY_AFTER_MS = 150
"""How long work may take before it is spoken of."""


class Workers(QObject):
    """Starts workers, watches over what they do, and ends them.

    Attributes:
        shown: The worker of what is shown, None where it has gone or never was.
        opening: The worker of what is being opened and not shown yet.
        memory: How many bytes the next worker may use, 0 for no limit, None for half
            of the machine's.
        time_limit: How long a file or a cell may run.
        was_stopped: Whether the worker that ended last was ended from here.

    Signals:
        replied: (link, request, reply).
        printed: (stream, text, cell) that the person's code printed.
        displayed: A Display of a cell.
        cell_began: The index of a cell that has begun to run.
        cell_ended: A CellEnded.
        cell_undone: A CellUndone.
        told: An answer to a question that only one part of the window has asked, such
            as Checked or Body; it comes before the reply.
        busy_changed: What is being done, as text, if it takes longer than a moment;
            empty when it is done.
        ended: How a worker ended, as one sentence.
        nobody_there: There is no worker to ask any more.
    """

    replied = Signal(object, object, object)
    printed = Signal(str, str, int)
    displayed = Signal(object)
    cell_began = Signal(int)
    cell_ended = Signal(object)
    cell_undone = Signal(object)
    told = Signal(object)
    busy_changed = Signal(str)
    ended = Signal(str)
    nobody_there = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shown: WorkerLink | None = None
        self.opening: WorkerLink | None = None
        self._spare: WorkerLink | None = None
        self._held: Request | None = None
        self._to_look_up: GetBody | None = None
        self._loaded: tuple[str, ...] = ()
        self.memory: int | None = None
        self.was_stopped = False
        self.time_limit = TimeLimit(self)
        self.time_limit.exceeded.connect(self.interrupt)
        self._kill_timer = QTimer(self, singleShot=True, interval=KILL_AFTER_MS)
        self._kill_timer.timeout.connect(self.kill)
        self._doing = ""
        self._busy_timer = QTimer(self, singleShot=True, interval=BUSY_AFTER_MS)
        self._busy_timer.timeout.connect(lambda: self.busy_changed.emit(self._doing))

    @property
    def busy(self) -> bool:
        """Whether a worker has something to do."""
        return self.opening is not None or any(map(_is_work, self.asked))

    @property
    def alive(self) -> bool:
        """Whether there is a worker to ask of what is shown."""
        return self.shown is not None and self.shown.alive

    @property
    def asked(self) -> Sequence[Request]:
        """What was asked of what is shown and is not answered yet, oldest first."""
        return self.shown.asked if self.shown is not None else ()

    # Asking

    def open(self, request: Request, name: str) -> None:
        """Ask a worker of its own to run something; what was being opened is dropped.

        Args:
            request: What it is asked.
            name: What is opened, as it is called in a sentence.
        """
        self.drop_opening()
        self.opening = self._new_link()
        self.opening.ask(request)
        self._begin_busy(f"Running {name}")
        self.time_limit.start(name)

    def ask(self, request: Request, limited: str = "") -> None:
        """Ask the worker of what is shown.

        While a slider's last edit is on its way, only the newest is kept to be asked.

        Args:
            request: What it is asked.
            limited: What is held to the time limit, as it is called in a sentence;
                empty where nothing is.
        """
        if _is_drag(request) and any(map(_is_drag, self.asked)):
            self._held = request
            return
        self._ask_held()
        self._send(request, limited)

    def look_up(self, request: GetBody) -> bool:
        """Ask the worker of what is shown by the way: nobody waits, nothing changes.

        While there is anything else to do, only the newest is kept to be asked.

        Returns:
            Whether it was asked at once.
        """
        self._to_look_up = request
        return self._look_up()

    def _look_up(self) -> bool:
        request = self._to_look_up
        if request is None or self.shown is None or self.asked or self._held:
            return False
        self._to_look_up = None
        return self.shown.ask(request)

    def _ask_held(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._send(held)

    def _send(self, request: Request, limited: str = "") -> None:
        if self.shown is None or not self.shown.ask(request):
            self.nobody_there.emit()
        elif sum(map(_is_work, self.shown.asked)) == 1 and self.opening is None:
            self._begin_busy(_DOING.get(type(request), "Working"))
            if limited:
                self.time_limit.start(limited)

    # What becomes of a worker

    @property
    def has_spare(self) -> bool:
        """Whether a worker is ready for the next file."""
        return self._spare is not None and not self._spare.asked

    def get_ready(self, modules: tuple[str, ...] = ()) -> None:
        """Start the next file's worker now, so that it need not be waited for.

        Args:
            modules: What it loads now, as ``Opened.modules`` has them.
        """
        if self._spare is None or self._loaded != modules:
            self._spare = self._spare or self._started()
            self._spare.ask(GetReady(modules=modules))
            self._loaded = modules

    def show_opening(self) -> None:
        """Let the worker of what was opened take the place of the last one."""
        if self.shown is not None:
            _end(self.shown)
        self.shown, self.opening, self._held = self.opening, None, None
        self._to_look_up = None

    def drop_opening(self) -> None:
        """End the worker of what is being opened; nothing of it will be shown."""
        if self.opening is not None:
            _end(self.opening)
            self.opening = None

    def interrupt(self) -> None:
        """Stop the person's code: politely, and after a while for good."""
        working = self.opening or self.shown
        if working is not None and self.busy:
            if not working.ready:
                self.kill()
                return
            working.interrupt()
            checks = self.opening is None and any(
                isinstance(request, Check | GetReference) for request in self.asked
            )
            self._kill_timer.start(_CHECK_KILL_AFTER_MS if checks else KILL_AFTER_MS)

    def kill(self) -> None:
        """End the worker that is busy; what is shown stays."""
        self._kill_timer.stop()
        working = self.opening or self.shown
        if working is not None:
            self._on_ended(working, None)

    def close(self) -> None:
        """End every worker."""
        self._kill_timer.stop()
        self._busy_timer.stop()
        self._held = None
        for link in (self.shown, self.opening, self._spare):
            if link is not None:
                link.close()
        self.shown = self.opening = self._spare = None

    def _new_link(self) -> WorkerLink:
        spare, self._spare = self._spare, None
        if spare is not None and spare.alive and spare.memory == self.memory:
            return spare
        if spare is not None:
            _end(spare)
        return self._started()

    def _started(self) -> WorkerLink:
        link = WorkerLink(self, self.memory)
        link.replied.connect(
            lambda request, reply: self._on_reply(link, request, reply)
        )
        link.printed.connect(self.printed)
        link.displayed.connect(self.displayed)
        link.cell_began.connect(self.cell_began)
        link.cell_ended.connect(self.cell_ended)
        link.cell_undone.connect(self.cell_undone)
        link.told.connect(self.told)
        link.stage_changed.connect(self._on_stage_changed)
        link.ended.connect(lambda ending: self._on_ended(link, ending))
        return link

    def _on_reply(self, link: WorkerLink, request: Request, reply: Reply) -> None:
        if not _is_work(request):
            self._look_up()
        elif not isinstance(request, GetReady):
            self.replied.emit(link, request, reply)

    def _on_ended(self, link: WorkerLink, ending: Ending | None) -> None:
        if link is self._spare:
            # Nothing was lost: the next file starts a worker of its own.
            self._spare = None
            _end(link)
            return
        self.was_stopped = ending is None
        said = "Your code was stopped." if ending is None else ending.message
        said = self.time_limit.sentence(said)
        _end(link)
        if link is self.opening:
            self.opening = None
        elif link is self.shown:
            self.shown = self._held = self._to_look_up = None
        self._rest()
        self.ended.emit(said)

    # What is being done

    def go_on(self) -> None:
        """Ask what was held back; if there is nothing to do any more, say so."""
        self._ask_held()
        self._look_up()
        self._rest()

    def _rest(self) -> None:
        if self.busy:
            return
        self._kill_timer.stop()
        self.time_limit.stop()
        if self._busy_timer.isActive():
            self._busy_timer.stop()
        else:
            self.busy_changed.emit("")

    def _begin_busy(self, doing: str) -> None:
        self._doing = doing
        if not self._busy_timer.isActive():
            self._busy_timer.start()

    def _on_stage_changed(self, doing: str) -> None:
        self._doing = doing
        if not self._busy_timer.isActive():
            self.busy_changed.emit(doing)


def _end(link: WorkerLink) -> None:
    link.close()
    link.deleteLater()


def _is_work(request: Request) -> bool:
    """Whether a request is of those that a person waits for."""
    return not isinstance(request, GetBody)


def _is_drag(request: Request) -> bool:
    return isinstance(request, SetLeaf | SetSeed) and bool(request.gesture)


_DOING: dict[type[Any], str] = {
    Check: "Checking the backward code",
    MoveTo: "Running the backward pass",
    RunStep: "Running the backward pass",
    SetLeaf: "Computing the forward pass",
    Reevaluate: "Computing the forward pass",
    RunCell: "Running the cell",
    GetReference: "Differentiating the forward pass",
}

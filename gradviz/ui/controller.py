"""The window's link to a session: a mirror to show, and commands to ask for.

Every command is asked of the worker; the mirror changes when its reply comes. Moving
over steps that have been made changes the mirror at once and needs no worker.
"""

from collections import deque
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.channel import ChannelClosedError
from gradviz.graph.model import Graph
from gradviz.session.mirror import Mirror
from gradviz.worker.client import Ending, Worker
from gradviz.worker.messages import (
    AnyAnswer,
    ChooseRoots,
    Failure,
    MoveTo,
    Open,
    Opened,
    Output,
    Redo,
    Reply,
    Request,
    RunStep,
    SetLeaf,
    SetRule,
    SetSeed,
    Stage,
    Undo,
    ZeroGradients,
)

KILL_AFTER_MS = 2000
"""How long an interrupted worker has before it is ended."""


class Controller(QObject):
    """Asks a worker, keeps the mirror, and tells the window what has changed.

    Attributes:
        mirror: What to show, or None while nothing has been opened.
        path: The file open or being opened.
        opened: What the worker said of the graph shown: roots, choices, notices.

    Signals:
        graph_changed: Another graph is shown; everything is new.
        moved: The playhead moved over the same walk; carries the set of Values whose
            numbers or progress may have changed.
        session_changed: Document, walk or any number may have changed, same graph.
        busy_changed: What is being done, as text; empty when nothing is.
        failed: A Failure, to be shown until the next success.
        succeeded: A request was fulfilled; a failure shown before no longer holds.
        printed: (stream, text) that the person's code printed.
        worker_ended: How the worker ended, as one sentence.
        worker_started: A new worker is there.
    """

    graph_changed = Signal()
    moved = Signal(object)
    session_changed = Signal()
    busy_changed = Signal(str)
    failed = Signal(object)
    succeeded = Signal()
    printed = Signal(str, str)
    worker_ended = Signal(str)
    worker_started = Signal()

    _answered = Signal(object, object)
    _ended = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mirror: Mirror | None = None
        self.path: Path | None = None
        self.opened: Opened | None = None
        self._worker: Worker | None = None
        self._worker_used = False
        self._relay: _Relay | None = None
        self._asked: deque[Request] = deque()
        self._held: Request | None = None
        self._target = 0
        self._answered.connect(self._on_answer)
        self._ended.connect(self._on_ended)
        self._kill_timer = QTimer(self, singleShot=True, interval=KILL_AFTER_MS)
        self._kill_timer.timeout.connect(self.kill)

    # What a person can ask for

    @property
    def busy(self) -> bool:
        """Whether the worker has something to do."""
        return bool(self._asked)

    @property
    def alive(self) -> bool:
        """Whether there is a worker to ask."""
        return self._worker is not None and self._worker.alive

    @property
    def at_end(self) -> bool:
        """Whether every step of the walk has been made or asked for."""
        return self.mirror is None or self._target >= len(self.mirror.walk)

    def open(self, path: Path) -> None:
        """Run a file in a new worker and show what it draws."""
        self.path = path
        self.start_worker()
        self._ask(Open(path=str(path)))

    def run_again(self) -> None:
        """Run the file that is open once more, from the start."""
        if self.path is not None:
            self.open(self.path)

    def choose_roots(self, roots: tuple[int, ...]) -> None:
        """Show what is below some of ``opened.choices``; empty means all."""
        self._ask(ChooseRoots(roots=roots))

    def move_to(self, playhead: int) -> None:
        """Show the state after ``playhead`` steps, making those not made yet."""
        if self.mirror is None:
            return
        wanted = max(0, min(playhead, len(self.mirror.walk)))
        self._target = wanted if self.alive else min(wanted, self.mirror.recorded)
        self._show_target()
        if self.alive or self._target < wanted:
            self._ask(MoveTo(playhead=wanted))

    def step(self) -> None:
        """Make the next step."""
        self.move_to(self._target + 1)

    def step_back(self) -> None:
        """Take the last step back."""
        self.move_to(self._target - 1)

    def run_to_end(self) -> None:
        """Make every step of the walk."""
        if self.mirror is not None:
            self.move_to(len(self.mirror.walk))

    def reset(self) -> None:
        """Take every step back."""
        self.move_to(0)

    def run_step(self, node: int) -> None:
        """Call the ``_backward`` of one Value now."""
        self._ask(RunStep(node=node))

    def zero_gradients(self) -> None:
        """Zero every gradient at the playhead."""
        self._ask(ZeroGradients())

    def set_leaf(self, node: int, number: float | None, gesture: str = "") -> None:
        """Edit a leaf; None is the file's number. One gesture is undone as one."""
        self._ask(SetLeaf(node=node, number=number, gesture=gesture))

    def set_seed(self, node: int, number: float | None, gesture: str = "") -> None:
        """Set a seed gradient; None removes it."""
        self._ask(SetSeed(node=node, number=number, gesture=gesture))

    def set_rule(self, rule: str) -> None:
        """Choose ``assign`` or ``accumulate``."""
        self._ask(SetRule(rule=rule))

    def undo(self) -> None:
        """Take the last edit back."""
        self._ask(Undo())

    def redo(self) -> None:
        """Make the last edit taken back again."""
        self._ask(Redo())

    # The worker

    def start_worker(self) -> None:
        """Start a fresh worker; one that runs is ended first."""
        if self._worker is not None and self._worker.alive and not self._worker_used:
            return
        self.close()
        self._relay = _Relay(self)
        self._worker = Worker(self._relay)
        self._worker_used = False
        self.worker_started.emit()

    def interrupt(self) -> None:
        """Stop the person's code: politely, and after two seconds for good."""
        if self._worker is not None and self.busy:
            self._worker.interrupt()
            self._kill_timer.start()

    def kill(self) -> None:
        """End the worker; the last good state stays."""
        if self._worker is not None:
            self._worker.kill()
            self._on_ended(self._relay, None)

    def close(self) -> None:
        """End the worker and forget what was asked of it."""
        self._kill_timer.stop()
        self._asked.clear()
        self._held = None
        self._relay = None
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    # How

    def _ask(self, request: Request) -> None:
        """Send a request; while a slider's last edit is on its way, hold the newest."""
        if self._is_drag(request) and any(map(self._is_drag, self._asked)):
            self._held = request
            return
        self._flush_held()
        self._send(request)

    @staticmethod
    def _is_drag(request: Request) -> bool:
        return isinstance(request, SetLeaf | SetSeed) and bool(request.gesture)

    def _flush_held(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._send(held)

    def _send(self, request: Request) -> None:
        if self._worker is None:
            self.failed.emit(_NOT_RUNNING)
            return
        try:
            self._worker.send(request)
        except ChannelClosedError:
            self.failed.emit(_NOT_RUNNING)
            return
        self._worker_used = True
        self._asked.append(request)
        if len(self._asked) == 1:
            self.busy_changed.emit(_doing(request))

    def _show_target(self) -> None:
        """Move the mirror as near to the target as steps made allow."""
        assert self.mirror is not None
        before = self.mirror.last_step
        dirty = self.mirror.move_to(self._target)
        for step in (before, self.mirror.last_step):
            if step is not None and step.node >= 0:
                dirty.add(step.node)
        if dirty:
            self.moved.emit(dirty)

    def _on_answer(self, relay: "_Relay", answer: AnyAnswer) -> None:
        if relay is not self._relay:
            return
        match answer:
            case Output(stream, text):
                self.printed.emit(stream, text)
            case Stage(text):
                self.busy_changed.emit(text)
            case Reply():
                self._on_reply(answer)

    def _on_reply(self, reply: Reply) -> None:
        request = self._asked.popleft() if self._asked else None
        if reply.opened is not None:
            self.opened = reply.opened
            self.mirror = Mirror(Graph(reply.opened.nodes, reply.opened.roots))
        if reply.update is not None and self.mirror is not None:
            self._take_over(reply, request)
        if reply.failure is not None:
            self.failed.emit(reply.failure)
        else:
            self.succeeded.emit()
        self._flush_held()
        if not self._asked:
            self._kill_timer.stop()
            self.busy_changed.emit("")

    def _take_over(self, reply: Reply, request: Request | None) -> None:
        """Let the mirror follow the session, unless the person has moved on since."""
        assert self.mirror is not None
        assert reply.update is not None
        update = reply.update
        only_moved = isinstance(request, MoveTo) and update.start is None
        scrubbed = self.mirror.playhead
        before = self.mirror.last_step
        self.mirror.apply(update)
        if not isinstance(request, MoveTo) or reply.failure is not None:
            self._target = update.playhead
        if reply.opened is not None:
            self.graph_changed.emit()
            return
        if not only_moved:
            self._show_pending_target()
            self.session_changed.emit()
            return
        dirty = self._between(scrubbed, update.playhead)
        dirty |= self._show_pending_target()
        for step in (before, self.mirror.last_step):
            if step is not None and step.node >= 0:
                dirty.add(step.node)
        if dirty:
            self.moved.emit(dirty)

    def _show_pending_target(self) -> set[int]:
        """Move on to where the person has scrubbed meanwhile, if that was made."""
        assert self.mirror is not None
        self._target = min(self._target, len(self.mirror.walk))
        return self.mirror.move_to(self._target)

    def _between(self, first: int, last: int) -> set[int]:
        """Return the Values touched by the steps between two playheads."""
        assert self.mirror is not None
        low, high = sorted((first, last))
        touched: set[int] = set()
        for step in self.mirror.walk[low:high]:
            touched |= self.mirror.touched(step)
        return touched

    def _on_ended(self, relay: "_Relay | None", ending: Ending | None) -> None:
        if relay is not self._relay or self._worker is None:
            return
        self.close()
        if self.mirror is not None:
            self._target = self.mirror.playhead
        self.busy_changed.emit("")
        self.worker_ended.emit(
            "Your code was stopped." if ending is None else ending.message
        )


class _Relay:
    """Carries what a worker says from its reading thread to the controller's."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def on_answer(self, answer: AnyAnswer) -> None:
        self._controller._answered.emit(self, answer)

    def on_worker_ended(self, ending: Ending) -> None:
        self._controller._ended.emit(self, ending)


_NOT_RUNNING = Failure(
    "request", "Your code is not running any more. Run it again (F5) to go on."
)


def _doing(request: Request) -> str:
    return _DOING.get(type(request), "Working")


_DOING: dict[type[Any], str] = {
    Open: "Running the file",
    MoveTo: "Running the backward pass",
    RunStep: "Running the backward pass",
    SetLeaf: "Computing the forward pass",
}

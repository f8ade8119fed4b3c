"""The window's link to a session: a mirror to show, and commands to ask for.

Every command is asked of the worker; the mirror changes when its reply comes. Moving
over steps that have been made changes the mirror at once and needs no worker.
"""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gradviz.graph.model import Graph
from gradviz.session.facts import WalkKind
from gradviz.session.mirror import Mirror
from gradviz.ui.link import WorkerLink
from gradviz.ui.scrubbing import Scrubber
from gradviz.ui.source import Source
from gradviz.ui.workers import Workers
from gradviz.worker.messages import (
    ChooseRoots,
    Failure,
    MoveTo,
    Open,
    Opened,
    OpenExpression,
    OpenFunction,
    Redo,
    Reevaluate,
    Reply,
    Request,
    RunCell,
    RunStep,
    SetLeaf,
    SetRule,
    SetSeed,
    SwitchWalk,
    Undo,
    ZeroGradients,
)
from gradviz.worker.restoring import Baseline, Restoring, Shown


class Controller(QObject):
    """Asks a worker, keeps the mirror, and tells the window what has changed.

    Attributes:
        workers: Those that run the person's code.
        source: What is shown, or the first that is being opened.
        opened: What the worker said of the graph shown: roots, choices, notices.
        restored: What was taken over from the file's last run to the graph shown, None
            where nothing was.

    Signals:
        graph_changed: Another graph is shown; everything is new.
        moved: The playhead moved over the same walk; carries the set of Values whose
            numbers or progress may have changed.
        session_changed: Document, walk or any number may have changed, same graph.
        busy_changed: What is being done, as text, if it takes longer than a moment;
            empty when it is done.
        failed: A Failure of what was asked of the session; nothing else has changed.
        opening_failed: A Failure of a file that was to be opened; what is shown stays.
        succeeded: A request was fulfilled; a failure shown before no longer holds.
        opening_began: Something is going to run; what was printed before is past.
        printed: (stream, text, cell) that the person's code printed; the cell is -1
            where it was none.
        displayed: A Display of a cell.
        cell_began: The index of a cell that has begun to run.
        cell_ended: A CellEnded.
        cell_undone: A CellUndone.
        worker_ended: How the worker ended, as one sentence.
    """

    graph_changed = Signal()
    moved = Signal(object)
    session_changed = Signal()
    busy_changed = Signal(str)
    failed = Signal(object)
    opening_failed = Signal(object)
    succeeded = Signal()
    opening_began = Signal()
    printed = Signal(str, str, int)
    displayed = Signal(object)
    cell_began = Signal(int)
    cell_ended = Signal(object)
    cell_undone = Signal(object)
    worker_ended = Signal(str)

    def __init__(self, workers: Workers | None = None) -> None:
        """Show nothing yet.

        Args:
            workers: Who runs the person's code; by default processes of their own.
        """
        super().__init__()
        self.source: Source | None = None
        self.opened: Opened | None = None
        self.restored: Restoring | None = None
        self._baseline: Baseline | None = None
        self._restoring: Restoring | None = None
        self._opening_source: Source | None = None
        self.workers = workers or Workers()
        self.workers.setParent(self)
        self._scrubber = Scrubber(self)
        self._scrubber.moved.connect(self.moved)
        self._scrubber.changed.connect(self.session_changed)
        workers = self.workers
        workers.nobody_there.connect(lambda: self.failed.emit(_NOT_RUNNING))
        workers.replied.connect(self._on_reply)
        workers.ended.connect(self._on_ended)
        workers.busy_changed.connect(self.busy_changed)
        workers.printed.connect(self.printed)
        workers.displayed.connect(self.displayed)
        workers.cell_began.connect(self.cell_began)
        workers.cell_ended.connect(self.cell_ended)
        workers.cell_undone.connect(self.cell_undone)

    # What a person can ask for

    @property
    def mirror(self) -> Mirror | None:
        """What to show, or None while nothing has been opened."""
        return self._scrubber.mirror

    @property
    def busy(self) -> bool:
        """Whether a worker has something to do."""
        return self.workers.busy

    @property
    def alive(self) -> bool:
        """Whether there is a worker to ask."""
        return self.workers.alive

    @property
    def at_end(self) -> bool:
        """Whether every step of the walk has been made or asked for."""
        return self._scrubber.at_end

    @property
    def path(self) -> Path | None:
        """The file shown, None where it is no file."""
        return self.source.path if self.source is not None else None

    @property
    def title(self) -> str:
        """What is shown, in a few words; empty while nothing is."""
        return self.source.title if self.source is not None else ""

    def open(self, path: Path) -> None:
        """Run a file in a new worker and show what it draws."""
        self._open(Source(Open(path=str(path)), path.stem, path))

    def map_class(self, name: str, attributes: dict[str, str]) -> None:
        """Run what was to be opened again, with what the person says of a class.

        Args:
            name: The class's name.
            attributes: The attribute of each role.
        """
        source = self._opening_source or self.source
        if source is not None and isinstance(source.request, Open):
            request = source.request
            mapping = {**request.mapping, name: attributes}
            request = Open(path=request.path, mapping=mapping)
            self._open(replace(source, request=request))

    def open_function(self, module: str, function: str) -> None:
        """Call a function of a module in a new worker and show what it gives."""
        request = OpenFunction(module=module, function=function)
        self._open(Source(request, f"{module}:{function}", None))

    def open_expression(
        self, text: str, numbers: dict[str, float], of_class: str = ""
    ) -> None:
        """Show the graph of an expression, with the data of its variables.

        Args:
            text: The expression.
            numbers: The data of each variable.
            of_class: The class of the open file that it is built from, empty for
                gradviz's own.
        """
        request = OpenExpression(text=text, numbers=numbers, of_class=of_class)
        if of_class:
            self.workers.ask(request)
        else:
            self._open(Source(request, text, None))

    @property
    def is_opening(self) -> bool:
        """Whether something runs that is not shown yet."""
        return self.workers.opening is not None

    @property
    def to_run_again(self) -> Source | None:
        """What was opened last, whether it is shown or has failed."""
        return self._opening_source or self.source

    def run_again(self, keep: bool = False) -> None:
        """Run what is open once more, from the start.

        Args:
            keep: Whether the playhead, the roots chosen and all that was edited are
                taken over, before the new graph is shown.
        """
        if self.to_run_again is not None:
            self._open(self.to_run_again, keep)

    def choose_roots(self, roots: tuple[int, ...]) -> None:
        """Show what is below some of ``opened.choices``; empty means all."""
        self.workers.ask(ChooseRoots(roots=roots))

    def move_to(self, playhead: int) -> None:
        """Show the state after ``playhead`` steps, making those not made yet."""
        if self.mirror is None:
            return
        wanted = max(0, min(playhead, len(self.mirror.walk)))
        there = wanted if self.alive else min(wanted, self.mirror.recorded)
        self._scrubber.move_to(there)
        if self.alive or there < wanted:
            self.workers.ask(MoveTo(playhead=wanted))

    def step(self) -> None:
        """Make the next step."""
        self.move_to(self._scrubber.target + 1)

    def step_back(self) -> None:
        """Take the last step back."""
        self.move_to(self._scrubber.target - 1)

    def run_to_end(self) -> None:
        """Make every step of the walk."""
        if self.mirror is not None:
            self.move_to(len(self.mirror.walk))

    def reset(self) -> None:
        """Take every step back."""
        self.move_to(0)

    def run_step(self, node: int) -> None:
        """Call the ``_backward`` of one Value now."""
        self.workers.ask(RunStep(node=node))

    def zero_gradients(self) -> None:
        """Zero every gradient at the playhead."""
        self.workers.ask(ZeroGradients())

    def set_leaf(self, node: int, number: float | None, gesture: str = "") -> None:
        """Edit a leaf; None is the file's number. One gesture is undone as one."""
        self.workers.ask(SetLeaf(node=node, number=number, gesture=gesture))

    def set_seed(self, node: int, number: float | None, gesture: str = "") -> None:
        """Set a seed gradient; None removes it."""
        self.workers.ask(SetSeed(node=node, number=number, gesture=gesture))

    def set_rule(self, rule: str) -> None:
        """Choose ``assign`` or ``accumulate``."""
        self.workers.ask(SetRule(rule=rule))

    def run_cell(self, cell: int, source: str) -> None:
        """Run one cell of the open notebook, as it stands in the Source panel.

        Args:
            cell: Its index among all cells of the file.
            source: What to run.
        """
        request = RunCell(cell=cell, source=source)
        self.workers.ask(request, f"Cell {cell + 1} of {self.title}")

    def switch_walk(self, walk: WalkKind) -> None:
        """Show the planned walk, or the one that the person's code made."""
        self.workers.ask(SwitchWalk(walk=walk))

    def reevaluate(self) -> None:
        """Compute every Value again from the leaves as they are now."""
        self.workers.ask(Reevaluate())

    def undo(self) -> None:
        """Take the last edit back."""
        self.workers.ask(Undo())

    def redo(self) -> None:
        """Make the last edit taken back again."""
        self.workers.ask(Redo())

    def interrupt(self) -> None:
        """Stop the person's code: politely, and after two seconds for good."""
        self.workers.interrupt()

    def close(self) -> None:
        """End every worker."""
        self.workers.close()

    # Opening

    def _open(self, source: Source, keep: bool = False) -> None:
        self._opening_source = source
        self._restoring = None
        if keep and source == self.source and (shown := self._shown()):
            self._restoring = Restoring(shown)
        if self.mirror is None:
            self.source = source
        self.workers.open(source.request, source.name)
        self.opening_began.emit()

    def _shown(self) -> Shown | None:
        """Return what is shown of a file that has run."""
        if self.mirror is None or self.opened is None or self._baseline is None:
            return None
        return Shown(self.mirror, self.opened, self._baseline)

    def _show_opened(self) -> None:
        """Let what was opened take the place of what is shown."""
        self.workers.show_opening()
        self.source, self._opening_source = self._opening_source, None

    def _on_ended(self, said: str) -> None:
        if self.workers.shown is None:
            self._scrubber.stay()
        self.worker_ended.emit(said)

    # Answers

    def _on_reply(
        self, link: WorkerLink | None, request: Request, reply: Reply
    ) -> None:
        workers = self.workers
        was_opening = link is not None and link is workers.opening
        if link is not None and was_opening:
            if self._restoring is not None and self._restores(link, reply):
                return
            if self._restoring is not None:
                # What a half-written file has built is no reason to lose the rest.
                self._restoring, reply = None, Reply(reply.id, failure=reply.failure)
            # A file without a graph can still be run cell by cell.
            if reply.opened is None and self.mirror is not None:
                workers.drop_opening()
            else:
                self._show_opened()
        self._take_over(request, reply)
        failure = reply.failure and workers.time_limit.worded(reply.failure)
        if failure is None:
            self.succeeded.emit()
        elif was_opening:
            self.opening_failed.emit(failure)
        else:
            self.failed.emit(failure)
        workers.go_on()

    def _restores(self, link: WorkerLink, reply: Reply) -> bool:
        """Go on to bring a new graph where the last one was, then show it.

        Returns:
            Whether nothing else is to be done with the reply.
        """
        restoring = self._restoring
        assert restoring is not None
        is_first = restoring.mirror is None
        if is_first and (reply.opened is None or reply.failure is not None):
            return False
        wanted = restoring.take(reply)
        if wanted is not None:
            link.ask(wanted)
            return True
        self._restoring, self.restored = None, restoring
        self._show_opened()
        assert restoring.mirror is not None
        self._scrubber.show(restoring.mirror)
        self.opened, self._baseline = restoring.opened, restoring.baseline
        self.graph_changed.emit()
        if restoring.failure is None:
            self.succeeded.emit()
        else:
            self.failed.emit(self.workers.time_limit.worded(restoring.failure))
        self.workers.go_on()
        return True

    def _take_over(self, request: Request, reply: Reply) -> None:
        """Show what the session has become."""
        opened, update = reply.opened, reply.update
        if update is None:
            return
        asked = (request, *self.workers.asked)
        moves_on = any(isinstance(other, MoveTo) for other in asked)
        has_moved_on = reply.failure is None and moves_on
        if opened is None:
            self._scrubber.follow(update, has_moved_on, isinstance(request, MoveTo))
            return
        graph = Graph(opened.nodes, opened.roots)
        self._scrubber.begin(graph, update, has_moved_on)
        assert self.mirror is not None
        self.opened, self.restored = opened, None
        if isinstance(request, Open | OpenFunction | OpenExpression):
            self._baseline = Baseline.of(self.mirror, opened)
        self.graph_changed.emit()


_NOT_RUNNING = Failure(
    "request", "Your code is not running any more. Run it again (F5) to go on."
)

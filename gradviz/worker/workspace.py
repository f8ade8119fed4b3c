"""A person's program in the worker: run at first, then cell by cell, and taken back."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.graph.build import GraphError
from gradviz.graph.trace import Trace
from gradviz.session.attributes import Delta
from gradviz.session.facts import WalkKind
from gradviz.session.history import Entry
from gradviz.session.recording import Recorder
from gradviz.session.session import EditError, StepError
from gradviz.sources.expression import Expression
from gradviz.sources.following import RunListener
from gradviz.sources.run import CodeError, Run
from gradviz.sources.target import Target, call_target
from gradviz.value import Value
from gradviz.worker.choosing import sets_after_cell, sets_of
from gradviz.worker.collection import without_collection
from gradviz.worker.failures import failure_of
from gradviz.worker.messages import Unreadable
from gradviz.worker.opened import After, Drawn, Reader

_MOST_NAMED = 6
"""Cells that are named in one sentence, the last of them a count of the rest."""


@dataclass(frozen=True)
class _Stand:
    """What is shown of something drawn.

    Attributes:
        drawn: It.
        walk: Which of its walks.
        playhead: Where in it.
    """

    drawn: Drawn
    walk: WalkKind
    playhead: int

    @classmethod
    def of(cls, drawn: Drawn) -> "_Stand":
        return cls(drawn, drawn.session.walk_kind, drawn.session.playhead)

    def take(self) -> None:
        """Go there again."""
        self.drawn.session.switch_walk(self.walk)
        self.drawn.session.move_to(self.playhead)


@dataclass(frozen=True)
class CellRun(Entry):
    """A cell that was run, so that it can be taken back.

    Attributes:
        cell: The cell's index.
        count: The how-manieth run of a cell it was.
        before: What was shown before.
        after: What was shown after.
        changed: What the cell changed in the Values shown before.
        names_before: The names of the program before.
        names_after: Its names after.
    """

    cell: int
    count: int
    before: _Stand
    after: _Stand
    changed: Delta
    names_before: dict[str, Any]
    names_after: dict[str, Any]


class Workspace:
    """A program that has run, and goes on cell by cell.

    Attributes:
        run: The program.
        drawn: What is shown, None while there is nothing to show.
    """

    def __init__(
        self,
        run: Run,
        listener: RunListener,
        *,
        target: Target | None = None,
        mapping: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Prepare to run a program.

        Args:
            run: The program, of which nothing has run yet.
            listener: Is told what is being done.
            target: The function to call instead of running it.
            mapping: For classes by name, the attribute of each role.
        """
        adapters = Adapters(mapping)
        trace = Trace(adapters)
        self._reader = Reader(adapters, trace, Recorder(adapters))
        trace.on_met = self._reader.watch
        trace.watch_class(Value)
        self._listener = listener
        self._target = target
        self.run = run
        self.run.trace = self._reader.trace
        self.run.recorder = self._reader.recorder
        self.drawn: Drawn | None = None

    @property
    def adapters(self) -> Adapters:
        """Adapters of the classes met."""
        return self._reader.adapters

    def start(self) -> None:
        """Run a notebook up to its first picture, a script to its end, or a function.

        Raises:
            SourceError: There is no such function.
            CodeError: The person's code failed and there is nothing to show.
            GraphError: There is nothing to show, or it can't be drawn.
            AdapterError: What was drawn is no Value that gradviz can read.
        """
        try:
            if self._target is None:
                self.run.to_the_picture(adapters=self.adapters)
            else:
                call_target(self.run, self._target, self.adapters)
        except CodeError as error:
            if not isinstance(error.__cause__, MemoryError):
                self._show_what_there_is()
            raise
        self._listener.stage("Reading the graph")
        self.show()

    @without_collection
    def show(self) -> None:
        """Show what the program has drawn or left so far.

        Raises:
            GraphError: There is nothing to show, or it can't be drawn.
            AdapterError: What was drawn is no Value that gradviz can read.
        """
        variables = self._look()
        sets = sets_of(self.run, self._reader)
        if not sets:
            self._complain()
        self.drawn = Drawn(
            sets,
            variables,
            self._reader,
            notices=self._failures_told(),
        )

    def _show_what_there_is(self) -> None:
        """Show the graph that a program has built before it failed, if there is one."""
        with contextlib.suppress(GraphError, AdapterError):
            self.show()
        if self.drawn is not None and not self.drawn.session.graph.edges:
            self.drawn = None

    def _complain(self) -> NoReturn:
        """Say why there is nothing to show.

        Raises:
            AdapterError: What may be a Value can't be read.
            GraphError: There is nothing that may be one.
        """
        names = {found.name for found in self.adapters.unreadable(self._things())}
        for thing in self._things():
            if type(thing).__name__ in names:
                self.adapters.adapter(thing)
        raise GraphError(_nothing_to_draw(self.run))

    def _things(self) -> tuple[object, ...]:
        """Return what may be Values: what names hold, and what was made last."""
        assert self._reader.trace is not None
        return (*self.run.namespace.values(), *self._reader.trace.recent_objects())

    def _look(self) -> dict[int, str]:
        """Look at the program's names anew; return those of Values."""
        variables = self.run.variables(self.adapters)
        self._reader.look(variables)
        return variables

    def _failures_told(self) -> tuple[str, ...]:
        """Say which cells failed on the way to the picture."""
        failures = self.run.failures
        if not failures:
            return ()
        first = failure_of(failures[0]).message
        if len(failures) == 1:
            return (first,)
        cells = _cells_named([f.filename.rpartition(" ")[2] for f in failures[1:]])
        return (first, f"{cells} failed too: the Source panel shows why.")

    def show_expression(
        self, expression: Expression, numbers: Mapping[str, float], of_class: str
    ) -> None:
        """Show an expression built from a class of the file.

        Raises:
            EditError: The file has no such class.
            ExpressionError: The class can't do what the expression asks for.
        """
        classes = {c.__name__: c for c in self.run.value_classes(self.adapters)}
        if of_class not in classes:
            raise EditError(f"{self.run.program.path.name} has no class {of_class}.")
        names: dict[int, str] = {}
        root = expression.build(numbers, classes[of_class], self.adapters, names)
        self.drawn = Drawn([[root]], names, self._reader)

    def classes(self) -> tuple[str, ...]:
        """Return the names of the Value classes that an expression can be built of."""
        return tuple(c.__name__ for c in self.run.value_classes(self.adapters))

    def unreadable(self) -> tuple[Unreadable, ...]:
        """Return the classes that may be Values and that could not be read."""
        return tuple(
            Unreadable(
                found.name,
                dict(found.candidates),
                {
                    role: names[0]
                    for role, names in found.candidates.items()
                    if len(names) == 1 and role not in ("op", "label")
                },
            )
            for found in self.adapters.unreadable(self._things())
        )

    def run_cell(self, index: int, source: str) -> None:
        """Run a cell; what it did to Values, names and graph is one entry of history.

        Raises:
            EditError: There is no such cell.
            CodeError: The person's code failed; what it did until then stands.
        """
        cells = self.run.program.cells
        if not 0 <= index < len(cells) or cells[index].kind != "code":
            raise EditError(f"There is no cell {index + 1} with code in this file.")
        recorder = self._reader.recorder
        since = recorder.mark() if recorder is not None else 0
        drawings = len(self.run.drawing.drawn)
        before = self.drawn
        if before is not None:
            stand = _Stand.of(before)
            before.session.lend()
        names = dict(self.run.namespace)
        try:
            self.run.run_cell(cells[index], source)
        finally:
            if before is None:
                self._show_first(drawings)
            else:
                self._go_on(stand, names, since, drawings, index)

    def _show_first(self, drawings: int) -> None:
        variables = self._look()
        sets = sets_of(self.run, self._reader)
        if sets:
            self.drawn = Drawn(sets, variables, self._reader)

    @without_collection
    def _go_on(
        self,
        stand: _Stand,
        names: dict[str, Any],
        since: int,
        drawings: int,
        cell: int,
    ) -> None:
        before, place = stand.drawn, f"cell {cell + 1}"
        changed = before.session.take_changes()
        variables = self._look()
        sets, notices = sets_after_cell(self.run, self._reader, before, drawings)
        self.drawn = Drawn(
            sets,
            variables,
            self._reader,
            After(before, changed, since, place),
            notices,
        )
        before.session.history.add(
            CellRun(
                f"run {place}",
                cell,
                self.run.count,
                stand,
                _Stand.of(self.drawn),
                changed,
                names,
                dict(self.run.namespace),
            )
        )

    def undo(self) -> bool:
        """Take a cell back, if that is what was done last; return whether it was."""
        if self.drawn is None:
            return False
        history = self.drawn.session.history
        entry = history.last
        if not isinstance(entry, CellRun):
            return False
        with contextlib.suppress(StepError):
            # The Values are put back in any case.
            entry.after.take()
        before = entry.before.drawn
        before.session.hold()
        before.session.take_back(entry.changed)
        before.session.return_seeds()
        self._rename(entry.names_before)
        self._show_again(before, entry.after.drawn)
        history.step_back()
        self._listener.cell_undone(entry.cell, entry.count, redone=False)
        return True

    def redo(self) -> bool:
        """Let a cell that was taken back have run; return whether there was one."""
        if self.drawn is None:
            return False
        history = self.drawn.session.history
        entry = history.next
        if not isinstance(entry, CellRun):
            return False
        with contextlib.suppress(StepError):
            entry.before.take()
        entry.before.drawn.session.lend()
        entry.before.drawn.session.make_again(entry.changed)
        after = entry.after.drawn
        after.session.hold()
        self._rename(entry.names_after)
        self._show_again(after, entry.before.drawn)
        history.step_on()
        self._listener.cell_undone(entry.cell, entry.count, redone=True)
        return True

    def _show_again(self, drawn: Drawn, instead_of: Drawn) -> None:
        """Show what was shown once; its Values keep their places where they can."""
        drawn.show_again(instead_of)
        self.drawn = drawn

    def _rename(self, names: dict[str, Any]) -> None:
        self.run.namespace.clear()
        self.run.namespace.update(names)


def _cells_named(numbers: Sequence[str]) -> str:
    """Return cells as the start of a sentence, the first few by their numbers."""
    if len(numbers) == 1:
        return f"Cell {numbers[0]}"
    few = list(numbers)
    if len(few) > _MOST_NAMED:
        few = [*few[: _MOST_NAMED - 1], f"{len(few) - _MOST_NAMED + 1} more"]
    return f"Cells {', '.join(few[:-1])} and {few[-1]}"


def _nothing_to_draw(run: Run) -> str:
    name = run.program.path.name
    if run.drawing.drawn:
        return f"{name} draws something, but what it draws is no Value."
    return (
        f"{name} ran to its end and left no Value to draw: call draw_dot(value) in it, "
        "or keep a Value in a variable."
    )

"""Fulfils requests: opens files and drives their session. Knows of no process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from gradviz.graph.adapter import AdapterError
from gradviz.graph.build import GraphError
from gradviz.session.facts import DocumentFact, Update
from gradviz.session.session import EditError, Session, StepError
from gradviz.sources.expression import ExpressionError, parse_expression
from gradviz.sources.following import RunListener
from gradviz.sources.program import SourceError, read_program
from gradviz.sources.run import CodeError, Run
from gradviz.sources.target import Target, target_run
from gradviz.worker import messages
from gradviz.worker.ahead import load_ahead, slow_loaded
from gradviz.worker.failures import failure_of, our_failure
from gradviz.worker.messages import (
    AnyAnswer,
    AnyRequest,
    Body,
    CellBegan,
    CellEnded,
    CellUndone,
    Checked,
    Display,
    Failure,
    Opened,
    Referenced,
    Reply,
    Stage,
)
from gradviz.worker.opened import Drawn, Reader
from gradviz.worker.workspace import Workspace

_REFUSALS = (SourceError, EditError, ExpressionError)
"""What was asked can't be done; the message is a sentence that says why."""


class Desk(RunListener):
    """Answers each request with one reply.

    Attributes:
        running: The index of the cell that runs, -1 while none does.
    """

    def __init__(
        self,
        tell: Callable[[AnyAnswer], None],
        drawn: Drawn | None = None,
        pause: Callable[[], object] = int,
    ) -> None:
        """Start with nothing, or with Values that are there already.

        Args:
            tell: Is told what happens while a request is fulfilled.
            drawn: What to show from the start.
            pause: Is called where work of ours may end; raises KeyboardInterrupt if the
                person has asked for that.
        """
        self.running = -1
        self._tell, self._pause = tell, pause
        self._alone = drawn
        """What is shown where there is no file."""
        self._workspace: Workspace | None = None
        self._offered: tuple[str, ...] = ()
        """Classes of a file without a graph, of which an expression can be built."""
        self._reported: object = drawn.reporter if drawn is not None else None
        """What the window knows to be shown."""

    def fulfil(self, request: AnyRequest) -> Reply:
        """Do what is asked and say what has changed."""
        failure = self._try(request)
        if isinstance(request, messages.GetBody):
            # Whoever asks for it is not to hear of the session before they ask.
            return Reply(request.id, failure=failure)
        drawn = self._drawn
        try:
            if drawn is None:
                return self._without_graph(request, failure)
            is_new = drawn.reporter is not self._reported
            self._reported = drawn.reporter
            opened = drawn.opened() if is_new else None
            if opened is not None:
                opened = msgspec.structs.replace(
                    opened, classes=self._offered, modules=slow_loaded()
                )
            return Reply(request.id, opened, drawn.reporter.update(), failure)
        except Exception as error:  # a fault of ours must not end the session
            return Reply(request.id, failure=failure or our_failure(error))

    # What the program's run tells

    def stage(self, text: str) -> None:
        """Tell what is being done."""
        self._tell(Stage(text))

    def cell_began(self, index: int) -> None:
        """Tell that a cell has begun."""
        self._tell(CellBegan(index))
        self.running = index

    def cell_ended(
        self, index: int, count: int, seconds: float, error: Exception | None
    ) -> None:
        """Tell that a cell has ended, and why if it failed."""
        failure = failure_of(error) if isinstance(error, CodeError) else None
        self._tell(CellEnded(index, count, seconds, failure))
        self.running = -1

    def cell_undone(self, index: int, count: int, redone: bool) -> None:
        """Tell that the run of a cell was taken back, or done again."""
        self._tell(CellUndone(index, count, redone))

    def displayed(self, index: int, data: dict[str, str], result: bool) -> None:
        """Tell what a cell displays."""
        self._tell(Display(index, data, result))

    # Requests

    def _try(self, request: AnyRequest) -> Failure | None:
        try:
            self._do(request)
        except (CodeError, StepError) as error:
            return failure_of(error)
        except (GraphError, AdapterError) as error:
            unreadable = self._workspace.unreadable() if self._workspace else ()
            return Failure("request", str(error), unreadable=unreadable)
        except _REFUSALS as error:
            return Failure("request", str(error))
        except Exception as error:  # a fault of ours must not end the session
            return our_failure(error)
        return None

    def _do(self, request: AnyRequest) -> None:
        match request:
            case messages.GetReady(modules=modules):
                load_ahead(modules)
            case messages.Open(path=path, mapping=mapping):
                run = Run(read_program(Path(path)), self)
                self._start(Workspace(run, self, mapping=mapping))
            case messages.OpenFunction(module=module, function=function):
                target = Target(module, function)
                run = target_run(target, listener=self)
                self._start(Workspace(run, self, target=target))
            case messages.OpenExpression():
                self._open_expression(request)
            case messages.RunCell(cell=cell, source=source):
                self._run_cell(cell, source)
            case messages.Undo():
                self._undo()
            case messages.Redo():
                self._redo()
            case messages.ChooseRoots(roots=roots):
                self._shown().choose(roots)
            case _:
                self._edit(request)

    def _edit(self, request: AnyRequest) -> None:
        """Do what is asked of the session."""
        session = self._session()
        match request:
            case messages.MoveTo(playhead=playhead):
                session.move_to(playhead)
            case messages.RunStep(node=node):
                session.run_step(node)
            case messages.ZeroGradients():
                session.zero_gradients()
            case messages.SetLeaf(node=node, number=number, gesture=gesture):
                session.set_leaf(node, number, gesture)
            case messages.SetSeed(node=node, number=number, gesture=gesture):
                session.set_seed(node, number, gesture)
            case messages.SetRule(rule=rule):
                session.set_rule(rule)
            case messages.SwitchWalk(walk=walk):
                session.switch_walk(walk)
            case messages.Reevaluate():
                session.reevaluate()
            case messages.Check():
                self._check(session)
            case messages.GetReference():
                self._refer(session)
            case messages.GetBody(node=node):
                self._tell(body_of(session, node))

    def _check(self, session: Session) -> None:
        """Tell what is wrong with the backward code, and how far the check is."""
        # Most workers are never asked.
        from gradviz.analysis.diagnosis.diagnose import diagnose
        from gradviz.analysis.diagnosis.losing import Walks

        told = ""

        def progress(doing: str) -> None:
            nonlocal told
            if doing != told:
                told = doing
                self.stage(doing)
            self._pause()

        shown = session.walk if session.walk_kind == "planned" else ()
        with _stoppable("the check"):
            report = diagnose(
                session.live,
                seeded=session.seeds_chosen,
                walks=Walks(shown, session.walked_seeds, session.recorded),
                progress=progress,
            )
        self._tell(Checked(report))

    def _refer(self, session: Session) -> None:
        """Tell what the gradients should be."""
        from gradviz.analysis.again import as_number
        from gradviz.analysis.reference import reference

        def progress(done: int, total: int) -> None:
            self._tell(Stage(f"Differentiating Value {done + 1} of {total}"))
            self._pause()

        seeds = {n: as_number(seed) for n, seed in session.walked_seeds.items()}
        with _stoppable("the differentiation"):
            found = reference(session.live, seeds, progress)
        self._tell(Referenced(found.fact(session.graph)))

    def _start(self, workspace: Workspace) -> None:
        self._workspace, self._offered = workspace, ()
        try:
            workspace.start()
        except GraphError:
            if workspace.unreadable() or workspace.run.drawing.drawn:
                raise
            self._offered = workspace.classes()
            if not self._offered:
                raise

    def _open_expression(self, request: messages.OpenExpression) -> None:
        expression = parse_expression(request.text)
        if not request.of_class:
            root = expression.build(request.numbers)
            self._workspace, self._alone = None, Drawn([[root]], {}, Reader())
            return
        if self._workspace is None:
            raise EditError(f"No file with a class {request.of_class} is open.")
        self._workspace.show_expression(expression, request.numbers, request.of_class)

    def _run_cell(self, cell: int, source: str) -> None:
        if self._workspace is None:
            raise EditError("Only a file has cells to run.")
        self._workspace.run_cell(cell, source)

    def _undo(self) -> None:
        if self._workspace is None or not self._workspace.undo():
            self._session().undo()

    def _redo(self) -> None:
        if self._workspace is None or not self._workspace.redo():
            self._session().redo()

    def _without_graph(self, request: AnyRequest, failure: Failure | None) -> Reply:
        """Offer the classes of a file that builds nothing."""
        if failure is not None or not self._offered:
            return Reply(request.id, failure=failure)
        opened = Opened((), (), (), (), classes=self._offered)
        return Reply(request.id, opened, Update(0, document=DocumentFact()))

    @property
    def _drawn(self) -> Drawn | None:
        return self._alone if self._workspace is None else self._workspace.drawn

    def _shown(self) -> Drawn:
        if self._drawn is None:
            raise EditError("Nothing is open yet.")
        return self._drawn

    def _session(self) -> Session:
        return self._shown().session


def body_of(session: Session, node: int) -> Body:
    """Return the source of a Value's hook, or why there is none."""
    from gradviz.analysis.body.read import NoBodyError, read_body

    try:
        return Body(node, read_body(session.live, node))
    except NoBodyError as error:
        return Body(node, reason=str(error))


@contextmanager
def _stoppable(what: str) -> Iterator[None]:
    """Say that the person has stopped something that leaves every Value as it was."""
    try:
        yield
    except KeyboardInterrupt:
        raise EditError(f"You stopped {what}; nothing has changed.") from None

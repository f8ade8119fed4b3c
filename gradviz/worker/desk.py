"""Fulfils requests: opens files and drives their session. Knows of no process."""

from collections.abc import Callable
from pathlib import Path

from gradviz.graph.adapter import AdapterError, Adapters
from gradviz.graph.build import GraphError
from gradviz.session.session import EditError, Session, StepError
from gradviz.sources.expression import ExpressionError, parse_expression
from gradviz.sources.program import SourceError, read_program
from gradviz.sources.run import CodeError, Run
from gradviz.worker import messages
from gradviz.worker.failures import failure_of, our_failure
from gradviz.worker.messages import AnyRequest, Failure, Reply
from gradviz.worker.opened import Drawn, OpenFile

_REFUSALS = (SourceError, EditError, GraphError, AdapterError, ExpressionError)
"""What was asked can't be done; the message is a sentence that says why."""


class Desk:
    """Answers each request with one reply.

    Attributes:
        drawn: What is shown, None while nothing is.
    """

    def __init__(self, tell: Callable[[str], None], drawn: Drawn | None = None) -> None:
        """Start with nothing, or with Values that are there already.

        Args:
            tell: Is told what is being done, for the progress shown.
            drawn: What to show from the start.
        """
        self.drawn = drawn
        self._tell = tell

    def fulfil(self, request: AnyRequest) -> Reply:
        """Do what is asked and say what has changed."""
        shown = self.drawn
        failure = self._try(request)
        if self.drawn is None:
            return Reply(request.id, failure=failure)
        try:
            is_new = self.drawn is not shown or isinstance(
                request, messages.ChooseRoots
            )
            opened = self.drawn.opened() if is_new else None
            return Reply(request.id, opened, self.drawn.reporter.update(), failure)
        except Exception as error:  # a fault of ours must not end the session
            return Reply(request.id, failure=failure or our_failure(error))

    def _try(self, request: AnyRequest) -> Failure | None:
        try:
            self._do(request)
        except (CodeError, StepError) as error:
            return failure_of(error)
        except _REFUSALS as error:
            return Failure("request", str(error))
        except Exception as error:  # a fault of ours must not end the session
            return our_failure(error)
        return None

    def _do(self, request: AnyRequest) -> None:
        match request:
            case messages.Open(path=path):
                self._open(Path(path))
            case messages.OpenExpression(text=text, numbers=numbers):
                root = parse_expression(text).build(numbers)
                self.drawn = Drawn([[root]], {}, Adapters())
            case messages.ChooseRoots(roots=roots):
                self._shown().choose(roots)
            case messages.MoveTo(playhead=playhead):
                self._session().move_to(playhead)
            case messages.RunStep(node=node):
                self._session().run_step(node)
            case messages.ZeroGradients():
                self._session().zero_gradients()
            case messages.SetLeaf(node=node, number=number, gesture=gesture):
                self._session().set_leaf(node, number, gesture)
            case messages.SetSeed(node=node, number=number, gesture=gesture):
                self._session().set_seed(node, number, gesture)
            case messages.SetRule(rule=rule):
                self._session().set_rule(rule)
            case messages.Undo():
                self._session().undo()
            case messages.Redo():
                self._session().redo()

    def _open(self, path: Path) -> None:
        run = Run(read_program(path))
        run.to_the_picture(self._tell)
        self._tell("Reading the graph")
        self.drawn = OpenFile(run)

    def _shown(self) -> Drawn:
        if self.drawn is None:
            raise EditError("Nothing is open yet.")
        return self.drawn

    def _session(self) -> Session:
        return self._shown().session

"""A controller whose session lives in this process and answers at once."""

import time
import traceback
from collections import deque
from collections.abc import Callable

from gradviz.session.report import Reporter
from gradviz.session.session import EditError, Session, StepError
from gradviz.ui.controller import Controller
from gradviz.worker.desk import body_of
from gradviz.worker.messages import (
    Failure,
    GetBody,
    MoveTo,
    Opened,
    Redo,
    Reply,
    Request,
    RunStep,
    SetLeaf,
    SetRule,
    SetSeed,
    Undo,
    ZeroGradients,
)


def quickest(call: Callable[[], object], times: int = 4) -> float:
    """Return the least processor time, in seconds, that a call takes."""
    spent = []
    for _ in range(times):
        started = time.process_time()
        call()
        spent.append(time.process_time() - started)
    return min(spent)


class LocalController(Controller):
    """Fulfils every request on a session in this process, like the worker would.

    Attributes:
        session: The session.
        requests: Everything that was asked.
    """

    def __init__(self, session: Session | None = None) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.show_session(session)

    def show_session(self, session: Session | None) -> None:
        """Show another session, as when a file has been opened."""
        self.workers.shown = LocalLink(self, session)
        self.session = session
        if session is None:
            return
        graph = session.graph
        opened = Opened(graph.nodes, graph.roots, (), ())
        reply = Reply(0, opened, self.link.reporter.update())
        self._on_reply(self.link, None, reply)

    @property
    def link(self) -> "LocalLink":
        """The stand-in for the worker."""
        return self.workers.shown


class LocalLink:
    """Stands in for a WorkerLink.

    Attributes:
        asked: Requests not answered yet.
        holding: Whether requests wait for ``answer_all``, as at a slow worker.
    """

    def __init__(self, controller: LocalController, session: Session | None) -> None:
        self.asked: deque[Request] = deque()
        self.holding = False
        self.alive = session is not None
        self.reporter = Reporter(session) if session else None
        self._controller, self._session = controller, session

    def ask(self, request: Request) -> bool:
        if not self.alive:
            return False
        self._controller.requests.append(request)
        self.asked.append(request)
        if not self.holding:
            # The controller counts requests first, and is told afterwards.
            self.answer_all()
        return True

    def answer_all(self) -> None:
        while self.asked:
            request = self.asked[0]
            if isinstance(request, GetBody):
                self._look_up(request)
                continue
            failure = self._fulfil(request)
            self.asked.popleft()
            reply = Reply(0, None, self.reporter.update(), failure)
            self._controller._on_reply(self, request, reply)

    def _look_up(self, request: GetBody) -> None:
        workers = self._controller.workers
        workers.told.emit(body_of(self._session, request.node))
        self.asked.popleft()
        workers._on_reply(self, request, Reply(0))

    def close(self) -> None:
        self.alive = False

    def deleteLater(self) -> None:
        pass

    def _fulfil(self, request: Request) -> Failure | None:
        try:
            self._act(request)()
        except EditError as error:
            return Failure("request", str(error))
        except StepError as error:
            lines = "".join(traceback.format_exception(error.__cause__))
            return Failure("code", str(error), lines)
        return None

    def _act(self, request: Request) -> Callable[[], None]:
        session = self._session
        match request:
            case MoveTo():
                return lambda: session.move_to(request.playhead)
            case RunStep():
                return lambda: session.run_step(request.node)
            case ZeroGradients():
                return session.zero_gradients
            case SetLeaf():
                return lambda: session.set_leaf(
                    request.node, request.number, request.gesture
                )
            case SetSeed():
                return lambda: session.set_seed(
                    request.node, request.number, request.gesture
                )
            case SetRule():
                return lambda: session.set_rule(request.rule)
            case Undo():
                return session.undo
            case Redo():
                return session.redo
        raise AssertionError(request)

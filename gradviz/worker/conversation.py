"""A worker asked one thing after the other, for programs without a window."""

import queue
from collections.abc import Callable

from gradviz.analysis.diagnosis.findings import Report
from gradviz.channel import ChannelClosedError
from gradviz.graph.model import Graph
from gradviz.session.mirror import Mirror
from gradviz.worker.client import Ending, Worker
from gradviz.worker.messages import (
    AnyAnswer,
    Checked,
    Failure,
    Opened,
    Output,
    Reply,
    Request,
    Stage,
)


class RequestFailedError(Exception):
    """A request was not fulfilled.

    Attributes:
        failure: Why.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Conversation:
    """Asks a worker and waits for each answer; keeps a mirror of its session.

    Attributes:
        mirror: What is shown, once a file has been opened.
        opened: What the worker said of the graph shown.
        printed: What the person's code has printed so far.
        report: What the last check has found.
    """

    def __init__(self, on_stage: Callable[[str], object] = len) -> None:
        """Start a worker.

        Args:
            on_stage: Is told what the worker is doing.
        """
        self._on_stage = on_stage
        self.mirror: Mirror | None = None
        self.opened: Opened | None = None
        self.printed: list[Output] = []
        self.report: Report | None = None
        self._answers: queue.SimpleQueue[AnyAnswer | Ending] = queue.SimpleQueue()
        self._worker = Worker(self)

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(self, *exception: object) -> None:
        self._worker.close()

    def on_answer(self, answer: AnyAnswer) -> None:
        """Take an answer on the reading thread."""
        self._answers.put(answer)

    def on_worker_ended(self, ending: Ending) -> None:
        """Take the worker's end on the watching thread."""
        self._answers.put(ending)

    def ask(self, request: Request) -> Mirror:
        """Ask, wait, and return the mirror as it is then.

        Raises:
            RequestFailedError: It was not fulfilled, or the worker is gone.
        """
        try:
            self._worker.send(request)
        except ChannelClosedError:
            raise RequestFailedError(_GONE) from None
        reply = self._reply()
        if reply.opened is not None:
            self.opened = reply.opened
            self.mirror = Mirror(Graph(reply.opened.nodes, reply.opened.roots))
        if reply.update is not None and self.mirror is not None:
            self.mirror.apply(reply.update)
        if reply.failure is not None:
            raise RequestFailedError(reply.failure)
        assert self.mirror is not None
        return self.mirror

    def _reply(self) -> Reply:
        while True:
            match self._answers.get():
                case Ending() as ending:
                    raise RequestFailedError(Failure("code", ending.message))
                case Output() as output:
                    self.printed.append(output)
                case Checked(report):
                    self.report = report
                case Stage(text):
                    self._on_stage(text)
                case Reply() as reply:
                    return reply


_GONE = Failure("code", "The process that ran your code has ended.")

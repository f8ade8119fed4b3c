"""A worker that opens one file and is asked one thing after the other."""

import queue
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gradviz.graph.model import Graph
from gradviz.session.mirror import Mirror
from gradviz.worker import messages
from gradviz.worker.client import Ending, Worker

CORPUS = Path(__file__).parents[1] / "corpus"
PATIENCE_S = 60


class Reader:
    """A worker process with a file of the corpus, and all it has said of it.

    Attributes:
        mirror: What is shown.
        opened: What the worker said of the graph shown.
        failures: What went wrong so far, cells included, as sentences.
        ended: How each cell ended, by its index.
        displayed: What cells displayed.
        printed: What they printed.
    """

    def __init__(self):
        self.mirror = None
        self.opened = None
        self.failures = []
        self.ended = {}
        self.displayed = []
        self.printed = []
        self._answers = queue.SimpleQueue()
        self._worker = Worker(self)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._worker.close()

    def on_answer(self, answer):
        self._answers.put(answer)

    def on_worker_ended(self, ending):
        self._answers.put(ending)

    def open(self, name):
        return self.ask(messages.Open(path=str(CORPUS / name)))

    def ask(self, request):
        """Ask, wait for the reply, and return what went wrong, or None."""
        self._worker.send(request)
        while True:
            answer = self._answers.get(timeout=PATIENCE_S)
            match answer:
                case Ending():
                    raise AssertionError(answer.message)
                case messages.CellEnded(cell=cell, failure=failure):
                    self.ended[cell] = answer
                    if failure is not None:
                        self.failures.append(failure.message)
                case messages.Display():
                    self.displayed.append(answer)
                case messages.Output(text=text):
                    self.printed.append(text)
                case messages.Reply():
                    return self._take(answer)

    def _take(self, reply):
        if reply.opened is not None:
            self.opened = reply.opened
            self.mirror = Mirror(Graph(reply.opened.nodes, reply.opened.roots))
        if reply.update is not None:
            self.mirror.apply(reply.update)
        if reply.failure is None:
            return None
        said = reply.failure.message
        if said not in self.failures:
            self.failures.append(said)
        return said

    def do(self, request):
        """Ask for what must work."""
        failure = self.ask(request)
        assert failure is None, failure

    def node(self, name):
        """Return the id of a Value; ``@root`` is the first root."""
        graph = self.mirror.graph
        return graph.roots[0] if name == "@root" else graph.named(name)

    def run_to_end(self):
        self.do(messages.MoveTo(playhead=len(self.mirror.walk)))

    def reset(self):
        self.do(messages.MoveTo(playhead=0))

    def picture(self):
        return Picture(
            self.mirror.graph,
            tuple(self.mirror.data),
            tuple(self.mirror.grad),
            tuple(self.mirror.color),
            {
                self.mirror.graph.nodes[node].name: reason
                for node, reason in self.mirror.document.stuck
            },
        )


@dataclass(frozen=True)
class Picture:
    """What is shown at one moment."""

    graph: Graph
    data: tuple
    grad: tuple
    color: tuple
    stuck: dict = field(default_factory=dict)

    def node(self, name):
        return self.graph.roots[0] if name == "@root" else self.graph.named(name)

    def numbers(self):
        """Return every number, so that only the same bits are equal."""
        return [repr(n) for n in (*self.data, *self.grad)], self.color


def grads(reader, *names):
    return {name: reader.mirror.grad[reader.node(name)] for name in names}


def data(reader, *names):
    return {name: reader.mirror.data[reader.node(name)] for name in names}


def near(**wanted):
    return {name: pytest.approx(number, rel=1e-9) for name, number in wanted.items()}

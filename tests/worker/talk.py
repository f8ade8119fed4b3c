"""A real worker process, asked one thing after the other, with time limits."""

import queue
import textwrap

from gradviz.channel import ChannelClosedError
from gradviz.graph.model import Graph
from gradviz.session.mirror import Mirror
from gradviz.worker.client import Ending, Worker
from gradviz.worker.messages import Open, Output, Reply, Stage

PATIENCE_S = 30


class Talk:
    """A worker, what it has said, and a mirror of its session."""

    def __init__(self):
        self.answers = queue.SimpleQueue()
        self.output = []
        self.stages = []
        self.mirror = None
        self.opened = None
        self.worker = Worker(self)

    def on_answer(self, answer):
        self.answers.put(answer)

    def on_worker_ended(self, ending):
        self.answers.put(ending)

    def send(self, request):
        return self.worker.send(request)

    def next(self, *kinds):
        """Wait for the next thing of some kinds; note the rest."""
        while True:
            answer = self.answers.get(timeout=PATIENCE_S)
            if isinstance(answer, Output):
                self.output.append(answer)
            if isinstance(answer, Stage):
                self.stages.append(answer.text)
            if isinstance(answer, kinds):
                return answer
            assert not isinstance(answer, Ending), answer.message

    def reply(self):
        reply = self.next(Reply)
        if reply.opened is not None:
            self.opened = reply.opened
            self.mirror = Mirror(Graph(reply.opened.nodes, reply.opened.roots))
        if reply.update is not None:
            self.mirror.apply(reply.update)
        return reply

    def ask(self, request):
        number = self.send(request)
        reply = self.reply()
        assert reply.id == number
        return reply

    def open(self, path):
        return self.ask(Open(path=str(path)))

    def ending(self):
        return self.next(Ending)

    def node(self, name):
        return self.mirror.graph.named(name)

    def shown(self, name):
        node = self.node(name)
        return self.mirror.data[node], self.mirror.grad[node]

    def printed(self, stream="stdout"):
        return "".join(o.text for o in self.output if o.stream == stream)

    def gone(self):
        """Whether the worker can't be asked any more."""
        try:
            self.send(Open(path=""))
        except ChannelClosedError:
            return True
        return False


def source(text):
    return textwrap.dedent(text)

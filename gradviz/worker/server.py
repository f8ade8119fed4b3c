"""The worker's side: runs the person's file and owns the session.

Requests are taken from the channel by a thread, so that the window's end is noticed
even while the person's code runs for ever. They are fulfilled one after the other on
the main thread, where Python delivers an interrupt.
"""

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from gradviz.channel import Channel, ChannelClosedError, parent_channel
from gradviz.graph.adapter import AdapterError
from gradviz.graph.build import GraphError
from gradviz.session.session import EditError, Session, StepError
from gradviz.sources.program import SourceError, read_program
from gradviz.sources.run import CodeError, Run
from gradviz.worker import messages
from gradviz.worker.failures import failure_of, is_ours, our_failure
from gradviz.worker.messages import AnyRequest, Failure, Reply, Stage
from gradviz.worker.opened import OpenFile
from gradviz.worker.output import Printed


class Server:
    """Fulfils the window's requests.

    Attributes:
        channel: The channel to the window.
    """

    def __init__(self, channel: Channel[AnyRequest]) -> None:
        self.channel = channel
        self._file: OpenFile | None = None
        self._requests: queue.SimpleQueue[AnyRequest] = queue.SimpleQueue()

    def run(self) -> None:
        """Fulfil requests until the window is gone."""
        out, err = Printed("stdout", self._tell), Printed("stderr", self._tell)
        sys.stdout, sys.stderr = out, err
        signal.signal(signal.SIGINT, _interrupt_their_code)
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            request = self._requests.get()
            reply = self._fulfil(request)
            out.finish()
            err.finish()
            self._tell(reply)

    def _listen(self) -> None:
        try:
            while True:
                self._requests.put(self.channel.receive())
        except ChannelClosedError:
            # Their code may be in an endless loop: nothing politer ends that.
            os._exit(0)

    def _tell(self, message: messages.AnyAnswer) -> None:
        try:
            self.channel.send(message)
        except ChannelClosedError:
            os._exit(0)

    def _fulfil(self, request: AnyRequest) -> Reply:
        shown = self._file
        failure = self._try(request)
        if self._file is None:
            return Reply(request.id, failure=failure)
        opened = self._file.opened() if self._is_new_graph(request, shown) else None
        return Reply(request.id, opened, self._file.reporter.update(), failure)

    def _is_new_graph(self, request: AnyRequest, shown: OpenFile | None) -> bool:
        return self._file is not shown or isinstance(request, messages.ChooseRoots)

    def _try(self, request: AnyRequest) -> Failure | None:
        try:
            self._do(request)
        except (CodeError, StepError) as error:
            return failure_of(error)
        except (SourceError, EditError, GraphError, AdapterError) as error:
            return Failure("request", str(error))
        except Exception as error:  # a fault of ours must not end the session
            return our_failure(error)
        return None

    def _do(self, request: AnyRequest) -> None:
        match request:
            case messages.Open(path=path):
                self._open(Path(path))
            case messages.ChooseRoots(roots=roots):
                self._opened().choose(roots)
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
        run.to_the_picture(lambda text: self._tell(Stage(text)))
        self._tell(Stage("Reading the graph"))
        self._file = OpenFile(run)

    def _opened(self) -> OpenFile:
        if self._file is None:
            raise EditError("Nothing is open yet.")
        return self._file

    def _session(self) -> Session:
        return self._opened().session


def _interrupt_their_code(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt in the person's code, never in the middle of ours."""
    if frame is not None and not is_ours(frame.f_code.co_filename):
        raise KeyboardInterrupt


def main() -> None:
    """Serve the process that started this one."""
    Server(parent_channel(AnyRequest)).run()

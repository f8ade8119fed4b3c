"""The worker's side of the channel.

Requests are taken from the channel by a thread, so that the window's end is noticed
even while the person's code runs for ever. They are fulfilled one after the other on
the main thread, where Python delivers an interrupt.
"""

import gc
import os
import queue
import signal
import sys
import threading

from gradviz.channel import Channel, ChannelClosedError, parent_channel
from gradviz.worker.desk import Desk
from gradviz.worker.interrupts import Interrupts
from gradviz.worker.limits import (
    end_with_children,
    in_each_fork,
    lend_reserve,
    limit_memory,
    needed_memory,
)
from gradviz.worker.messages import AnyAnswer, AnyRequest, CellEnded, Failure, Reply
from gradviz.worker.output import Printing


class Server:
    """Takes the window's requests to a desk, and the answers back.

    Attributes:
        channel: The channel to the window.
    """

    def __init__(self, channel: Channel[AnyRequest], interrupts: Interrupts) -> None:
        self.channel = channel
        self._interrupts = interrupts
        self._desk = Desk(self._tell_meanwhile, pause=self._interrupts.deliver)
        self._printing = Printing(
            self._tell, self._interrupts.deliver, lambda: self._desk.running
        )
        self._requests: queue.SimpleQueue[AnyRequest] = queue.SimpleQueue()
        self._parent = os.getppid()
        self._pid = os.getpid()
        self._silent = False

    def run(self) -> None:
        """Fulfil requests until the window is gone."""
        limit_memory()
        in_each_fork(self._fall_silent)
        interrupts, printing = self._interrupts, self._printing
        sys.stdout, sys.stderr = printing.stdout, printing.stderr
        sys.unraisablehook = interrupts.on_unraisable
        threading.Thread(target=self._listen, daemon=True).start()
        while True:
            request = self._requests.get()
            self._put_back()
            interrupts.forget()
            reply = self._fulfil(request)
            interrupts.forget()
            if reply.opened is not None:
                # Deltas are many small tuples: looking through the person's whole
                # graph again and again for garbage would take a tenth of an edit.
                gc.freeze()
            printing.finish()
            self._tell(reply)

    def _put_back(self) -> None:
        """Put back what their code may have taken away."""
        signal.signal(signal.SIGINT, self._interrupts.on_signal)
        sys.stdout = getattr(sys, "stdout", None) or self._printing.stdout
        sys.stderr = getattr(sys, "stderr", None) or self._printing.stderr
        for hook in ("excepthook", "displayhook"):
            if getattr(sys, hook, None) is None:
                setattr(sys, hook, getattr(sys, f"__{hook}__"))

    def _fulfil(self, request: AnyRequest) -> Reply:
        try:
            return self._desk.fulfil(request)
        except MemoryError:
            lower = lend_reserve()
            try:
                said = f"Your code failed: {needed_memory()}"
                return Reply(request.id, failure=Failure("code", said))
            finally:
                lower()
        finally:
            if os.getpid() != self._pid:
                os._exit(0)

    def _fall_silent(self) -> None:
        """Let a process that their code has forked off say nothing to the window."""
        self._silent = True
        self.channel.close()
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115

    def _listen(self) -> None:
        try:
            while True:
                self._requests.put(self.channel.receive())
        except ChannelClosedError:
            # Their code may be in an endless loop: nothing politer ends that.
            end_with_children(self._parent)

    def _tell_meanwhile(self, message: AnyAnswer) -> None:
        """Tell what a cell does, after what it printed before."""
        if isinstance(message, CellEnded):
            self._printing.finish()
        else:
            self._printing.flush()
        self._tell(message)

    def _tell(self, message: AnyAnswer) -> None:
        if self._silent:
            return
        try:
            self.channel.send(message)
        except ChannelClosedError:
            end_with_children(self._parent)


def main() -> None:
    """Serve the process that started this one."""
    interrupts = Interrupts()
    # Before the channel: the window may interrupt as soon as that is there.
    signal.signal(signal.SIGINT, interrupts.on_signal)
    Server(parent_channel(AnyRequest), interrupts).run()

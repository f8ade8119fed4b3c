"""The window's side of a worker: starts it, asks, and tells what came back. No Qt."""

import os
import signal
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gradviz.channel import Child
from gradviz.worker.limits import MEMORY_VARIABLE, usual_memory
from gradviz.worker.messages import AnyAnswer, Request

WORKER_MODULE = "gradviz.worker"


class Listener(Protocol):
    """Who is told what a worker says. Called on the worker's reading thread."""

    def on_answer(self, answer: AnyAnswer) -> None:
        """A message has arrived."""

    def on_worker_ended(self, ending: "Ending") -> None:
        """The worker has gone, and not because it was asked to."""


@dataclass(frozen=True)
class Ending:
    """How a worker ended; it words itself.

    Attributes:
        code: The process's exit code; negative for a signal, None if unknown.
    """

    code: int | None

    @property
    def message(self) -> str:
        """One sentence on what happened."""
        if self.code is not None and self.code < 0:
            try:
                name = signal.Signals(-self.code).name
            except ValueError:
                name = f"signal {-self.code}"
            return f"The process that ran your code was ended by {name}."
        if self.code == 0:
            return "Your code ended its own process."
        return f"The process that ran your code ended with exit code {self.code}."


class Worker:
    """A running worker process.

    Attributes:
        pid: The operating system's number for it.
    """

    def __init__(self, listener: Listener, memory: int | None = None) -> None:
        """Start a process.

        Args:
            listener: Who is told what it says.
            memory: How many bytes it may use, 0 for no limit; None for half of the
                machine's.
        """
        self._next_id = 0
        self._child: Child[AnyAnswer] = Child(
            WORKER_MODULE,
            AnyAnswer,
            listener.on_answer,
            lambda code: listener.on_worker_ended(Ending(code)),
            {MEMORY_VARIABLE: str(usual_memory() if memory is None else memory)},
        )
        self.pid = self._child.process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.alive

    @property
    def ready(self) -> bool:
        """Whether an interrupt reaches the person's code; before, it ends Python."""
        return self._child.ready

    def send(self, request: Request) -> int:
        """Send a request and return the id its reply will carry.

        Raises:
            ChannelClosedError: The worker is gone.
        """
        self._next_id += 1
        self._child.send(msgspec.structs.replace(request, id=self._next_id))
        return self._next_id

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the person's code."""
        if not self.alive:
            return
        if os.name == "posix":
            self._child.process.send_signal(signal.SIGINT)
        else:
            self._child.process.send_signal(signal.CTRL_BREAK_EVENT)  # type: ignore[attr-defined,unused-ignore]

    def kill(self) -> None:
        """End the process at once; its end is not reported."""
        self._child.kill()

    def close(self) -> None:
        """End the process and everything that belongs to it."""
        self._child.close()

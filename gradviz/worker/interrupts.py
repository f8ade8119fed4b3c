"""Interrupting the person's code, never ours: half a message would be the end of it."""

from types import FrameType

from gradviz.worker.failures import is_ours


class Interrupts:
    """Turns SIGINT into KeyboardInterrupt where the person's code runs."""

    def __init__(self) -> None:
        self._waiting = False

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, or keep it until ours has returned to theirs."""
        if frame is None or is_ours(frame.f_code.co_filename):
            self._waiting = True
        else:
            raise KeyboardInterrupt

    def deliver(self) -> None:
        """Raise what was kept; called where ours is about to return to theirs."""
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt

    def forget(self) -> None:
        """Start a request with nothing kept from the last one."""
        self._waiting = False

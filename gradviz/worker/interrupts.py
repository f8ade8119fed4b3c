"""Interrupting the person's code, never ours: half a message would be the end of it."""

import signal
import sys
import threading
from types import FrameType

from gradviz.analysis.diagnosis.theirs import call_theirs
from gradviz.graph.calls import Call, Wrapping
from gradviz.session.again import Drive
from gradviz.session.repeating import Repetition
from gradviz.session.stepper import Stepper
from gradviz.sources.calling import CALLS_THEIRS
from gradviz.worker.failures import is_ours

RETRY_S = 0.002
"""How soon an interrupt that found our own code running is tried again."""

_CALL_THEIRS = frozenset(
    function.__code__
    for function in (
        Stepper._call,
        Repetition._call,
        Drive._call,
        Call.again,
        Wrapping.wrap,
        call_theirs,
    )
)
"""With CALLS_THEIRS the only places of ours that know what an interrupt means."""


class Interrupts:
    """Turns SIGINT into KeyboardInterrupt where the person's code runs."""

    def __init__(self) -> None:
        self._waiting = False

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Raise KeyboardInterrupt, or try again when ours may be back in theirs."""
        if _runs_theirs(frame):
            self._waiting = False
            raise KeyboardInterrupt
        self._try_later()

    def on_unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """Try again where Python drops what is raised: in finalisers and callbacks.

        The locks of the import system have such callbacks, so that any import may
        swallow an interrupt.
        """
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            self._try_later()
        else:
            sys.__unraisablehook__(unraisable)

    def deliver(self) -> None:
        """Raise what was kept; called where ours can be left, or returns to theirs."""
        if self._waiting and threading.current_thread() is threading.main_thread():
            self._waiting = False
            raise KeyboardInterrupt

    def forget(self) -> None:
        """Start a request with nothing kept from the last one."""
        self._waiting = False

    def _try_later(self) -> None:
        self._waiting = True
        retry = threading.Timer(RETRY_S, self._again)
        retry.daemon = True
        retry.start()

    def _again(self) -> None:
        if not self._waiting:
            return
        if hasattr(signal, "pthread_kill"):
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)


def _runs_theirs(frame: FrameType | None) -> bool:
    """Whether the innermost frame of ours is one that has called theirs."""
    innermost = frame
    while frame is not None and not is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    if frame is None:
        return False
    calls = frame.f_code in _CALL_THEIRS or frame.f_code in CALLS_THEIRS
    return frame is not innermost and calls

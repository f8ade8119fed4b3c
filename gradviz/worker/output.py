"""What the person's code prints, sent on in pieces and cut where it never ends."""

import contextlib
import io
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

from gradviz.worker.messages import Output

LIMIT = 1_000_000
"""Characters that one cell, or any other request, may print; the rest is counted."""

Stream = Literal["stdout", "stderr"]

_PIECE = 4000
_FLUSH_S = 0.1


class Printing:
    """Both streams of a program, sent in the order in which they were written.

    Attributes:
        stdout: What stands for ``sys.stdout``.
        stderr: What stands for ``sys.stderr``.
    """

    def __init__(
        self,
        send: Callable[[Output], None],
        deliver_interrupt: Callable[[], None],
        cell: Callable[[], int],
    ) -> None:
        """Begin with nothing printed.

        Args:
            send: Sends a piece to the window.
            deliver_interrupt: Raises an interrupt that came while ours was running.
            cell: Returns the index of the cell that is running.
        """
        self.stdout = Printed("stdout", self)
        self.stderr = Printed("stderr", self)
        self._send = send
        self._deliver_interrupt = deliver_interrupt
        self._cell = cell
        self._lock = threading.RLock()
        self._stream: Stream = "stdout"
        self._pieces: list[str] = []
        self._held = 0
        self._is_due = False
        self._taken = 0
        self._dropped = 0
        self._last = 0.0

    def write(self, stream: Stream, text: str) -> None:
        """Take text, and send it on when enough has come or enough time has passed."""
        with self._lock:
            if stream != self._stream:
                self._flush()
                self._stream = stream
            kept = text[: max(LIMIT - self._taken, 0)]
            self._dropped += len(text) - len(kept)
            self._taken += len(kept)
            if kept:
                self._pieces.append(kept)
                self._held += len(kept)
            if self._held > _PIECE or time.monotonic() - self._last > _FLUSH_S:
                self._flush()
            elif kept and not self._is_due:
                self._flush_later()
        self._deliver_interrupt()

    def flush(self) -> None:
        """Send what has been held back."""
        with self._lock:
            self._flush()

    def _flush_later(self) -> None:
        """Send what is held back even if nothing more is ever printed."""
        timer = threading.Timer(_FLUSH_S, self._flush_late)
        timer.daemon = True
        # Their code may have used up every thread.
        with contextlib.suppress(RuntimeError, MemoryError):
            timer.start()
            self._is_due = True

    def _flush_late(self) -> None:
        with self._lock:
            self._is_due = False
            self._flush()

    def finish(self) -> None:
        """Send what is left, say how much was cut, and start counting anew."""
        with self._lock:
            self._flush()
            if self._dropped:
                cut = f"\n… {self._dropped:,} more characters not shown\n"
                self._send(Output(self._stream, cut, self._cell()))
            self._taken = self._dropped = 0

    def _flush(self) -> None:
        self._last = time.monotonic()
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._held = 0
            readable = text.encode(errors="replace").decode()
            self._send(Output(self._stream, readable, self._cell()))


class Printed(io.TextIOBase):
    """A text stream whose contents go to the window.

    Attributes:
        encoding: As programs expect of ``sys.stdout``.
        errors: As programs expect of ``sys.stdout``.
        buffer: Takes bytes, as UTF-8.
    """

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: Stream, printing: Printing) -> None:
        self._name = name
        self._printing = printing
        self.buffer = _Bytes(self)

    def writable(self) -> bool:
        """Return True: it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take text."""
        if not isinstance(text, str):
            kind = type(text).__name__
            raise TypeError(f"write() argument must be str, not {kind}")
        self._printing.write(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Send what has been held back."""
        self._printing.flush()

    def close(self) -> None:
        """Stay open: the next piece of the program prints too."""

    def reconfigure(self, **settings: Any) -> None:
        """Do nothing: it always is UTF-8."""


class _Bytes(io.RawIOBase):
    """The bytes under a text stream."""

    def __init__(self, text: Printed) -> None:
        self._text = text

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        taken = bytes(content)
        self._text.write(taken.decode(errors="replace"))
        return len(taken)

    def flush(self) -> None:
        self._text.flush()

    def close(self) -> None:
        """Stay open, as the text does."""

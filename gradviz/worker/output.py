"""What the person's code prints, sent on in pieces and cut where it never ends."""

import io
import time
from collections.abc import Callable
from typing import Literal

from gradviz.worker.messages import Output

LIMIT = 1_000_000
"""Characters that one request may print; the rest is counted."""

_PIECE = 4000
_FLUSH_S = 0.1


class Printed(io.TextIOBase):
    """A text stream whose contents go to the window.

    Attributes:
        encoding: As programs expect of ``sys.stdout``.
    """

    encoding = "utf-8"

    def __init__(
        self,
        name: Literal["stdout", "stderr"],
        send: Callable[[Output], None],
        deliver_interrupt: Callable[[], None],
    ) -> None:
        self._deliver_interrupt = deliver_interrupt
        self._name = name
        self._send = send
        self._pieces: list[str] = []
        self._held = 0
        self._sent = 0
        self._dropped = 0
        self._last = 0.0

    def writable(self) -> bool:
        """Return True: it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Take text, and send it on when enough has come or enough time has passed."""
        self._take(text)
        self._deliver_interrupt()
        return len(text)

    def _take(self, text: str) -> None:
        if self._sent + self._held + len(text) > LIMIT:
            self._dropped += len(text)
            return
        self._pieces.append(text)
        self._held += len(text)
        if self._held > _PIECE or time.monotonic() - self._last > _FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Send what has been held back."""
        self._last = time.monotonic()
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            self._sent += len(text)
            self._held = 0
            self._send(Output(self._name, text))

    def finish(self) -> None:
        """Send what is left, say how much was cut, and start counting anew."""
        self.flush()
        if self._dropped:
            self._send(
                Output(self._name, f"\n… {self._dropped:,} more characters not shown\n")
            )
        self._sent = self._dropped = 0

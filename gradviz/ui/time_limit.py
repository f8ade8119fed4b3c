"""How long a file or a cell may run, and what is said when it ran longer."""

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from gradviz.worker.messages import Failure


class TimeLimit(QObject):
    """Watches over what runs.

    Attributes:
        seconds: How long it may run, 0 for as long as it likes.

    Signals:
        exceeded: It has run that long, and has to be stopped.
    """

    exceeded = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seconds = 0
        self._what = ""
        self._is_exceeded = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    def start(self, what: str) -> None:
        """Something begins to run.

        Args:
            what: What it is called in a sentence.
        """
        self.stop()
        self._what = what
        if self.seconds:
            self._timer.start(self.seconds * 1000)

    def stop(self) -> None:
        """It has ended."""
        self._timer.stop()
        self._is_exceeded = False

    def sentence(self, otherwise: str) -> str:
        """Return why it was stopped, or other words if this limit is not the reason."""
        if not self._is_exceeded:
            return otherwise
        return (
            f"{self._what} ran longer than {shown_time(self.seconds)} and was stopped; "
            "the limit is set in Preferences."
        )

    def worded(self, failure: Failure) -> Failure:
        """Return a failure that says so, if this limit has brought it about."""
        said = self.sentence(failure.message)
        return msgspec.structs.replace(failure, message=said)

    def _on_timeout(self) -> None:
        self._is_exceeded = True
        self.exceeded.emit()


def shown_time(seconds: int) -> str:
    """Return a time as a person reads it (``10 s``, ``1 min``)."""
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"

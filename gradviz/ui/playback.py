"""Play: a step at a time until the end, at a speed the person chooses."""

from PySide6.QtCore import QObject, QTimer, Signal

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STEP_MS = 900
"""Time for one step at normal speed: long enough to read its change."""


class Playback(QObject):
    """Calls for a step at a steady pace.

    Signals:
        step_wanted: The next step should be made now.
        changed: Playing, paused, or the speed has changed.
    """

    step_wanted = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._speed = SPEEDS.index(1.0)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.step_wanted)
        self._set_interval()

    @property
    def playing(self) -> bool:
        """Whether steps are being made."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """How many times normal speed."""
        return SPEEDS[self._speed]

    def play(self) -> None:
        """Make a step now and go on."""
        self._timer.start()
        self.changed.emit()
        self.step_wanted.emit()

    def pause(self) -> None:
        """Make no more steps."""
        if self.playing:
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play, or pause."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """Choose one of SPEEDS."""
        self._speed = SPEEDS.index(speed)
        self._set_interval()
        self.changed.emit()

    def faster(self) -> None:
        """Choose the next higher speed, if there is one."""
        self.set_speed(SPEEDS[min(self._speed + 1, len(SPEEDS) - 1)])

    def slower(self) -> None:
        """Choose the next lower speed, if there is one."""
        self.set_speed(SPEEDS[max(self._speed - 1, 0)])

    def _set_interval(self) -> None:
        self._timer.setInterval(round(STEP_MS / self.speed))

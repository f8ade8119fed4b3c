"""Where the playhead is, and where it is wanted: the mirror follows at once.

Moving over steps that have been made needs no worker. One that has to make steps first
answers later, when the person may already have moved on.
"""

from PySide6.QtCore import QObject, Signal

from gradviz.graph.model import Graph
from gradviz.session.facts import StepFact, Update
from gradviz.session.mirror import Mirror


class Scrubber(QObject):
    """Moves over the walk of what is shown.

    Attributes:
        mirror: What is shown, None while nothing has been opened.
        target: The playhead wanted; where it lies beyond the mirror's own, the steps
            up to it have been asked for.

    Signals:
        moved: The playhead moved over the same walk; carries the set of Values whose
            numbers or progress may have changed.
        changed: Document, walk or any number may have changed, same graph.
    """

    moved = Signal(object)
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.mirror: Mirror | None = None
        self.target = 0

    @property
    def at_end(self) -> bool:
        """Whether every step of the walk has been made or asked for."""
        return self.mirror is None or self.target >= len(self.mirror.walk)

    def show(self, mirror: Mirror) -> None:
        """Show another session."""
        self.mirror = mirror
        self.target = mirror.playhead

    def stay(self) -> None:
        """Want nothing that has not been made."""
        if self.mirror is not None:
            self.target = self.mirror.playhead

    def move_to(self, playhead: int) -> None:
        """Want another playhead, and go there as far as steps have been made."""
        assert self.mirror is not None
        before = self.mirror.last_step
        self.target = playhead
        self._tell_moved(self.mirror.move_to(playhead), before)

    def begin(self, graph: Graph, update: Update, has_moved_on: bool) -> None:
        """Show another graph of the same session.

        Args:
            graph: The graph.
            update: All that there is to know of it.
            has_moved_on: Whether the person has asked for another playhead since.
        """
        self.mirror = Mirror(graph)
        self._take_over(self.mirror, update, has_moved_on)

    def follow(self, update: Update, has_moved_on: bool, is_move: bool) -> None:
        """Let the mirror follow the session, unless the person has moved on since.

        Args:
            update: What has changed.
            has_moved_on: Whether the person has asked for another playhead since.
            is_move: Whether it answers a move.
        """
        mirror = self.mirror
        if mirror is None:
            return
        scrubbed, before = mirror.playhead, mirror.last_step
        self._take_over(mirror, update, has_moved_on)
        if is_move and update.start is None:
            dirty = self._between(mirror, scrubbed, update.playhead)
            self._tell_moved(dirty | mirror.move_to(self.target), before)
        else:
            mirror.move_to(self.target)
            self.changed.emit()

    def _take_over(self, mirror: Mirror, update: Update, has_moved_on: bool) -> None:
        mirror.apply(update)
        if not has_moved_on:
            self.target = update.playhead
        self.target = min(self.target, len(mirror.walk))

    def _tell_moved(self, dirty: set[int], before: StepFact | None) -> None:
        """Tell which Values to paint again, those of the steps lit included."""
        assert self.mirror is not None
        for step in (before, self.mirror.last_step):
            if dirty and step is not None and step.node >= 0:
                dirty |= self.mirror.touched(step)
        if dirty:
            self.moved.emit(dirty)

    @staticmethod
    def _between(mirror: Mirror, first: int, last: int) -> set[int]:
        """Return the Values touched by the steps between two playheads."""
        low, high = sorted((first, last))
        touched: set[int] = set()
        for step in mirror.walk[low:high]:
            touched |= mirror.touched(step)
        return touched

"""The place on the canvas, kept when its file is run again."""

from PySide6.QtCore import QPointF

from gradviz.layout.geometry import Layout
from gradviz.session.mirror import Mirror
from gradviz.ui.canvas.view import CanvasView
from gradviz.worker.restoring import Restoring


class KeptView:
    """Where a person looked at, and what was selected, by Values that are still there.

    Attributes:
        restored: What was taken over to the new graph.
    """

    def __init__(self, canvas: CanvasView, restored: Restoring) -> None:
        """Remember what a canvas shows of the graph before."""
        self.restored = restored
        self._canvas = canvas
        self._fitted = canvas.is_fitted
        to_new = {old: new for new, old in restored.to_old.items()}
        old = canvas.selected_node
        self._selected = to_new.get(old) if old is not None else None
        self._anchor: tuple[int, QPointF] | None = None
        if canvas.picture is None:
            return
        at = {old: canvas.card_rect(old).center() for old in to_new}
        middle = canvas.rect().toRectF().center()
        nearest = min(at, key=lambda old: _distance(at[old], middle), default=None)
        if self._selected is not None and old is not None:
            nearest = old
        if nearest is not None:
            self._anchor = to_new[nearest], at[nearest]

    def show(self, mirror: Mirror, layout: Layout) -> None:
        """Show the new graph where the last one was."""
        canvas = self._canvas
        canvas.show_graph(mirror, layout, keep_view=not self._fitted)
        canvas.select(self._selected)
        if self._fitted:
            canvas.fit()
        elif self._anchor is not None:
            canvas.hold(*self._anchor)


def _distance(point: QPointF, other: QPointF) -> float:
    away = point - other
    return away.x() ** 2 + away.y() ** 2

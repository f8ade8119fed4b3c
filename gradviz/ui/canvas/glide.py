"""Motion: from one camera to another, and cards from one layout to another."""

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QStyle

from gradviz.graph.model import Graph
from gradviz.layout.geometry import Layout, Point, card_size

DURATION_MS = 160


class Glide(QObject):
    """Calls a function with shares from 0 to 1 while something moves.

    Attributes:
        allowed: Whether the person lets things move.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.allowed = True
        self._show: Callable[[float], None] | None = None
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(DURATION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._on_value_changed)

    @property
    def running(self) -> bool:
        """Whether something is on its way."""
        return self._animation.state() == QVariantAnimation.State.Running

    def start(self, show: Callable[[float], None]) -> None:
        """Move; at once where motion is not wanted."""
        self.finish()
        if not self.allowed or not system_allows_motion():
            show(1.0)
            return
        self._show = show
        self._animation.start()

    def finish(self) -> None:
        """Be there now."""
        if self.running:
            self._animation.stop()
            if self._show is not None:
                self._show(1.0)

    def stop(self) -> None:
        """Stay here: what moves is gone, or held by the person."""
        self._animation.stop()

    def _on_value_changed(self, share: object) -> None:
        if self._show is not None and isinstance(share, float):
            self._show(share)


def system_allows_motion() -> bool:
    """Tell whether the system has not asked for less motion."""
    hints = QGuiApplication.styleHints()
    # Qt knows the system's wish since 6.11; before, the style may tell.
    if hasattr(hints, "accessibility"):
        preference = getattr(hints.accessibility(), "motionPreference", None)
        if preference is not None and "Reduced" in preference().name:
            return False
    style = QApplication.style()
    duration = QStyle.StyleHint.SH_Widget_Animation_Duration
    return style is None or style.styleHint(duration) > 0


def layout_between(graph: Graph, old: Layout, new: Layout, share: float) -> Layout:
    """Return a layout on the way to another one, with simple curves."""
    centers = tuple(
        (ax + (bx - ax) * share, ay + (by - ay) * share)
        for (ax, ay), (bx, by) in zip(old.centers, new.centers, strict=True)
    )
    halves = [card_size(node)[0] / 2 for node in graph.nodes]
    folded = frozenset(new.folded)
    curves = tuple(
        ()
        if edge.operand in folded
        else _simple(
            (centers[edge.operand][0] + halves[edge.operand], centers[edge.operand][1]),
            (
                centers[edge.consumer][0] - halves[edge.consumer],
                centers[edge.consumer][1],
            ),
        )
        for edge in graph.edges
    )
    return Layout(centers, curves, new.size, False, new.folded)


def _simple(start: Point, end: Point) -> tuple[Point, ...]:
    pull = max(abs(end[0] - start[0]) / 2, 20.0)
    return (start, (start[0] + pull, start[1]), (end[0] - pull, end[1]), end)

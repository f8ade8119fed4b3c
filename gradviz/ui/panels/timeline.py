"""The timeline: where the playhead stands, and a handle to take it elsewhere."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gradviz.analysis.explain import next_in_words
from gradviz.analysis.states import came_too_early
from gradviz.analysis.summary import summarize_step
from gradviz.session.mirror import Mirror
from gradviz.ui.controller import Controller
from gradviz.ui.panels.common import GAP_PX, MARGIN_PX
from gradviz.ui.panels.wrapping import ElidedLines
from gradviz.ui.theme import Theme, number_font

DOTS_FROM_PX = 10
"""How far apart steps must be to get a dot each."""
_HANDLE_PX = 7.5
_DOT_PX = 4.5
_SENTENCE_PX = 420
_SENTENCE_SHARE = 0.28


class TimelineBar(QWidget):
    """Says which step was made last, and moves the playhead."""

    def __init__(
        self, controller: Controller, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self._controller = controller
        self._label = QLabel(self)
        self._label.setObjectName("timeline-position")
        self._label.setProperty("role", "dim")
        self._label.setFont(number_font())
        self.track = TimelineTrack(theme, self)
        self.track.scrubbed.connect(controller.move_to)
        self._sentence = ElidedLines(2, self)
        self._sentence.setObjectName("timeline-sentence")
        self._sentence.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3 * GAP_PX, 0, 3 * GAP_PX, 0)
        layout.setSpacing(MARGIN_PX)
        layout.addWidget(self._label)
        layout.addWidget(self.track, 1)
        layout.addWidget(self._sentence)
        self.setMinimumHeight(52)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for signal in (
            controller.graph_changed,
            controller.session_changed,
            controller.moved,
        ):
            signal.connect(self._refresh)
        self._refresh()

    def set_theme(self, theme: Theme) -> None:
        """Show the bar in another theme."""
        self.track.theme = theme
        self.track.update()

    @property
    def position_text(self) -> str:
        """What stands at the left."""
        return self._label.text()

    @property
    def sentence(self) -> str:
        """What stands at the right."""
        return self._sentence.text()

    def _refresh(self) -> None:
        mirror = self._controller.mirror
        total = len(mirror.walk) if mirror else 0
        made = mirror.playhead if mirror else 0
        self._label.setText(f"step {made} of {total}" if total else "no steps")
        # As wide as its widest text, so that the track keeps its length.
        widest = f"step {total} of {total}" if total else "no steps"
        self._label.setMinimumWidth(
            self._label.fontMetrics().horizontalAdvance(widest) + 4
        )
        self.track.writes = _writes(mirror) if total else frozenset()
        self.track.set_position(made, total)
        self._sentence.setText(self._said())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the sentence its share; it must not change while walking."""
        super().resizeEvent(event)
        share = round(self.width() * _SENTENCE_SHARE)
        self._sentence.setFixedWidth(max(100, min(share, _SENTENCE_PX)))

    def _said(self) -> str:
        mirror = self._controller.mirror
        if mirror is None:
            return ""
        if (step := mirror.last_step) is not None:
            return came_too_early(mirror) or summarize_step(
                mirror.graph,
                mirror.data,
                step,
                slopes=mirror.slopes(step.node),
                rule=mirror.document.rule,
                held={n: mirror.grad[n] for n in mirror.touched(step)},
            )
        if not mirror.walk:
            return "Seed a Value to get a walk"
        if (following := mirror.next_step) is not None:
            return next_in_words(mirror.graph, following)
        return ""


def _writes(mirror: Mirror | None) -> frozenset[int]:
    """Return the playheads after the writes of the person's code."""
    if mirror is None or mirror.document.walk != "recorded":
        return frozenset()
    steps = enumerate(mirror.walk, start=1)
    return frozenset(playhead for playhead, step in steps if step.kind == "write")


class TimelineTrack(QWidget):
    """The track with its handle.

    Attributes:
        theme: Where the colours come from.
        writes: The playheads after writes; they have squares in place of dots.
        made: How many steps have been made.
        total: How many there are.

    Signals:
        scrubbed: The playhead the person wants.
    """

    scrubbed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.made = self.total = 0
        self.writes: frozenset[int] = frozenset()
        self._hovered = -1
        self._dragged_to: int | None = None
        self.setObjectName("timeline-track")
        self.setAccessibleName("Playhead")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Drag to walk (← → one step, Home and End all the way)")
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Ask for room for the handle."""
        return QSize(400, 28)

    def set_position(self, made: int, total: int) -> None:
        """Show that so many steps of so many have been made."""
        self.made, self.total = made, total
        self.setEnabled(total > 0)
        self.setAccessibleDescription(f"step {made} of {total}")
        self.update()

    def x_of(self, playhead: int) -> float:
        """Return where a playhead stands on the track."""
        left, right = _HANDLE_PX + 2, self.width() - _HANDLE_PX - 2
        return left + (right - left) * (playhead / self.total if self.total else 0)

    def playhead_at(self, x: float) -> int:
        """Return the playhead nearest to a place on the track."""
        left, right = _HANDLE_PX + 2, self.width() - _HANDLE_PX - 2
        share = (x - left) / max(1.0, right - left)
        return round(max(0.0, min(1.0, share)) * self.total)

    @property
    def has_dots(self) -> bool:
        """Whether each step has a dot."""
        return self.total > 0 and self.x_of(1) - self.x_of(0) >= DOTS_FROM_PX

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, dots and handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() / 2
        self._line(painter, self.x_of(0), self.x_of(self.total or 1), "line", 4)
        if not self.total:
            return
        self._line(painter, self.x_of(0), self.x_of(self.made), "accent", 4)
        if self.has_dots:
            for playhead in range(self.total + 1):
                self._dot(painter, QPointF(self.x_of(playhead), y), playhead)
        # While dragged, the handle is at the pointer even if the steps take longer.
        at = self.made if self._dragged_to is None else self._dragged_to
        handle = QPointF(self.x_of(at), y)
        if self.hasFocus():
            halo = QColor(self.theme.palette.accent)
            halo.setAlphaF(0.3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(handle, _HANDLE_PX + 3.5, _HANDLE_PX + 3.5)
        painter.setPen(QPen(QColor(self.theme.palette.accent), 3))
        painter.setBrush(QColor(self.theme.palette.panel))
        painter.drawEllipse(handle, _HANDLE_PX, _HANDLE_PX)

    def _line(
        self, painter: QPainter, left: float, right: float, role: str, height: float
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(self.theme.palette, role)))
        rect = QRectF(left, (self.height() - height) / 2, right - left, height)
        painter.drawRoundedRect(rect, height / 2, height / 2)

    def _dot(self, painter: QPainter, center: QPointF, playhead: int) -> None:
        colors = self.theme.palette
        hovered = playhead == self._hovered
        if playhead <= self.made:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent))
        else:
            painter.setPen(QPen(QColor(colors.accent if hovered else colors.edge), 1.5))
            painter.setBrush(QColor(colors.panel))
        radius = _DOT_PX + (1.5 if hovered else 0)
        if playhead in self.writes:
            side = 2 * radius
            corner = center - QPointF(side / 2, side / 2)
            painter.drawRect(QRectF(corner.x(), corner.y(), side, side))
        else:
            painter.drawEllipse(center, radius, radius)

    # Moving

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the playhead to the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Let the playhead follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event)
            return
        self._hover(self.playhead_at(event.position().x()))

    def leaveEvent(self, event: object) -> None:
        """Forget the dot below the pointer."""
        self._hover(-1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go to where the playhead is."""
        self._dragged_to = None
        self.update()

    def _hover(self, playhead: int) -> None:
        if playhead != self._hovered:
            self._hovered = playhead
            self.update()

    def _scrub(self, event: QMouseEvent) -> None:
        wanted = self.playhead_at(event.position().x())
        if wanted != self._dragged_to:
            self._dragged_to = wanted
            self.update()
            self._go(wanted)

    def _go(self, playhead: int) -> None:
        wanted = max(0, min(playhead, self.total))
        if self.total:
            self.scrubbed.emit(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk by key where the window has no shortcut for it."""
        page = max(1, self.total // 10)
        wanted = {
            Qt.Key.Key_Left: self.made - 1,
            Qt.Key.Key_Right: self.made + 1,
            Qt.Key.Key_PageUp: self.made - page,
            Qt.Key.Key_PageDown: self.made + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.total,
        }.get(Qt.Key(event.key()))
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self._go(wanted)
